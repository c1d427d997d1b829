"""The clauses that the engine puts into its errors, in the language of QGIS.

An error travels as code and parameters, and some parameters are words: why a file cannot be written, what needs the
memory. Those of the engine that a person in QGIS may meet are listed here, and translated with what stands in their
gaps. What GDAL or the operating system said stays as they said it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Dict, List, Tuple

from ..translation import mark, marked

GAP = re.compile(r"\{(\w+)\}")
WORDS = ("detail", "reason", "part", "memory")  # parameters that may be clauses

CLAUSES = (
    # files
    mark("it is a folder"),
    mark("there is no folder {path}"),
    mark("no permission to write into {path}"),
    mark("a class map is a GeoTIFF, so its name has to end in .tif; a name that ends in {separator} is a folder"),
    mark("the scene has no georeference, so it has no place there"),
    # scenes
    mark("it has no raster band"),
    mark("the archive holds no raster"),
    mark("it is not georeferenced"),
    mark("{width} × {height} pixels against {wanted_width} × {wanted_height}"),
    mark("{n} pixels apart"),
    mark("another CRS"),
    # memory
    mark("the weights"),
    mark("the tiles in flight"),
    mark("margins on their way"),
    mark("sums over the scene"),
    mark("keys and values of {step}"),
    mark("the processes themselves"),
    mark("the processes"),
    mark("main memory"),
    mark("memory on each device"),
    mark("allocation failed"),
    mark("no more memory"),
    # processes
    mark("exit code {n}"),
    mark("signal {name}"),
    mark("it gave no sign of life for {n} seconds and was ended"),
    mark("it took more than {n} seconds"),
    mark("its process ended ({detail})"),
    mark("its process cannot be started ({detail})"),
    # the engine and what it leaves for the plugin
    mark("there is no connection file {path}"),
    mark("there is no file {path}"),
    mark("{path} cannot be read"),
    mark("{path}, named by {where}, does not exist"),
    mark("it belongs to another user"),
    mark("other users could read it"),
    mark("everybody could write into this folder"),
    mark("it is a symbolic link"),
    mark("it is not a regular file"),
    mark("its content is not JSON"),
    mark("its content is not understood"),
    # presets
    mark("{path} does not exist"),
    mark("preset.json does not say which SHA-256 they have"),
    # models
    mark("it has a password"),
    mark("its path is absolute"),
    mark("its path leads out of the folder"),
    mark("its name has characters that mean something else on other systems"),
    mark("its name means something else on other systems"),
    mark("there are two of that name"),
    mark("there is no preset.json at its top or in a folder there"),
    mark("there are {n} files preset.json; a package holds one preset"),
    mark("it has SPIM, whose number of heads no weight tells: pass --spim-heads"),
    mark("{operator} runs on the cells of a region grid only, whose side --cell names"),
    mark("it uses those of the preset '{name}', which is not there"),
    # GPUs
    mark("torch is a build without CUDA. Install the CUDA build of torch into the engine's environment."),
    mark("The {driver} does not answer. Install it, or load it (in a container: start it with GPU access)."),
    mark("CUDA_VISIBLE_DEVICES hides them. Unset it."),
    mark("torch's CUDA {version} does not start. Update the {driver} to one that supports it."),
    # requests
    mark("it is too long; combine the files in a VRT, simplify the mask"),
    # fine-tuning
    mark("a preset has 2 to {most} of them, not {n}"),
    mark("there are more than {most} of them"),
    mark("two names have the same value in the field class_id"),
    mark("the value {value} is not within 0 to {largest}"),
    mark("there is no layer '{name}' (there are: {offered})"),
    mark("name one of its layers: {offered}"),
    mark("files of type '{suffix}' are not read"),
)


def translated(params: Dict[str, Any]) -> Dict[str, Any]:
    """The parameters of an error, its clauses in the language of QGIS."""
    clauses = {name: clause(params[name]) for name in WORDS if isinstance(params.get(name), str)}
    return {**params, **clauses}


def clause(told: str) -> str:
    """A clause of the engine in the language of QGIS; as it is if it is not listed here."""
    for pattern, source in _patterns():
        found = pattern.fullmatch(told)
        if found:
            return marked(source).format(**found.groupdict())
    return told


@lru_cache(maxsize=None)
def _patterns() -> List[Tuple["re.Pattern[str]", str]]:
    """Each clause as an expression with named gaps, those with the most words of their own first."""
    by_words = sorted(CLAUSES, key=lambda source: -len(GAP.sub("", source)))
    return [(re.compile(_expression(source)), source) for source in by_words]


def _expression(source: str) -> str:
    words = GAP.split(source)  # text, name, text, name, …, text
    return "".join(f"(?P<{word}>.+)" if at % 2 else re.escape(word) for at, word in enumerate(words))
