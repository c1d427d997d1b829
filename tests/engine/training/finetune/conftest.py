"""A small scene with polygons, a preset to learn from, and a listener that says yes."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rasters import UTM, write_raster
from wholescene import nn
from wholescene.presets.seal import seal
from wholescene.presets.zoo import Zoo, shipped_folder

ENCODER = {"name": "convnextv2", "variant": "atto", "in_channels": 3}
SPIM = {"stages": [3], "heads": 8, "kv_pool": 4}
HEIGHT, WIDTH = 200, 330


class Listener:
    """Says yes, and notes what it is told."""

    def __init__(self, *, save=True, stop_at=None):
        self.save, self.stop_at, self.stages, self.losses, self.comparison = save, stop_at, [], [], None
        self.asked = False

    def progress(self, stage, fraction):
        if not self.stages or self.stages[-1] != stage:
            self.stages.append(stage)

    def learning(self, step, steps, loss):
        self.losses.append((step, steps, loss))

    def compared(self, comparison):
        self.comparison = comparison

    def may_save(self, comparison):
        self.asked = True
        return self.save

    def cancelled(self):
        return self.stop_at is not None and len(self.losses) >= self.stop_at


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def make_listener():
    return Listener


def make_base(folder, **changes):
    """A preset with random weights, whose answers differ from pixel to pixel."""
    network = {"encoder": ENCODER, "spim": SPIM, "decoder": {"name": "fpn", "channels": 32}, "classes": 2, **changes}
    torch.manual_seed(3)
    net = nn.build(network).eval().requires_grad_(False)
    for weight in net.parameters():
        weight.add_(torch.randn(weight.shape) * 0.05)
    item = json.loads((shipped_folder() / "water-lite" / "preset.json").read_text())
    item["id"] = folder.name
    item["properties"] |= {"wholescene:architecture": network, "wholescene:tile": {"side": 128}, "license": "CC-BY-4.0"}
    del item["properties"]["wholescene:ground_resolution"]
    item["assets"]["model"]["license"] = "CC-BY-4.0"
    folder.mkdir(parents=True)
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, folder / "weights.safetensors")
    (folder / "preset.json").write_text(json.dumps(item))
    (folder / "card.md").write_text("# a base")
    seal(folder)
    return net


@pytest.fixture
def zoo(engine_home):
    """The user's presets: one named ``base``; ``net`` is its network, ``make`` makes others."""
    place = engine_home / "data" / "presets"
    net = make_base(place / "base")
    return SimpleNamespace(zoo=Zoo(), place=place, net=net, make=make_base)


@pytest.fixture
def scene(tmp_path):
    """Bright discs on dark ground, so that there is something to learn; the path and where it is bright."""
    rng = np.random.default_rng(5)
    rows, cols = np.mgrid[:HEIGHT, :WIDTH]
    bright = np.zeros((HEIGHT, WIDTH), bool)
    for row in range(20, HEIGHT, 40):
        for col in range(20, WIDTH, 44):
            bright |= (rows - row) ** 2 + (cols - col) ** 2 < 14**2
    pixels = rng.normal(90, 10, (3, HEIGHT, WIDTH)) + 80 * bright
    names = {"descriptions": ("red", "green", "blue")}
    path = write_raster(tmp_path / "scene.tif", pixels.clip(1, 254).astype(np.uint8), **UTM, **names)
    return SimpleNamespace(path=path, bright=bright)


@pytest.fixture
def polygons(tmp_path):
    """Writes boxes (class, column, row, width, height) in pixels as GeoJSON in the scene's CRS; more fields beside."""

    def write(*boxes, name="labels.geojson", field="class", crs="urn:ogc:def:crs:EPSG::32631", **beside):
        features = []
        for number, (value, col, row, width, height) in enumerate(boxes):
            x, y = 500_000 + 10 * col, 5_000_000 - 10 * row
            ring = [[x, y], [x + 10 * width, y], [x + 10 * width, y - 10 * height], [x, y - 10 * height], [x, y]]
            properties = {field: value, **{key: values[number] for key, values in beside.items()}}
            geometry = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
        path = tmp_path / name
        collection = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(collection | {"crs": {"type": "name", "properties": {"name": crs}}}))
        return path

    return write


@pytest.fixture
def discs(polygons):
    """A box in every disc ("disc") and one between discs ("ground")."""
    boxes = []
    for row in range(20, HEIGHT - 20, 40):
        for col in range(20, WIDTH - 30, 44):
            boxes += [("disc", col - 8, row - 8, 16, 16), ("ground", col + 18, row - 6, 8, 12)]
    return polygons(*boxes)
