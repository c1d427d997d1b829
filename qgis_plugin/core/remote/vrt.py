"""The files that GDAL's own XML names: a VRT, and the notes (``.aux.xml``) beside a raster.

Looked at as text: what is not understood here stays as it is.
"""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass
from typing import Iterator, Sequence

NAME = re.compile(r"<(SourceFilename|SourceDataset)([^>]*)>([^<]*)</\1>")
RELATIVE = re.compile(r"\s*relativeToVRT\s*=\s*[\"'](\d)[\"']", re.IGNORECASE)
STATISTICS = re.compile(r"<MDI key=\"STATISTICS_[^>]*>[^<]*</MDI>|<Histograms>.*?</Histograms>", re.DOTALL)
BETWEEN = re.compile(r">\s+<")
EMPTY = re.compile(r"<(\w+)[^<>]*></\1>")
ENCODING = ("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Reference:
    """A GDAL name in a VRT; ``relative``: it was (or is to be) written as a neighbour of the VRT."""

    name: str
    relative: bool


class Vrt:
    """A VRT of the folder ``folder``, with the names in it as whole paths."""

    def __init__(self, content: bytes, folder: str) -> None:
        self._text = content.decode(*ENCODING)
        self._folder = folder
        self.references = [self._reference(found) for found in NAME.finditer(self._text)]

    def _reference(self, found: "re.Match[str]") -> Reference:
        told, name = RELATIVE.search(found.group(2)), html.unescape(found.group(3))
        if told is not None and told.group(1) == "1":
            return Reference(os.path.normpath(os.path.join(self._folder, name)), True)
        return Reference(name, False)

    def rewritten(self, references: Sequence[Reference]) -> bytes:
        """The same VRT with other names, in the same order."""
        names: Iterator[Reference] = iter(references)
        return NAME.sub(lambda found: _written(found, next(names)), self._text).encode(*ENCODING)


def _written(found: "re.Match[str]", reference: Reference) -> str:
    tag, kept = found.group(1), RELATIVE.sub("", found.group(2))
    name = html.escape(reference.name, quote=False)
    return f'<{tag}{kept} relativeToVRT="{int(reference.relative)}">{name}</{tag}>'


def without_statistics(content: bytes) -> bytes:
    """Notes beside a raster without statistics, histograms and what held them; b"" if nothing else was in them."""
    text = BETWEEN.sub("><", STATISTICS.sub("", content.decode(*ENCODING)).strip())
    found = 1
    while found:  # what held an element that is gone may be empty now itself
        text, found = EMPTY.subn("", text)
    return text.encode(*ENCODING)
