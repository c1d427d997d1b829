"""What the other machine needs of a scene: nothing where it sees the files itself, else the files, under plain names.

A VRT is a file that names others. It is written anew for the other machine, with the paths that those have there.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence

from osgeo import gdal

from ...translation import tr
from ...wire.errors import BadMessage, RemoteNoSuchFile, RemoteSource
from ...wire.fingerprint import fingerprint
from ...wire.transfer import plain_name
from ..layers import file_behind
from .host import PathMap
from .line import Line
from .paths import counterpart, joined
from .vrt import Reference, Vrt, without_statistics

GRIDS = ("scene", "model")  # what the grid of a request may be besides a raster
MAX_TEXT_BYTES = 64 << 20  # of a VRT
SET_DIGITS = 32


@dataclass(frozen=True)
class Piece:
    """A file to be sent as ``name`` of ``set``, to become ``there``.

    It has the ``size`` (bytes) and the bytes of ``path`` here, or, if that is empty, of ``content``; ``mark`` changes
    with the file.
    """

    set: str
    name: str
    there: str
    path: str
    size: int
    mark: str
    content: bytes = b""


@dataclass
class Freight:
    """All sources of a request as the engine will open them, and the pieces that have to be sent for that."""

    placed: Dict[str, str] = field(default_factory=dict)  # GDAL name here -> GDAL name there
    pieces: List[Piece] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(piece.size for piece in self.pieces)

    def translated(self, request: Mapping[str, Any], output: str) -> Dict[str, Any]:
        """A request of this machine as the engine of the other one understands it."""
        grid = str(request.get("grid") or "scene")
        sources = [self.placed[str(source)] for source in request["sources"]]
        there = {"sources": sources, "grid": self.placed.get(grid, grid), "output": output}
        return {**request, **there, "overwrite": True}  # the folder of the output is this job's own


def freight_of(request: Mapping[str, Any], sight: "Sight", host: str) -> Freight:
    """What ``host`` needs for a request; raises RemoteSource for what cannot be sent."""
    loader = _Loader(sight, host)
    grid = str(request.get("grid") or "scene")
    for name in [*map(str, request.get("sources") or ()), *([grid] if grid not in GRIDS else [])]:
        loader.freight.placed[name] = loader.place(name)
    return loader.freight


class Sight:
    """What the engine sees of the files of this machine, as it says itself; ``scenes`` is where it keeps sent ones."""

    def __init__(self, line: Line, pairs: PathMap, scenes: str) -> None:
        self._line, self._pairs, self.scenes = line, pairs, scenes
        self._known: Dict[str, Optional[str]] = {}

    def same(self, path: str) -> Optional[str]:
        """The path there of a file that the path map covers, if size and samples are the same; else None."""
        if path not in self._known:
            there = counterpart(os.path.abspath(path), self._pairs)
            self._known[path] = there if there is not None and self._is_same(path, there) else None
        return self._known[path]

    def has(self, path: str) -> bool:
        """Whether a path that is none of this machine is one there: the map of an earlier job names such scenes."""
        try:
            self._line.ask("look", {"path": path})
        except (RemoteNoSuchFile, BadMessage):
            return False
        return True

    def _is_same(self, path: str, there: str) -> bool:
        try:
            mine = fingerprint(path)
            body = self._line.ask("look", {"path": there, "size": mine.size}).body
        except (OSError, RemoteNoSuchFile):
            return False
        return (body.get("size"), body.get("sample")) == (mine.size, mine.sample)


class _Loader:
    """Collects the pieces of one request."""

    def __init__(self, sight: Sight, host: str) -> None:
        self.freight = Freight()
        self._sight, self._same, self._host = sight, sight.same, host
        self._sent: Dict[str, str] = {}  # file here -> its path there once it is sent
        self._inside: List[str] = []  # VRTs that are being read

    def place(self, source: str) -> str:
        """A GDAL name as the engine will open it."""
        file = file_behind(source)
        if file is None:
            return self._elsewhere(source)
        if source == file and _is_vrt(file):
            return self._vrt(file)
        if file not in self._sent:
            files = _files_of(source, file)
            if files and all(self._same(part) for part in files):
                return source.replace(file, self._folder_there(file, files))
            self._check(source, file, files)
            notes = self._notes_beside(file)
            self._add([*files, *notes], notes)
        return source.replace(file, self._sent[file])

    def _check(self, source: str, file: str, files: Sequence[str]) -> None:
        if os.path.isdir(file):
            raise self._refusal(source, tr("it is a folder"))
        if len({os.path.dirname(os.path.abspath(part)) for part in files}) > 1:
            raise self._refusal(source, tr("its files lie in several folders"))

    def _folder_there(self, file: str, files: Sequence[str]) -> str:
        """The path there of a file, or of a folder whose ``files`` are there."""
        if os.path.isfile(file):
            return str(self._same(file))
        beyond = len(os.path.abspath(files[0])) - len(os.path.abspath(file))
        return str(self._same(files[0]))[:-beyond]

    def _elsewhere(self, source: str) -> str:
        """What is no file of this machine is the engine's to open, if it can be the same there."""
        an_address = "://" in source or (source.startswith("/vsi") and not source.startswith("/vsimem/"))
        if not an_address and not self._sight.has(source):
            raise self._refusal(source, tr("it is no file of this machine, and no address"))
        return source

    def _add(self, files: Sequence[str], written: Mapping[str, bytes]) -> None:
        """Let files be sent, beside each other; ``written`` has what takes the place of a file's own content."""
        marks = {file: self._mark(file, written.get(file)) for file in files}
        set_ = _set_of([f"{os.path.abspath(file)} {mark}" for file, mark in marks.items()])
        names: List[str] = []
        for file, mark in marks.items():
            name = plain_name(os.path.basename(file))
            names.append(name if name not in names else plain_name(f"{len(names)}_{name}"))
            self._sent[file] = there = joined(self._sight.scenes, set_, names[-1])
            content = written.get(file)
            size = os.path.getsize(file) if content is None else len(content)
            kept = ("", size, mark, content) if content is not None else (file, size, mark)
            self.freight.pieces.append(Piece(set_, names[-1], there, *kept))

    def _mark(self, file: str, content: Optional[bytes]) -> str:
        try:
            return mark_of(file) if content is None else hashlib.sha256(content).hexdigest()
        except OSError as problem:
            raise self._refusal(file, problem.strerror or str(problem)) from None

    def _notes_beside(self, file: str) -> Dict[str, bytes]:
        """What GDAL keeps beside a file, such as a CRS, without the statistics that QGIS adds when it looks at it."""
        beside = f"{file}.aux.xml"
        content = without_statistics(self._content(beside)) if os.path.isfile(beside) else b""
        return {beside: content} if content else {}

    def _vrt(self, file: str) -> str:
        """A VRT as it is, if it names only its neighbours and all of them are there; else one written anew."""
        if file in self._sent:
            return self._sent[file]
        if file in self._inside:
            raise self._refusal(file, tr("it is a part of itself"))
        self._inside.append(file)
        vrt = Vrt(self._content(file), os.path.dirname(os.path.abspath(file)))
        there = [self.place(reference.name) for reference in vrt.references]
        self._inside.remove(file)
        neighbours = all(ref.relative and ref.name not in self._sent for ref in vrt.references)
        if neighbours and self._same(file):
            return str(self._same(file))
        self._add([file], {file: vrt.rewritten([Reference(name, False) for name in there])})
        return self._sent[file]

    def _content(self, file: str) -> bytes:
        try:
            with open(file, "rb") as stream:
                content = stream.read(MAX_TEXT_BYTES + 1)
        except OSError as problem:
            raise self._refusal(file, problem.strerror or str(problem)) from None
        if len(content) > MAX_TEXT_BYTES:
            raise self._refusal(file, tr("it is too long for such a file"))
        return content

    def _refusal(self, source: str, detail: str) -> RemoteSource:
        return RemoteSource(source=source, host=self._host, detail=detail)


def mark_of(file: str) -> str:
    """Time, size and samples of a file as one text; raises OSError."""
    found = fingerprint(file)
    return f"{os.stat(file).st_mtime_ns} {found.size} {found.sample}"


def _set_of(parts: Sequence[str]) -> str:
    """The name of files that are sent together: another one with any change, the same for the same files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()[:SET_DIGITS]


def _is_vrt(file: str) -> bool:
    try:
        with open(file, "rb") as stream:
            return b"<VRTDataset" in stream.read(1024)
    except OSError:
        return False


def _files_of(source: str, file: str) -> List[str]:
    """The files that GDAL reads for a source, the one of its name first."""
    try:
        dataset = gdal.OpenEx(source, gdal.OF_RASTER)
    except RuntimeError:  # GDAL's exceptions are a switch of the whole process
        dataset = None
    listed = (dataset.GetFileList() if dataset is not None else None) or []
    # neither changes what a scene says; QGIS writes both when it looks at one
    kept = [part for part in listed if not part.endswith((".aux.xml", ".ovr"))]
    own = [file] if os.path.isfile(file) else []
    return [*own, *(part for part in kept if os.path.isfile(part) and part not in own)]
