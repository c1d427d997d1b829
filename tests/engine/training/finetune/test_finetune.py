"""Fine-tuning from polygons to a preset."""

import json

import numpy as np
import pytest
import rasterio
from rasterio.features import shapes

from wholescene.presets.weights import sha256
from wholescene.presets.zoo import Zoo
from wholescene.training.finetune import Finetuning, LabelledFile, finetune
from wholescene.training.finetune.learning import Learner
from wholescene.wire.errors import (
    Cancelled,
    LabelsOfOneClass,
    LabelsTooFew,
    NotBetter,
    OutputUnwritable,
    PolygonsElsewhere,
    PresetExists,
    TrainingDiverged,
    UnknownPreset,
)
from wholescene.wire.plan import Window


def wish(scene, labels, name="mine", **changes):
    return Finetuning((LabelledFile((scene.path,), labels),), "base", name, **{"steps": 40, **changes})


def segmented(scene, name, tmp_path):
    """The class map of a preset, by the command that people use."""
    from wholescene.cli.main import main

    output = tmp_path / f"{name}.tif"
    options = ["--preset", name, "--precision", "float32", "--output", str(output), "--json"]
    assert main(["segment", scene.path, *options]) == 0
    with rasterio.open(output) as file:
        return file.read(1)


def iou(said, true):
    return (said & true).sum() / (said | true).sum()


def test_a_class_that_the_base_does_not_know_is_learnt(scene, zoo, discs, listener, tmp_path, capsys):
    outcome = finetune(wish(scene, discs, classes=("ground", "disc")), listener, zoo.zoo)
    assert outcome.folder == zoo.place / "mine"
    assert listener.stages[0] == "looking"
    assert {"encoding", "judging"} <= set(listener.stages)
    assert [step for step, _, _ in listener.losses] == list(range(1, 41))
    assert listener.losses[-1][2] < 0.5 * listener.losses[0][2]
    told = outcome.comparison.to_dict()
    assert told["before"] == 0.0  # both classes are new
    assert told["after"] > 0.8
    found = segmented(scene, "mine", tmp_path)
    assert iou(found == 2, scene.bright) > 0.7  # polygons covered a quarter of the discs


def test_the_figures_are_those_of_the_class_map(scene, zoo, discs, listener, tmp_path, capsys, monkeypatch):
    """IoU after, computed anew from the map that the saved preset makes."""
    kept = {}

    def remember(learner, told):
        kept["held"] = learner.labels[0].read(Window(0, 0, *scene.bright.shape))[1]
        return run(learner, told)

    run = Learner.run
    monkeypatch.setattr(Learner, "run", remember)
    outcome = finetune(wish(scene, discs, steps=8), listener, zoo.zoo)
    held = kept["held"]
    values = np.array([entry.value for entry in outcome.classes.entries])
    found, known = segmented(scene, "mine", tmp_path)[held != 255], values[held[held != 255]]
    for entry, row in zip(outcome.classes.entries, outcome.comparison.to_dict()["classes"], strict=True):
        if row["held_out_pixels"]:
            assert row["after"] == pytest.approx(iou(found == entry.value, known == entry.value), abs=0.01)


def test_the_preset_says_where_it_comes_from(scene, zoo, discs, listener):
    finetune(wish(scene, discs, title="Discs", colours={"disc": "#ABCDEF"}), listener, zoo.zoo)
    preset = Zoo().load("mine")
    assert preset.ready()
    preset.weights_path()
    assert preset.title == "Discs"
    assert preset.licence == preset.weights.licence == "CC-BY-4.0"  # the base's
    assert [entry.name for entry in preset.classes] == ["other", "water", "disc", "ground"]
    assert preset.classes[2].colour == "#ABCDEF"
    assert (preset.bands, preset.scaling) == (zoo.zoo.load("base").bands, zoo.zoo.load("base").scaling)
    assert preset.validated is None  # what the base says of its own weights
    assert preset.precisions == ("float32",)
    assert "polygons of disc, ground on 1 scene" in preset.description
    item = json.loads((zoo.place / "mine" / "preset.json").read_text())["properties"]["wholescene:finetuned"]
    assert item["base"] == "base"
    assert item["base_weights_sha256"] == zoo.zoo.load("base").weights.sha256
    assert item["labels"][0]["sha256"] == sha256(discs)
    assert item["labels"][0]["field"] == "class"
    assert item["steps"] == 40
    assert item["held_out_iou"] == listener.comparison.to_dict()
    card = (zoo.place / "mine" / "card.md").read_text()
    assert "CC-BY-4.0" in card
    assert "Without labels" in card


