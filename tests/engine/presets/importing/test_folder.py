"""The folder of an imported preset: complete, or not there at all."""

import errno
import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from wholescene.presets import Zoo
from wholescene.presets.importing import Origin, write_preset
from wholescene.presets.zoo import shipped_folder
from wholescene.wire.errors import OutputUnwritable, PresetExists

ARCHITECTURE = {
    "encoder": {"name": "swin", "variant": "tiny", "in_channels": 3},
    "spim": {"stages": [2, 3], "heads": 4, "kv_pool": 1, "outer_residual": True, "feeds_next": False},
    "decoder": {"name": "upernet", "dialect": "lwc", "channels": 16},
    "classes": 2,
}
WEIGHTS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(7)}
ORIGIN = Origin("REST.pth", "ab" * 32, "glh-water", "CC-BY-NC-4.0")


@pytest.fixture
def item():
    return Zoo([shipped_folder()]).item("glh-water")


def test_a_preset_like_its_base_with_weights_and_card_of_its_own(tmp_path, item):
    folder = tmp_path / "presets" / "mine"
    write_preset(folder, item, ARCHITECTURE, WEIGHTS.items(), ORIGIN)
    zoo = Zoo([folder.parent])
    preset, base = zoo.load("mine"), Zoo([shipped_folder()]).load("glh-water")
    assert preset.architecture == ARCHITECTURE
    assert (preset.classes, preset.bands, preset.scaling) == (base.classes, base.bands, base.scaling)
    assert preset.ground_resolution == base.ground_resolution
    assert preset.licence == preset.weights.licence == "CC-BY-NC-4.0"
    assert preset.missing is None
    found = load_file(preset.weights_path())  # verified against its checksum
    assert {name: value.tolist() for name, value in found.items()} == {"a": [[0, 1, 2], [3, 4, 5]], "n": 7}
    card = (folder / "card.md").read_text()
    for fact in ("REST.pth", "ab" * 32, "glh-water", "CC-BY-NC-4.0", "swin tiny", "stages 2, 3 (4 heads)"):
        assert fact in card
    assert sorted(path.name for path in folder.parent.iterdir()) == ["mine"]


def test_the_name_tells_it_from_its_base(tmp_path, item):
    for name in ("mine", "glh-water"):
        write_preset(tmp_path / name, item, ARCHITECTURE, WEIGHTS.items(), ORIGIN)
    titles = {
        name: json.loads((tmp_path / name / "preset.json").read_text())["properties"]["title"]
        for name in ("mine", "glh-water")
    }
    assert titles == {"mine": "GLH-Water (0.3 m) (mine)", "glh-water": "GLH-Water (0.3 m)"}


def test_what_exists_is_left_alone(tmp_path, item):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "preset.json").write_text("kept")
    with pytest.raises(PresetExists):
        write_preset(folder, item, ARCHITECTURE, WEIGHTS.items(), ORIGIN)
    assert (folder / "preset.json").read_text() == "kept"


@pytest.mark.parametrize(
    ("problem", "expected"),
    [(OSError(errno.ENOSPC, "No space left on device"), OutputUnwritable), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_nothing_is_left_when_it_ends_early(tmp_path, item, problem, expected):
    def weights():
        yield "a", np.zeros(3, np.float32)
        raise problem

    with pytest.raises(expected):
        write_preset(tmp_path / "mine", item, ARCHITECTURE, weights(), ORIGIN)
    assert not list(tmp_path.iterdir())


def test_an_unfinished_folder_is_not_taken_for_a_preset(tmp_path, item):
    seen = []

    def weights():
        seen.append(Zoo([tmp_path]).describe())
        yield from WEIGHTS.items()

    write_preset(tmp_path / "mine", item, ARCHITECTURE, weights(), ORIGIN)
    assert seen == [[]]
