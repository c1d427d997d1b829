"""What the benchmarks run on: a drawn scene, and a preset of any number of classes."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import rasterio
import torch
from rasterio.windows import Window
from safetensors.torch import load_file, save_file

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


def preset(folder: Path, name: str, classes: int, *, spim: bool, tile: int) -> str:
    """A preset after water-lite with ``classes`` classes, in the zoo ``folder``; its name.

    The network is water-lite's, so that the map has areas and borders.
    """
    item = copy.deepcopy(Zoo().item("water-lite"))
    item["id"], properties = name, item["properties"]
    properties["wholescene:tile"] = {"side": tile}
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
    """water-lite with another last layer: its classes are levels of how much a pixel looks like water.

    With random weights the map would be one class or noise; this one has areas and borders, as real maps do.
    """
    torch.manual_seed(0)
    network, trained = nn.build(architecture).eval(), load_file(Zoo().load("water-lite").weights_path())
    own = network.state_dict()
    fitting = {name: weight for name, weight in trained.items() if name in own and own[name].shape == weight.shape}
    network.load_state_dict(fitting, strict=False)
    layer = network.decoder.classifier
    weight, bias = (trained[f"decoder.classifier.{part}"].diff(dim=0)[0] for part in ("weight", "bias"))
    with torch.no_grad():
        layer.weight[:], layer.bias[:] = weight, bias
        levels = _levels(network(_sample())[:, :1], layer.out_channels)
        # the nearest level wins: -(x - level)² without the x² that all have
        layer.weight.copy_(2 * levels[:, None, None, None] * weight)
        layer.bias.copy_(2 * levels * bias - levels**2)
    return network


def _levels(values: torch.Tensor, count: int) -> torch.Tensor:
    """``count`` levels so far apart that borders are about as frequent as in maps of land cover."""
    low, high = torch.quantile(values.flatten()[::16], torch.tensor([0.01, 0.99])).tolist()
    return (torch.arange(count) - (count - 1) / 2) * (high - low) / 3 + (low + high) / 2


def _sample() -> torch.Tensor:
    """A drawn scene as water-lite sees it, ``[1, 3, 1024, 1024]``."""
    entries = Zoo().item("water-lite")["properties"]["mlm:input"][0]["value_scaling"]
    mean, spread = (torch.tensor([entry[key] for entry in entries])[:, None, None] for key in ("mean", "stddev"))
    return ((torch.from_numpy(draw(1024).rgb) - mean) / spread)[None]


def flops(architecture: dict[str, Any], side: int = 1024) -> int:
    """Floating-point operations of the undivided network on ``side`` x ``side`` pixels, as torch counts them."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"), FlopCounterMode(display=False) as counter, torch.inference_mode():
        nn.build(architecture)(torch.empty(1, 3, side, side))
    return int(counter.get_total_flops())