def test_the_same_wish_gives_the_same_weights(scene, zoo, discs, make_listener):
    for name in ("one", "two"):
        finetune(wish(scene, discs, name, steps=5), make_listener(), zoo.zoo)
    assert Zoo().load("one").weights.sha256 == Zoo().load("two").weights.sha256
    finetune(wish(scene, discs, "three", steps=5, seed=1), make_listener(), zoo.zoo)
    assert Zoo().load("one").weights.sha256 != Zoo().load("three").weights.sha256


def test_only_the_head_learns_unless_the_last_stage_may_too(scene, zoo, discs, make_listener):
    from safetensors.torch import load_file

    before = load_file(zoo.place / "base" / "weights.safetensors")
    changed = {}
    for name, unfreeze in (("head", False), ("more", True)):
        finetune(wish(scene, discs, name, steps=3, unfreeze=unfreeze), make_listener(), zoo.zoo, even_if_worse=True)
        after = load_file(zoo.place / name / "weights.safetensors")
        changed[name] = {key for key, value in before.items() if not after[key].equal(value)}
    assert all(key.startswith(("decoder.", "norms.")) for key in changed["head"])
    assert any(key.startswith("encoder.stages.3.") for key in changed["more"])
    assert not any(key.startswith(("encoder.stem", "encoder.stages.0", "encoder.stages.2")) for key in changed["more"])


def test_two_scenes_are_learnt_from_together(scene, zoo, polygons, listener):
    columns = [("disc", 12 + 44 * i, 12, 16, 16) for i in range(7)]
    between = [("ground", 36 + 44 * i, 52, 8, 16) for i in range(7)]
    files = tuple(
        LabelledFile((scene.path,), polygons(*boxes, name=f"{name}.geojson"))
        for name, boxes in (("a", columns), ("b", between))
    )
    outcome = finetune(Finetuning(files, "base", "both", steps=5), listener, zoo.zoo, even_if_worse=True)
    assert (outcome.comparison.learnt[2:] > 0).all()
    item = json.loads((zoo.place / "both" / "preset.json").read_text())["properties"]["wholescene:finetuned"]
    assert [entry["file"] for entry in item["labels"]] == ["a.geojson", "b.geojson"]


def test_weak_labels_hold_the_rest_of_the_map_where_it_was(scene, zoo, discs, make_listener, tmp_path, capsys):
    before = segmented(scene, "base", tmp_path)
    away = {}
    for name, weak in (("free", 0.0), ("held", 3.0)):
        finetune(wish(scene, discs, name, weak=weak), make_listener(), zoo.zoo, even_if_worse=True)
        away[name] = (segmented(scene, name, tmp_path) != before).mean()
    assert away["held"] < away["free"]


# -- what is refused ---------------------------------------------------------------------


def nothing_left(zoo):
    return sorted(path.name for path in zoo.place.iterdir()) == ["base"]


def test_a_preset_that_got_worse_is_not_saved_unless_asked(scene, zoo, discs, make_listener, monkeypatch):
    from wholescene.training.finetune.scores import Comparison

    monkeypatch.setattr(Comparison, "worse", property(lambda self: True))
    listener = make_listener()
    with pytest.raises(NotBetter):
        finetune(wish(scene, discs, steps=1), listener, zoo.zoo)
    assert listener.comparison is not None  # it was shown
    assert not listener.asked
    assert nothing_left(zoo)
    assert finetune(wish(scene, discs, steps=1), listener, zoo.zoo, even_if_worse=True).folder.is_dir()


def test_who_says_no_gets_nothing(scene, zoo, discs, make_listener):
    outcome = finetune(wish(scene, discs, steps=2), make_listener(save=False), zoo.zoo, even_if_worse=True)
    assert outcome.folder is None
    assert nothing_left(zoo)


