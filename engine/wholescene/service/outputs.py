"""Where a result goes, and whether it may: asked before any work starts."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from ..wire.errors import DiskFull, OutputExists, OutputIsInput, OutputUnwritable, WholeSceneError
from ..wire.estimate import Estimate
from ..wire.request import SegmentRequest

MEGABYTE = 1 << 20
SHRINKS = 10  # class maps are compressed by at least about this
COPIES = 2  # the part file and the result that is made of it
SUFFIXES = (".tif", ".tiff")  # under another one programs would not know the class map for a GeoTIFF
WRONG_NAME = "a class map is a GeoTIFF, so its name has to end in .tif; a name that ends in {separator} is a folder"


def check(request: SegmentRequest) -> None:
    """See that the named output may be written; raises OutputIsInput, OutputExists or OutputUnwritable."""
    if request.output is not None:
        _check_place(Path(request.output), request)


def settle(request: SegmentRequest) -> Path:
    """The file the class map goes to: the named one, or a free name beside the scene. Raises like :func:`check`."""
    from ..raster.naming import default_output

    output = default_output(request.sources, request.preset) if request.output is None else Path(request.output)
    _check_place(output, request)
    return output


def with_output(request: SegmentRequest, found: Estimate, as_scene: bool = False) -> Estimate:
    """The estimate with the file that would be written, the room for it, and what is wrong with it.

    Whoever has an area computed as a scene names the output (``as_scene``): its file is not there yet.
    """
    problem: WholeSceneError | None = None
    output = None if request.output is None else Path(request.output)
    try:
        if output is None and as_scene:
            return found
        output = settle(request)
    except WholeSceneError as refused:
        problem = refused
    except OSError:  # no folder to look for a name in; the scene's own problem says more
        return found
    free = _free(output) if output is not None else None
    if problem is None and free is not None and found.output_bytes is not None:
        needed = COPIES * max(MEGABYTE, found.output_bytes // SHRINKS)
        if free < needed:
            problem = DiskFull(path=str(output), free_mb=free // MEGABYTE, needed_mb=-(-needed // MEGABYTE))
    problems = found.errors if problem is None else (*found.errors, problem.to_dict())
    return replace(found, output=None if output is None else str(output), output_free=free, errors=problems)


def _free(output: Path) -> int | None:
    try:
        return shutil.disk_usage(output.parent).free
    except OSError:
        return None


def _check_place(output: Path, request: SegmentRequest) -> None:
    if any(_same_file(output, source) for source in request.sources):
        raise OutputIsInput(path=str(output))
    if output.is_dir():
        raise OutputUnwritable(path=str(output), detail="it is a folder")
    if output.suffix.lower() not in SUFFIXES:
        raise OutputUnwritable(path=str(output), detail=WRONG_NAME.format(separator=os.sep))
    if output.exists() and not request.overwrite:
        raise OutputExists(path=str(output))
    if not output.parent.is_dir():
        raise OutputUnwritable(path=str(output), detail=f"there is no folder {output.parent}")
    if not os.access(output.parent, os.W_OK):
        raise OutputUnwritable(path=str(output), detail=f"no permission to write into {output.parent}")


def _same_file(output: Path, source: str) -> bool:
    try:
        return os.path.samefile(output, source)
    except (OSError, ValueError):  # one of them does not exist, or is no file name
        return False
