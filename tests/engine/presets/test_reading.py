"""From preset.json to a Preset: what is accepted, what is refused and how the refusal reads."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from wholescene.presets.reading import read_preset
from wholescene.wire.errors import PresetInvalid
from wholescene.wire.plan import ClassEntry

ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "stac_extensions": ["https://stac-extensions.github.io/mlm/v1.5.2/schema.json"],
    "id": "mini",
    "geometry": None,
    "links": [],
    "properties": {
        "license": "MIT",
        "bands": [
            {"name": "B8", "eo:common_name": "nir", "eo:center_wavelength": 0.842},
            {"name": "B4", "eo:common_name": "red"},
        ],
        "mlm:name": "Mini model",
        "mlm:tasks": ["semantic-segmentation"],
        "mlm:input": [
            {
                "name": "scene",
                "bands": ["B4", {"name": "B8"}],
                "input": {
                    "shape": [-1, 2, -1, -1],
                    "dim_order": ["batch", "bands", "height", "width"],
                    "data_type": "float32",
                },
                "value_scaling": [{"type": "z-score", "mean": 10, "stddev": 4}],
            }
        ],
        "mlm:output": [
            {
                "name": "classes",
                "tasks": ["semantic-segmentation"],
                "classification:classes": [
                    {"value": 7, "name": "dry_land", "title": "dry land", "color_hint": "a0b0c0"},
                    {"value": 3, "name": "water", "color_hint": "0000FF"},
                ],
            }
        ],
        "wholescene:architecture": {"encoder": {"name": "e"}, "decoder": {"name": "d"}, "classes": 2},
    },
    "assets": {"model": {"href": "./w.safetensors", "roles": ["mlm:model"], "mlm:artifact_type": "x"}},
}


@pytest.fixture
def preset_with(tmp_path: Path) -> Callable[..., Any]:
    """Reads ITEM after a change to it."""

    def read(change: Callable[[dict[str, Any]], object] = lambda item: None) -> Any:
        item = deepcopy(ITEM)
        change(item)
        folder = tmp_path / "mini"
        folder.mkdir(exist_ok=True)
        (folder / "preset.json").write_text(json.dumps(item), encoding="utf-8")
        return read_preset(folder)

    return read


def scaled(*entries: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(item: dict[str, Any]) -> None:
        item["properties"]["mlm:input"][0]["value_scaling"] = list(entries) or None

    return change


def with_properties(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda item: item["properties"].update({f"wholescene:{key}": value for key, value in values.items()})


def test_classes_keep_their_order_and_published_values(preset_with: Callable[..., Any]) -> None:
    assert preset_with().classes == (ClassEntry(7, "dry land", "#A0B0C0"), ClassEntry(3, "water", "#0000FF"))


def test_bands_follow_the_input_and_wavelengths_become_nanometres(preset_with: Callable[..., Any]) -> None:
    bands = preset_with().bands
    assert [(band.name, band.common_name, band.wavelength_nm) for band in bands] == [
        ("B4", "red", None),
        ("B8", "nir", 842.0),
    ]


def test_bands_of_the_older_eo_extension_in_an_asset(preset_with: Callable[..., Any]) -> None:
    def change(item: dict[str, Any]) -> None:
        del item["properties"]["bands"]
        item["assets"]["model"]["eo:bands"] = [{"name": "B4", "common_name": "red", "center_wavelength": 0.665}]

    first, second = preset_with(change).bands
    assert (first.common_name, first.wavelength_nm) == ("red", 665.0)
    assert (second.name, second.common_name, second.wavelength_nm) == ("B8", None, None)


def test_the_underscored_spelling_of_classes(preset_with: Callable[..., Any]) -> None:
    def change(item: dict[str, Any]) -> None:
        output = item["properties"]["mlm:output"][0]
        output["classification_classes"] = output.pop("classification:classes")

    assert [entry.value for entry in preset_with(change).classes] == [7, 3]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{"type": "z-score", "mean": 10, "stddev": 4}], {"type": "z-score", "mean": [10, 10], "std": [4, 4]}),
        (
            [{"type": "z-score", "mean": 1, "stddev": 2}, {"type": "z-score", "mean": 3, "stddev": 4}],
            {"type": "z-score", "mean": [1, 3], "std": [2, 4]},
        ),
        (
            [{"type": "min-max", "minimum": 0, "maximum": 255}],
            {"type": "min-max", "minimum": [0, 0], "maximum": [255, 255], "clip": False},
        ),
        # MLM: scale is data / value, offset is data - value
        ([{"type": "scale", "value": 10000}], {"type": "z-score", "mean": [0, 0], "std": [10000, 10000]}),
        ([{"type": "offset", "value": 5}], {"type": "z-score", "mean": [5, 5], "std": [1, 1]}),
        ([], {"type": "z-score", "mean": [0, 0], "std": [1, 1]}),
    ],
)
def test_scaling(preset_with: Callable[..., Any], entries: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert preset_with(scaled(*entries)).scaling == expected


def test_percentile_scaling(preset_with: Callable[..., Any]) -> None:
    def change(item: dict[str, Any]) -> None:
        scaled()(item)
        with_properties(percentiles={"lower": 2, "upper": 98})(item)

    assert preset_with(change).scaling == {"type": "percentile", "lower": 2, "upper": 98}


def test_min_max_may_clip(preset_with: Callable[..., Any]) -> None:
    def change(item: dict[str, Any]) -> None:
        scaled({"type": "min-max", "minimum": 0, "maximum": 1})(item)
        with_properties(clip=True)(item)

    assert preset_with(change).scaling["clip"] is True


def test_weights_and_licence(preset_with: Callable[..., Any], tmp_path: Path) -> None:
    sealed = {"file:size": 12, "file:checksum": "1220" + "ab" * 32}
    weights = preset_with(lambda item: item["assets"]["model"].update(sealed)).weights
    assert weights.path == tmp_path / "mini" / "w.safetensors"
    assert (weights.sha256, weights.size, weights.licence) == ("ab" * 32, 12, "MIT")


def change_at(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of the item at a path like ``properties/mlm:input/0/name``."""

    def change(item: dict[str, Any]) -> None:
        *parents, last = path.split("/")
        target: Any = item
        for key in parents:
            target = target[int(key) if isinstance(target, list) else key]
        target[int(last) if isinstance(target, list) else last] = value

    return change


