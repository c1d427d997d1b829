"""Less attention: what the switches leave of a network, held against networks built without it."""

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from jobs import CollectingSink, picture, random_zoo, scaled, write_scene
from networks import network
from wholescene import nn
from wholescene.holistic import segment
from wholescene.holistic.ablation import ablate
from wholescene.presets.seal import seal
from wholescene.wire import errors
from wholescene.wire.request import SegmentRequest

SPIM = {"stages": [1, 2, 3], "heads": 8, "kv_pool": 2}
TILE = 128


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    zoo = random_zoo(folder, **{"wholescene:architecture": architecture(SPIM)})
    save_file(network(spim=SPIM, classes=4).state_dict(), folder / "random" / "weights.safetensors")
    seal(folder / "random")
    return zoo


def architecture(spim):
    encoder = {"name": "convnextv2", "variant": "atto", "in_channels": 3}
    plain = {"encoder": encoder, "decoder": {"name": "fpn", "channels": 32}, "classes": 4}
    return plain if spim is None else plain | {"spim": spim}


@pytest.fixture(scope="module")
def pixels():
    return picture(200, 290)


@pytest.fixture(scope="module")
def scene(tmp_path_factory, pixels):
    return write_scene(tmp_path_factory.mktemp("scene") / "scene.tif", pixels)


def asked(**fields):
    return SegmentRequest(("a.tif",), "random", precision="float32", **fields)


def run(zoo, scene, **fields):
    sink = CollectingSink()
    segment(dataclasses.replace(asked(**fields), sources=(str(scene),)), sink, zoo)
    assert (sink.times == 1).all()
    return sink


def expected(zoo, pixels, spim, **more):
    """Labels of a network that was built with just this attention, and where they are clear."""
    net = nn.build(architecture(spim) | more)
    weights = load_file(zoo.load("random").weights_path())
    net.load_state_dict({name: weights[name] for name in net.state_dict()})
    with torch.inference_mode():
        logits = net.eval()(scaled(pixels))[0]
    top = logits.topk(2, dim=0).values
    return (logits.argmax(0) + 10).numpy(), (top[0] - top[1] > 1e-4 * (logits.max() - logits.min())).numpy()


@pytest.mark.parametrize(
    ("wish", "spim"),
    [
        ({"spim_stages": ()}, None),
        ({"spim_stages": (2,)}, {**SPIM, "stages": [2]}),
        ({"spim_stages": (1, 3)}, {**SPIM, "stages": [1, 3]}),
        ({"spim_heads": 4}, {**SPIM, "heads": 4}),
        ({"spim_heads": 1, "spim_stages": (3,)}, {**SPIM, "heads": 1, "stages": [3]}),
    ],
)
def test_the_map_is_that_of_a_network_built_so(zoo, scene, pixels, wish, spim):
    labels, clear = expected(zoo, pixels, spim)
    sink = run(zoo, scene, **wish)
    np.testing.assert_array_equal(sink.classes[clear], labels[clear])
    assert clear.mean() > 0.99
    assert (sink.classes != run(zoo, scene).classes).any()


def test_attention_that_stays_within_regions(zoo, scene, pixels):
    labels, clear = expected(zoo, pixels, {**SPIM, "within": "grid"}, grid=[128, 256])
    sink = run(zoo, scene, spim_within="grid", spim_grid=(128, 256))
    np.testing.assert_array_equal(sink.classes[clear], labels[clear])
    assert (sink.classes != run(zoo, scene).classes).any()


def test_the_map_says_so(zoo, scene):
    rows = run(zoo, scene, spim_stages=(2, 3), spim_heads=4).plan.provenance
    assert (rows["spim_stages"], rows["spim_heads"]) == ("2,3", "4")
    assert run(zoo, scene, spim_stages=()).plan.provenance["spim_stages"] == "none"
    within = run(zoo, scene, spim_within="grid", spim_grid=(128, 256)).plan.provenance
    assert (within["spim_within"], within["spim_grid"]) == ("grid", "128 x 256")
    assert not [row for row in run(zoo, scene).plan.provenance if row.startswith("spim")]


def test_nothing_said_is_the_presets_own(zoo):
    preset = zoo.load("random")
    assert ablate(preset, asked(), TILE) is preset.architecture


def test_the_preset_is_not_touched(zoo):
    preset = zoo.load("random")
    before = repr(preset)
    ablate(preset, asked(spim_stages=(), spim_heads=4, spim_within="grid", spim_grid=(128, 128)), TILE)
    assert repr(preset) == before


@pytest.mark.parametrize(
    ("wish", "error", "told"),
    [
        ({"spim_stages": (0, 1)}, errors.SpimStages, "at stage(s) 0; it has it at 1, 2, 3"),
        ({"spim_stages": (7,)}, errors.SpimStages, "7"),
        ({"spim_heads": 32}, errors.SpimHeads, "80 channels of stage 1"),
        ({"spim_within": "grid"}, errors.SpimGrid, "names no grid"),
        ({"spim_within": "grid", "spim_grid": (128, 96)}, errors.SpimGrid, "128 x 96"),
    ],
)
def test_what_cannot_be_has_a_code(zoo, wish, error, told):
    with pytest.raises(error) as raised:
        ablate(zoo.load("random"), asked(**wish), TILE)
    assert told in raised.value.message


def test_heads_that_fit_the_stages_that_are_left(zoo):
    """Stage 1 has 80 channels, stages 2 and 3 have 160 and 320."""
    changed = ablate(zoo.load("random"), asked(spim_heads=32, spim_stages=(2, 3)), TILE)
    assert changed["spim"] == {**SPIM, "heads": 32, "stages": [2, 3]}


@pytest.mark.parametrize("wish", [{"spim_heads": 4}, {"spim_within": "scene"}, {"spim_stages": (3,)}])
def test_a_preset_without_attention_has_none_to_change(zoo, wish):
    plain = dataclasses.replace(zoo.load("random"), architecture=architecture(None))
    with pytest.raises(errors.SpimStages, match="none"):
        ablate(plain, asked(**wish), TILE)
    assert ablate(plain, asked(spim_stages=()), TILE)["spim"]["stages"] == []


def test_a_network_that_keeps_to_a_grid_keeps_its_own(zoo):
    confined = {**architecture(SPIM), "context": "grid", "grid": [256, 256]}
    preset = dataclasses.replace(zoo.load("random"), architecture=confined)
    assert ablate(preset, asked(spim_within="grid"), TILE)["grid"] == [256, 256]
    with pytest.raises(errors.SpimGrid, match="256 x 256"):
        ablate(preset, asked(spim_within="grid", spim_grid=(128, 128)), TILE)
