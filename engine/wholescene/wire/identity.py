"""What a request asks for, told independently of the folder it was asked from."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from typing import List, Optional

from .request import SegmentRequest

DIGITS = 16  # of the hash; whoever compares also compares preset and weights


def identity(request: SegmentRequest) -> str:
    """A short hash of everything that decides what is in the class map: all but its name and what it may replace.

    Two requests of one identity get equal maps from equal files and weights. Wishes that are not
    made do not count, so that maps of earlier releases, which did not know them, keep their identity.
    """
    values = absolute(request).to_dict()
    for key in ("output", "overwrite", *_idle(request)):
        del values[key]
    for key in ("nodata", "overlap"):
        if values.get(key) is not None:
            values[key] = float(values[key])
    if values["extent"] is not None:
        values["extent"] = {key: value if key == "crs" else float(value) for key, value in values["extent"].items()}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:DIGITS]


def _idle(request: SegmentRequest) -> List[str]:
    """The later fields that leave the map as it would be without them."""
    mask = ["mask"] if request.mask is None else []
    windows = [] if request.mode == "crop" else ["mode", "crop", "overlap", "weighting"]
    spim = [key for key in ("spim_stages", "spim_within", "spim_grid", "spim_heads") if getattr(request, key) is None]
    return mask + windows + spim


def absolute(request: SegmentRequest) -> SegmentRequest:
    """The request with whole paths in place of those that count from the current folder."""
    return replace(
        request,
        sources=tuple(map(absolute_name, request.sources)),
        output=None if request.output is None else os.path.abspath(request.output),
        grid=request.grid if request.grid in ("scene", "model") else absolute_name(request.grid),
    )


def absolute_name(name: str) -> str:
    """A GDAL name with the whole path of the file in it; names without an existing file stay as they are.

    Understands ``a.tif``, ``/vsizip/a.zip/b.tif``, ``GTIFF_RAW:a.tif`` and ``NETCDF:"a.nc":variable``.
    """
    if os.path.exists(name):
        return os.path.abspath(name)
    quoted = re.search(r'"([^"]+)"', name)
    if quoted:
        return name[: quoted.start(1)] + absolute_name(quoted.group(1)) + name[quoted.end(1) :]
    if name.startswith("/vsi"):
        return _inside(name) or name
    return _behind_driver(name) or name


def _inside(name: str) -> Optional[str]:
    """``/vsizip/a.zip/b.tif``; the archive may be in braces, and the rest may be such a name again."""
    handler, slash, rest = name[1:].partition("/")
    if rest.startswith("/vsi"):
        return f"/{handler}/{absolute_name(rest)}"
    parts = rest.split("/")
    for count in range(1, len(parts) + 1):
        beginning = "/".join(parts[:count])
        opening, closing = ("{", "}") if beginning.startswith("{") and beginning.endswith("}") else ("", "")
        path = beginning[len(opening) : len(beginning) - len(closing)]
        if os.path.isfile(path):
            whole = opening + os.path.abspath(path) + closing
            return f"/{handler}{slash}" + "/".join([whole, *parts[count:]])
    return None


def _behind_driver(name: str) -> Optional[str]:
    """``DRIVER:path``, ``DRIVER:path:variable``, ``DRIVER:C:\\path:variable``."""
    parts = name.split(":")
    for first in range(1, len(parts)):
        for last in range(len(parts), first, -1):
            candidate = ":".join(parts[first:last])
            if os.path.exists(candidate) or candidate.startswith("/vsi"):
                return ":".join([*parts[:first], absolute_name(candidate), *parts[last:]])
    return None
