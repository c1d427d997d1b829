"""One scene, one answer: a real scene, the shipped water model, other ranks, memory and threads."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from wholescene.holistic import models
from wholescene.presets.zoo import Zoo
from wholescene.raster.scaling import scaling_from
from wholescene.raster.scene import Scene
from wholescene.raster.view import ModelView
from wholescene.wire.plan import Window

SHARED = Path(os.environ.get("WHOLESCENE_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
PATIENCE = 300  # seconds until a process counts as stuck
WAYS = {
    "two ranks": ["--ranks", "2"],
    "three ranks": ["--ranks", "3"],
    "little memory": ["--memory", "1GiB"],
    "much memory": ["--memory", "8GiB"],
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> list[str]:
    """Sources and options of a Sentinel-2 scene; a drawn landscape where the real ones are not at hand."""
    bands = SHARED / "formats" / "sentinel2"
    if bands.is_dir():
        return [*(str(bands / f"B0{number}.tif") for number in (4, 3, 2)), "--stack", "--nodata", "255"]
    folder = tmp_path_factory.mktemp("drawn")
    subprocess.run([sys.executable, "-m", "wholescene.cli", "landscape", folder, "--size", "1800"], check=True)
    return [str(folder / "landscape.tif")]


def class_map(scene, folder, name, precision, *more, threads=1):
    """The class band of a map made by a process of its own."""
    path = folder / f"{name.replace(' ', '_')}_{precision}_{threads}.tif"
    command = [sys.executable, "-m", "wholescene.cli", "segment", *scene, "--preset", "water-lite", "--output", path]
    command += ["--precision", precision, "--threads", str(threads), *more]
    environment = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    with rasterio.open(path) as dataset:
        return dataset.read(1)


@pytest.fixture(scope="module", params=["float32", "bf16"])
def precision(request):
    return request.param


@pytest.fixture(scope="module")
def alone(scene, precision, tmp_path_factory):
    return class_map(scene, tmp_path_factory.mktemp("alone"), "one rank", precision, "--ranks", "1")


@pytest.mark.parametrize("way", WAYS)
def test_the_same_class_band_bit_for_bit(scene, precision, alone, way, tmp_path):
    found = class_map(scene, tmp_path, way, precision, *WAYS[way])
    assert len(np.unique(alone)) >= 2
    np.testing.assert_array_equal(found, alone)


def test_other_threads_tip_only_pixels_where_two_classes_are_equal(scene, tmp_path):
    """At most 1 pixel in 100,000 differs, and in the undivided network its two best logits nearly coincide."""
    one = class_map(scene, tmp_path, "threads", "float32", threads=1)
    two = class_map(scene, tmp_path, "threads", "float32", threads=2)
    rows, cols = np.nonzero(one != two)
    assert len(rows) <= one.size / 100_000
    if len(rows):
        logits = undivided_logits(scene)
        top = torch.topk(logits[:, rows, cols], 2, dim=0).values
        assert float((top[0] - top[1]).max()) <= 1e-4 * float(logits.max() - logits.min())


def undivided_logits(scene):
    """Logits ``[classes, H, W]`` of one forward pass over the whole scene."""
    sources = [word for word in scene if word.endswith(".tif")]
    preset = Zoo().load("water-lite")
    network = models.load(preset, "float32")
    with Scene.open(sources, nodata=255 if "--nodata" in scene else None) as opened, torch.inference_mode():
        view = ModelView(opened, (1, 2, 3), scaling_from(preset.scaling), preset.ground_resolution)
        assert view.native
        pixels = view.read(Window(0, 0, view.grid.height, view.grid.width))
        return network(torch.from_numpy(pixels)[None])[0]
