"""A zoo with random weights, scenes made on the spot, and a sink that collects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from affine import Affine
from safetensors.torch import save_file

from networks import network
from wholescene.presets.seal import seal
from wholescene.presets.zoo import Zoo, shipped_folder
from wholescene.wire.plan import NODATA, Plan, Window

COLOURS = ("C0B8A0", "2B7BBA", "40A040", "D04040", "808080")
SPIM = {"stages": [3], "heads": 8, "kv_pool": 4}


def random_zoo(folder: Path, *, tile: int = 128, classes: int = 4, **properties: Any) -> Zoo:
    """A zoo of one preset, "random": RGB, the small network with random weights."""
    item = json.loads((shipped_folder() / "water-lite" / "preset.json").read_text())
    architecture = {
        "encoder": {"name": "convnextv2", "variant": "atto", "in_channels": 3},
        "spim": SPIM,
        "decoder": {"name": "fpn", "channels": 32},
        "classes": classes,
    }
    item["id"] = item["properties"]["mlm:name"] = "random"
    item["properties"]["wholescene:architecture"] = architecture
    item["properties"]["wholescene:tile"] = {"side": tile}
    item["properties"] |= properties
    output = item["properties"]["mlm:output"][0]
    output["result"]["shape"] = [-1, classes, -1, -1]
    output["classification:classes"] = [
        {"value": 10 + i, "name": f"class {i}", "color_hint": COLOURS[i]} for i in range(classes)
    ]
    preset = folder / "random"
    preset.mkdir(parents=True)
    (preset / "preset.json").write_text(json.dumps(item))
    save_file(network(spim=SPIM, classes=classes).state_dict(), preset / "weights.safetensors")
    seal(preset)
    return Zoo([folder])


def write_scene(
    path: Path,
    pixels: np.ndarray,
    *,
    resolution: float = 1.0,
    crs: str | None = "EPSG:32632",
    nodata: float | None = None,
    valid: np.ndarray | None = None,
) -> Path:
    """A GeoTIFF of ``pixels`` ``[C, H, W]``, optionally with an internal mask."""
    profile: dict[str, Any] = {"driver": "GTiff", "dtype": pixels.dtype, "count": pixels.shape[0]}
    profile |= {"height": pixels.shape[1], "width": pixels.shape[2], "nodata": nodata}
    if crs:
        transform = Affine.translation(500_000, 5_000_000) * Affine.scale(resolution, -resolution)
        profile |= {"crs": crs, "transform": transform}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as file:
        file.write(pixels)
        if valid is not None:
            file.write_mask(valid.astype(np.uint8) * 255)
    return path


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """RGB uint8 with structure at several scales."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 200, (3, height // 16 + 1, width // 16 + 1)).astype(np.uint8)
    coarse = coarse.repeat(16, axis=1).repeat(16, axis=2)[:, :height, :width]
    return coarse + random.integers(0, 55, (3, height, width)).astype(np.uint8)


class CollectingSink:
    """Keeps plan and progress, and puts the blocks together; each pixel may come only once."""

    def __init__(self, cancel_at: float = 2.0) -> None:
        self.plan: Plan | None = None
        self.reports: list[tuple[str, float]] = []
        self.cancel_at = cancel_at

    def planned(self, plan: Plan) -> None:
        assert self.plan is None
        self.plan = plan
        shape = plan.grid.height, plan.grid.width
        self.classes = np.full(shape, NODATA, np.uint8)
        self.confidence = np.full(shape, NODATA, np.uint8)
        self.times = np.zeros(shape, int)

    def progress(self, stage: str, fraction: float, seconds_left: float | None) -> None:
        self.reports.append((stage, fraction))

    def block(self, window: Window, classes: np.ndarray, confidence: np.ndarray | None) -> None:
        place = slice(window.row, window.row + window.height), slice(window.col, window.col + window.width)
        assert classes.shape == (window.height, window.width)
        self.classes[place] = classes
        self.times[place] += 1
        if confidence is not None:
            self.confidence[place] = confidence

    def cancelled(self) -> bool:
        return bool(self.reports) and self.reports[-1][1] >= self.cancel_at


def scaled(pixels: np.ndarray) -> torch.Tensor:
    """RGB uint8 pixels as a network sees them, ``[1, 3, H, W]``; scaling as in the water preset."""
    mean, std = torch.tensor([123.675, 116.28, 103.53]), torch.tensor([58.395, 57.12, 57.375])
    return ((torch.from_numpy(pixels.astype(np.float32)) - mean[:, None, None]) / std[:, None, None])[None]


def undivided(zoo: Zoo, pixels: np.ndarray, name: str = "random") -> torch.Tensor:
    """Logits of RGB uint8 pixels from one plain forward pass."""
    from wholescene.holistic import models

    with torch.inference_mode():
        return models.load(zoo.load(name), "float32")(scaled(pixels))
