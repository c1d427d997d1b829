"""Where a result goes, and whether it may: asked before any work starts."""

from __future__ import annotations

import os
from pathlib import Path

from ..wire.errors import OutputExists, OutputIsInput, OutputUnwritable
from ..wire.request import SegmentRequest

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