CLASSES = "properties/mlm:output/0/classification:classes"
SCALING = "properties/mlm:input/0/value_scaling"


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("type", "Collection", "'type'"),
        ("id", "other", "'other'.*'mini'"),
        ("stac_extensions", [], "MLM"),
        ("properties/mlm:tasks", ["regression"], "semantic-segmentation"),
        ("properties/mlm:input", [], "'mlm:input' has 0"),
        ("properties/mlm:input/0/bands", [], "no bands"),
        ("properties/mlm:input/0/input/shape", [-1, 3, -1, -1], "2 band"),
        ("properties/mlm:input/0/input/dim_order", ["batch", "height", "width", "bands"], "'dim_order'"),
        (SCALING, [{"type": "z-score", "mean": 0, "stddev": 0}], "positive"),
        (SCALING, [{"type": "z-score", "mean": 0}], "'stddev'"),
        (SCALING, [{"type": "min-max", "minimum": 3, "maximum": 3}], "minimum < maximum"),
        (SCALING, [{"type": "clip-min", "minimum": 3}], "clip-min"),
        (SCALING, [{"type": "offset", "value": 0}] * 3, "3 entries for 2"),
        (CLASSES + "/0/value", 255, "255"),
        (CLASSES + "/0/value", -1, "-1"),
        (CLASSES + "/0/value", 3, "same value"),
        (CLASSES + "/0/color_hint", "blue", "dry_land.*color_hint"),
        (CLASSES + "/0/color_hint", None, "dry_land.*color_hint"),
        (CLASSES, [], "two classes"),
        ("properties/wholescene:architecture/classes", 3, r"3 class.*2"),
        ("properties/wholescene:architecture/encoder", {"name": "e", "in_channels": 4}, r"4 channel.*2 band"),
        ("properties/wholescene:architecture/decoder", "upernet", "'decoder'"),
        ("properties/wholescene:ground_resolution", [4, 2], "ground_resolution"),
        ("properties/wholescene:ground_resolution", [0, 2], "ground_resolution"),
        ("properties/wholescene:value_range", [255, 0], "value_range"),
        ("properties/wholescene:value_range", [0], "value_range"),
        ("properties/wholescene:validated", {"pixels": 0}, "validated"),
        ("properties/wholescene:validated", {"by": "me"}, "pixels"),
        ("properties/wholescene:sensors", "Landsat", "sensors"),
        ("properties/wholescene:precisions", ["float16"], "float16"),
        ("properties/wholescene:precisions", [], "empty"),
        ("properties/wholescene:percentiles", {"lower": 2, "upper": 98}, "exclude"),
        ("assets/model/roles", ["data"], "mlm:model"),
        ("assets/model/href", "https://example.org/w.safetensors", "weights_missing"),
        ("assets/model/href", "../other/w.safetensors", "folder"),
        ("assets/model/href", "/etc/passwd", "folder"),
        ("assets/model/file:checksum", "ab" * 32, "1220"),
        ("properties/mlm:name", 5, "mlm:name"),
    ],
)
def test_what_is_wrong_is_named(preset_with: Callable[..., Any], path: str, value: Any, named: str) -> None:
    with pytest.raises(PresetInvalid, match=named) as caught:
        preset_with(change_at(path, value))
    assert caught.value.params["path"].endswith("preset.json")


def test_a_missing_architecture_is_named(preset_with: Callable[..., Any]) -> None:
    with pytest.raises(PresetInvalid, match="wholescene:architecture"):
        preset_with(lambda item: item["properties"].pop("wholescene:architecture"))


def test_facts_for_people_travel(preset_with: Callable[..., Any]) -> None:
    facts = {
        "wholescene:sensors": ["Landsat 8"],
        "wholescene:value_range": [0, 4095],
        "wholescene:validated": {"pixels": 1_000_000, "by": "somebody"},
    }
    told = preset_with(lambda item: item["properties"].update(facts)).to_dict()
    assert (told["sensors"], told["value_range"]) == (["Landsat 8"], [0, 4095])
    assert told["validated"] == {"pixels": 1_000_000, "by": "somebody"}
    nothing = preset_with(lambda item: None).to_dict()
    assert (nothing["sensors"], nothing["value_range"], nothing["validated"]) == ([], None, None)


@pytest.mark.parametrize("href", ["../secret.jpg", "/etc/passwd", "https://example.org/p.jpg", "none.jpg"])
def test_a_picture_that_is_not_in_the_folder_is_none(
    preset_with: Callable[..., Any], tmp_path: Path, href: str
) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"\xff\xd8\xff")
    preset = preset_with(lambda item: item["assets"].update(picture={"href": href, "roles": ["thumbnail"]}))
    assert preset.picture is None
