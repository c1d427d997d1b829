"""Coded errors as sentences for the panel, in the language of QGIS."""

from __future__ import annotations

from typing import Any, Mapping

from ..translation import mark, marked
from ..wire.errors import CATALOGUE
from .details import translated

# The catalogue's way out speaks of the terminal in some places; in QGIS there is another.
REMEDIES = {
    "output.exists": mark("Choose another name, or replace the file."),
    "scene.bands": mark("Choose them under Bands."),
    "scene.no_file": mark("Save what the map shows of it as a GeoTIFF, and segment that."),
    "grid.unusable": mark("Choose a georeferenced raster whose CRS is known."),
    "checkpoint.mismatch": mark("Choose another preset to build on, or another file."),
    "checkpoint.licence": mark("Tick that you may use them under it, if you may."),
    "onnx.dynamic": mark("Give the side of its windows; the file itself has to fix its bands."),
    "onnx.metadata": mark("Correct its metadata, or choose a preset to build on that tells what is missing."),
    "onnx.range": mark("Import it again as a model that gives logits."),
    "preset.colours": mark("Choose colours for the classes that it has."),
    "preset.spim_grid": mark("Give their height and width in multiples of {side} pixels."),
    "plan.memory": mark(
        "Close other programs; an area treated as the scene, or a preset with pooled keys, needs less."
    ),
    "plan.device_memory": mark("An area treated as the scene, or a preset with pooled keys, needs less."),
    "plan.window": mark("Segment the scene as a whole, which needs less."),
    "compute.precision": mark("Choose another preset."),
    "compute.precision_device": mark("Choose float32."),
    "compute.not_finite": mark("Compute it in float32; if that is what was used, the weights do not suit such values."),
    "compute.device": mark("Start the engine on another device."),
    "job.worker_died": mark("Try again. Often the machine ran out of memory."),
    "finetune.field": mark("Choose the field that holds the class."),
    "finetune.class_left_out": mark("Add them to the classes, or take these polygons away."),
    "finetune.classes": mark("Correct the class field of the polygons, or choose the classes."),
    "finetune.held_out": mark("Draw more polygons, in other places; or hold nothing out."),
    "finetune.not_better": mark("Look at the polygons, draw more, or ask for it to be saved even if it got worse."),
    "notice.values": mark("Scale the bands to that range (Raster > Conversion > Translate), or check the bands."),
    "notice.values_narrow": mark(
        "Scale the bands to that range (Raster > Conversion > Translate), or check the bands."
    ),
    "engine.not_installed": mark("Install it here, or choose its Python in the menu at the foot of the panel."),
    "engine.not_found": mark("Start one from the panel."),
    "engine.start_failed": mark("Check which Python the panel's settings name, or try again."),
    "engine.running": mark("Use it, or stop it first from the panel."),
    "engine.lost": mark("The engine may have stopped; try again."),
    "wire.protocol": mark("Update the {older}: plugin and engine have to come from the same release."),
    "wire.release": mark(
        "Update the {older}: plugin and engine have to come from the same release. "
        "If both are up to date, end the engine that still runs."
    ),
}
SIDES = {"client": mark("plugin"), "engine": mark("engine")}


def sentence(error: Mapping[str, Any]) -> str:
    """What is wrong and the way out; the engine's own words for a code that this plugin does not know."""
    code = str(error.get("code"))
    kind = CATALOGUE.get(code)
    params = {str(name): value for name, value in dict(error.get("params") or {}).items()}
    if kind is None:
        return str(error.get("message") or code)
    if "older" in params:
        params["older"] = marked(SIDES.get(str(params["older"]), str(params["older"])))
    filled = _Named(translated(params))
    texts = (kind.problem, REMEDIES.get(code, kind.remedy))
    return " ".join(marked(text).format_map(filled) for text in texts if text).strip()


class _Named(dict):
    """A parameter that is missing shows its name instead of hiding the error."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
