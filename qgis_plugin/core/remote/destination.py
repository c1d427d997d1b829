"""Where the class map of a job on another machine goes here, and whether it may: asked before anything is sent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Collection, Mapping

from ...translation import tr
from ...wire.errors import OutputExists, OutputIsInput, OutputUnwritable
from ..destination import folder_for, free_output
from ..layers import file_behind

SUFFIXES = (".tif", ".tiff")


def destination_of(request: Mapping[str, Any], taken: Collection[str]) -> str:
    """The file of this machine that a request's class map becomes: the named one, or a free name beside the scene.

    ``taken`` are those of maps under way. Raises OutputExists, OutputIsInput or OutputUnwritable.
    """
    sources = [str(source) for source in request["sources"]]
    named = request.get("output")
    if not named:
        scene = Path(file_behind(sources[0]) or sources[0])
        return str(free_output(folder_for(str(scene), ""), f"{scene.stem}_{request['preset']}", taken))
    path = str(named)
    if os.path.splitext(path)[1].lower() not in SUFFIXES:
        raise OutputUnwritable(path=path, detail=tr("a class map is a GeoTIFF, so its name has to end in .tif"))
    if any(os.path.exists(source) and os.path.exists(path) and os.path.samefile(path, source) for source in sources):
        raise OutputIsInput(path=path)
    if os.path.lexists(path) and not request.get("overwrite"):
        raise OutputExists(path=path)
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise OutputUnwritable(path=path, detail=tr("there is no folder {path}").format(path=folder))
    if not os.access(folder, os.W_OK):
        raise OutputUnwritable(path=path, detail=tr("no permission to write into {path}").format(path=folder))
    return path
