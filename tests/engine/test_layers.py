"""Imports point one way: cli → service, bundling, evaluation → training → holistic → nn, presets, raster → wire.

Every import statement of the engine and the plugin is read, also those inside functions,
and held against the table below. Nothing is imported by the test itself.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ENGINE = REPOSITORY / "engine" / "wholescene"
PLUGIN = REPOSITORY / "qgis_plugin"

# which layers of the engine a layer may use, besides itself
MAY_USE = {
    "wire": set(),
    "raster": {"wire"},
    "presets": {"wire"},
    "nn": {"wire"},
    "holistic": {"nn", "presets", "raster", "wire"},
    "service": {"holistic", "nn", "presets", "raster", "wire"},
    "bundling": {"presets", "wire"},
    "training": {"holistic", "nn", "presets", "raster", "wire"},
    "evaluation": {"training", "holistic", "nn", "presets", "raster", "wire"},
    "cli": {"service", "bundling", "training", "evaluation", "holistic", "nn", "presets", "raster", "wire"},
}
# packages from elsewhere that only some layers may import
ONLY_IN = {
    "torch": {"nn", "holistic", "training"},
    "rasterio": {"raster", "training", "service"},
    "zmq": {"service"},
    "rich": {"cli"},
    "packaging": {"bundling"},
}
# they do not import beside the CPU build of torch, or hide what the engine has to own
NOWHERE = {"torchvision", "timm", "transformers", "torchgeo", "lightning", "segmentation_models_pytorch"}
WIRE_MAY_IMPORT = set(sys.stdlib_module_names) | {"msgpack"}
# QGIS brings numpy: GDAL's Python needs it
PLUGIN_MAY_IMPORT = set(sys.stdlib_module_names) | {"qgis", "osgeo", "numpy", "msgpack"}


def imports(source: str, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The absolute name, in parts, of everything that ``source``, a module of ``package``, imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            # "from .. import wire" names a layer only in its last part
            yield from ((*module, alias.name) for alias in node.names)


def faults(layer: str, source: str, package: tuple[str, ...]) -> list[str]:
    """What ``source`` imports and, as a module of ``layer``, may not."""
    return [".".join(name) for name in imports(source, package) if not allowed(layer, name)]


def allowed(layer: str, name: tuple[str, ...]) -> bool:
    top = name[0]
    if top == "wholescene":
        target = name[1] if len(name) > 1 else ""
        return target not in MAY_USE or target == layer or target in MAY_USE[layer]
    if layer == "wire":
        return top in WIRE_MAY_IMPORT
    return top not in NOWHERE and layer in ONLY_IN.get(top, {layer})


def package_of(path: Path, root: Path, name: str) -> tuple[str, ...]:
    return (name, *path.relative_to(root).parent.parts)


def modules(layer: str) -> list[Path]:
    return sorted((ENGINE / layer).rglob("*.py"))


@pytest.mark.parametrize("layer", MAY_USE)
def test_layer_imports_only_what_lies_to_its_right(layer):
    found = {
        str(path.relative_to(REPOSITORY)): wrong
        for path in modules(layer)
        if (wrong := faults(layer, path.read_text("utf-8"), package_of(path, ENGINE, "wholescene")))
    }
    assert modules(layer), f"the layer {layer} has no module"
    assert not found


def test_every_folder_of_the_engine_is_a_known_layer():
    folders = {path.name for path in ENGINE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders == set(MAY_USE)


def test_wire_names_itself_only_relatively():
    # the plugin carries a copy under another name
    absolute = [
        str(path.relative_to(REPOSITORY))
        for path in modules("wire")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom)) and "wholescene" in ast.unparse(node)
    ]
    assert not absolute


def test_plugin_imports_only_qgis_and_its_own():
    found = {}
    for path in sorted(PLUGIN.rglob("*.py")):
        names = imports(path.read_text("utf-8"), package_of(path, PLUGIN, "wholescene_qgis"))
        tops = {name[0] for name in names} - {"wholescene_qgis"}
        if wrong := tops - PLUGIN_MAY_IMPORT:
            found[str(path.relative_to(REPOSITORY))] = wrong
    assert not found


def test_plugin_takes_nothing_of_the_engine_but_wire():
    layers = set(MAY_USE) - {"wire"}
    found = [
        f"{path.relative_to(REPOSITORY)}: {'.'.join(name)}"
        for path in sorted(PLUGIN.rglob("*.py"))
        for name in imports(path.read_text("utf-8"), package_of(path, PLUGIN, "wholescene_qgis"))
        if name[0] == "wholescene_qgis" and len(name) > 1 and name[1] in layers
    ]
    assert not found


@pytest.mark.parametrize(
    ("layer", "line"),
    [
        ("raster", "import torch"),
        ("presets", "from torch import nn"),
        ("raster", "from ..presets.zoo import Zoo"),
        ("nn", "from ..raster.grid import Grid"),
        ("nn", "from .. import holistic"),
        ("holistic", "from ..service import client"),
        ("service", "from ..cli.main import main"),
        ("training", "from ..service.client import EngineClient"),
        ("bundling", "from ..service.client import EngineClient"),
        ("wire", "import numpy"),
        ("wire", "from ..presets import zoo"),
        ("wire", "import wholescene.raster.grid"),
        ("nn", "import timm"),
        ("cli", "def later():\n    import torchvision"),
    ],
)
def test_a_forbidden_import_is_found(layer, line):
    assert faults(layer, line, ("wholescene", layer))


@pytest.mark.parametrize(
    ("layer", "line"),
    [
        ("cli", "from ..service.client import EngineClient"),
        ("holistic", "from .. import __version__, nn"),
        ("raster", "from .grid import Grid\nfrom ..wire.errors import BandCount"),
        ("wire", "import msgpack, hashlib\nfrom .errors import BadRequest"),
    ],
)
def test_an_allowed_import_is_not(layer, line):
    assert not faults(layer, line, ("wholescene", layer))
