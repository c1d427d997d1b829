"""What the benchmarks run on: a drawn scene, and a preset with random weights."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import rasterio
import torch
from rasterio.windows import Window
from safetensors.torch import save_file

from wholescene import nn
from wholescene.presets.zoo import Zoo
from wholescene.raster.landscape import draw

DRAWN = 4096  # side of the scene that is drawn; larger ones repeat it
STORED = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "predictor": 2}


def scene(folder: Path, side: int) -> Path:
    """A GeoTIFF of ``side`` x ``side`` pixels, red, green and blue; made once."""
    path = folder / f"scene_{side}.tif"
    if not path.exists():
        drawn = folder / "landscape.tif"
        if not drawn.exists():
            draw(DRAWN).write(folder)
        _repeat(drawn, path, side)
    return path


def _repeat(drawn: Path, path: Path, side: int) -> None:
    part = path.with_suffix(".part.tif")
    with rasterio.open(drawn) as source:
        profile = {**source.profile, **STORED, "width": side, "height": side}
        with rasterio.open(part, "w", **profile) as target:
            for row in range(0, side, DRAWN):
                for col in range(0, side, DRAWN):
                    height, width = min(DRAWN, side - row), min(DRAWN, side - col)
                    pixels = source.read(window=Window(0, 0, width, height))
                    target.write(pixels, window=Window(col, row, width, height))
    part.replace(path)


def preset(folder: Path, name: str, classes: int, *, spim: bool) -> str:
    """A preset after water-lite with ``classes`` classes and random weights, in the zoo ``folder``; its name.

    Every part of the network counts: norms and biases are not at their neutral start.
    """
    item = copy.deepcopy(Zoo().item("water-lite"))
    item["id"], properties = name, item["properties"]
    output = properties["mlm:output"][0]
    output["result"]["shape"][1] = classes
    output["classification:classes"] = [_class(value) for value in range(classes)]
    architecture = properties["wholescene:architecture"]
    architecture["classes"] = classes
    if not spim:
        del architecture["spim"]
    network = _network(architecture)
    properties["mlm:total_parameters"] = sum(weight.numel() for weight in network.parameters())
    here = folder / name
    here.mkdir(parents=True, exist_ok=True)
    save_file(network.state_dict(), here / "weights.safetensors")
    data = (here / "weights.safetensors").read_bytes()
    item["assets"], item["links"] = {"model": item["assets"]["model"]}, []
    item["assets"]["model"] |= {"file:size": len(data), "file:checksum": "1220" + hashlib.sha256(data).hexdigest()}
    (here / "preset.json").write_text(json.dumps(item), encoding="utf-8")
    return name


def _class(value: int) -> dict[str, Any]:
    colour = f"{value * 9 % 256:02X}{value * 37 % 256:02X}{value * 91 % 256:02X}"
    name = f"class {value}"
    return {"value": value, "name": name, "title": name, "description": name, "color_hint": colour}


def _network(architecture: dict[str, Any]) -> nn.Segmenter:
    torch.manual_seed(0)
    network = nn.build(architecture)
    for name, weight in network.named_parameters():
        if weight.ndim == 1:
            torch.nn.init.normal_(weight, mean=float(name.endswith("norm.weight")), std=0.1)
    return network


def flops(architecture: dict[str, Any], side: int = 1024) -> int:
    """Floating-point operations of the undivided network on ``side`` x ``side`` pixels, as torch counts them."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"), FlopCounterMode(display=False) as counter, torch.inference_mode():
        nn.build(architecture)(torch.empty(1, 3, side, side))
    return int(counter.get_total_flops())