def test_a_cancelled_run_leaves_nothing(scene, zoo, discs, make_listener):
    with pytest.raises(Cancelled):
        finetune(wish(scene, discs), make_listener(stop_at=3), zoo.zoo)
    assert nothing_left(zoo)


@pytest.mark.parametrize("name", ["base", "water-lite"])
def test_a_name_that_is_taken_is_refused(scene, zoo, discs, listener, name):
    with pytest.raises(PresetExists):
        finetune(wish(scene, discs, name), listener, zoo.zoo)
    assert not listener.stages


def test_labels_that_cannot_teach_are_refused(scene, zoo, polygons, listener):
    cases = (
        (PolygonsElsewhere, [("disc", 5000, 5000, 20, 20), ("ground", 5100, 5000, 20, 20)]),
        (LabelsOfOneClass, [("disc", 10, 10, 20, 20), ("disc", 60, 60, 20, 20)]),
        (LabelsTooFew, [("disc", 10, 10, 3, 3), ("ground", 60, 60, 90, 90)]),
    )
    for error, boxes in cases:
        with pytest.raises(error):
            finetune(wish(scene, polygons(*boxes), held_out=0.0), listener, zoo.zoo)
    assert not listener.losses
    assert nothing_left(zoo)


def test_a_loss_that_is_no_number_ends_the_run(scene, zoo, discs, listener):
    with pytest.raises(TrainingDiverged, match="fine-tuning"):
        finetune(wish(scene, discs, rate=1e30), listener, zoo.zoo)
    assert nothing_left(zoo)


def test_an_unknown_base_and_an_unwritable_place_are_told(scene, zoo, discs, listener, monkeypatch):
    with pytest.raises(UnknownPreset):
        finetune(Finetuning((LabelledFile((scene.path,), discs),), "snow", "mine"), listener, zoo.zoo)
    monkeypatch.setenv("WHOLESCENE_PRESETS", "/proc/nowhere")
    with pytest.raises(OutputUnwritable):
        finetune(wish(scene, discs, steps=1), listener, zoo.zoo, even_if_worse=True)


# -- a real scene ------------------------------------------------------------------------


def test_labels_in_one_corner_of_a_real_scene_help_in_another(shared_data, engine_home, listener, tmp_path, capsys):
    """The west of the prairie of 2017 (validation, not test): polygons in its north, judged in its south."""
    from wholescene.cli.main import main

    scene = shared_data / "naip" / "images" / "20170827.tif"
    with rasterio.open(shared_data / "naip" / "water" / "20170827.tif") as file:
        truth, transform, crs = file.read(1), file.transform, file.crs.to_string()
    north_west, south_west = np.zeros(truth.shape, bool), np.s_[360:, :540]
    north_west[:360, :540] = True
    drawn = shapes(truth, mask=north_west & (truth != 255), transform=transform)
    features = [
        {"type": "Feature", "properties": {"class_id": int(value)}, "geometry": geometry} for geometry, value in drawn
    ]
    labels = tmp_path / "north_west.geojson"
    named = {"type": "name", "properties": {"name": crs}}
    labels.write_text(json.dumps({"type": "FeatureCollection", "crs": named, "features": features}))

    files = (LabelledFile((str(scene),), labels),)
    wish = Finetuning(files, "water-lite", "prairie", bands=("1", "2", "3"), steps=40)
    outcome = finetune(wish, listener)
    assert outcome.comparison.to_dict()["after"] > outcome.comparison.to_dict()["before"]
    found = {}
    for preset in ("water-lite", "prairie"):
        output = tmp_path / f"{preset}.tif"
        options = ["--preset", preset, "--bands", "1,2,3", "--precision", "float32", "--output", str(output), "--json"]
        assert main(["segment", str(scene), *options]) == 0
        with rasterio.open(output) as file:
            said, true = file.read(1)[south_west], truth[south_west]
        found[preset] = iou((said == 1) & (true != 255), true == 1)
    assert found["prairie"] > found["water-lite"] + 0.02, found
