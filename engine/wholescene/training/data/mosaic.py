"""Mosaics: tiles of one scene, joined again without copying a pixel, as a VRT in memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, unescape

import numpy as np
from affine import Affine

from ...raster.geodesy import Floats
from ...raster.grid import Grid
from ...raster.sources import open_source
from ...wire.errors import TilesUnplaced
from ...wire.plan import Window

GDAL_TYPES = {
    "uint8": "Byte",
    "int8": "Int8",
    "uint16": "UInt16",
    "int16": "Int16",
    "uint32": "UInt32",
    "int32": "Int32",
    "float32": "Float32",
    "float64": "Float64",
}
ROW_AND_COLUMN = re.compile(r"_(\d+)_(\d+)$")
FIRST_TILE = re.compile(r"^<VRTDataset.*?<SourceFilename[^>]*>(.*?)</SourceFilename>", re.DOTALL)
ALIGNMENT = 0.01  # pixels


@dataclass(frozen=True)
class Tile:
    """A file of a scene: its grid, bands and type, and its first column and row in the mosaic."""

    path: Path
    grid: Grid
    bands: int
    dtype: str
    col: int = 0
    row: int = 0


def mosaic(paths: Sequence[Path], scene: str) -> str:
    """The GDAL name of all tiles as one raster; where tiles overlap, the last counts; gaps are 0.

    Tiles lie where their georeference says, or, if they have none, where names that end in ``_ROW_COLUMN`` (counted
    in tiles) say. Raises TilesUnplaced.
    """
    tiles = [_tile(path) for path in paths]
    first = tiles[0]
    for tile in tiles:
        if (tile.bands, tile.dtype, tile.grid.crs) != (first.bands, first.dtype, first.grid.crs):
            raise TilesUnplaced(
                scene=scene, detail=f"{tile.path.name} differs from {first.path.name} in bands, type or CRS"
            )
    placed = _by_name(tiles, scene) if first.grid.transform == Affine.identity() else _by_ground(tiles, scene)
    return _vrt(placed)


def shown(source: str) -> str:
    """How messages call a GDAL name: a mosaic by its first tile."""
    match = FIRST_TILE.search(source)
    return f"{unescape(match[1])} and the tiles around it" if match else source


def _tile(path: Path) -> Tile:
    with open_source(str(path)) as file:
        grid = Grid(file.width, file.height, file.transform, file.crs or None)
        return Tile(path, grid, file.count, file.dtypes[0])


def _by_ground(tiles: Sequence[Tile], scene: str) -> list[Tile]:
    first = tiles[0].grid
    corners = []
    for tile in tiles:
        cols, rows = first.pixels(*tile.grid.positions(*_diagonal(tile.grid)))
        col, row = float(cols[0]), float(rows[0])
        stretched = max(abs(cols[1] - col - tile.grid.width), abs(rows[1] - row - tile.grid.height))
        if max(stretched, abs(col - round(col)), abs(row - round(row))) > ALIGNMENT:
            raise TilesUnplaced(scene=scene, detail=f"{tile.path.name} is not on the pixels of {tiles[0].path.name}")
        corners.append((round(col), round(row)))
    left, top = min(col for col, _ in corners), min(row for _, row in corners)
    return [_at(tile, col - left, row - top) for tile, (col, row) in zip(tiles, corners, strict=True)]


def _diagonal(grid: Grid) -> tuple[Floats, Floats]:
    """Columns and rows of the first and the last corner."""
    return np.array([0.0, grid.width]), np.array([0.0, grid.height])


def _by_name(tiles: Sequence[Tile], scene: str) -> list[Tile]:
    width, height = (max(getattr(tile.grid, side) for tile in tiles) for side in ("width", "height"))
    places: list[tuple[int, int]] = []
    for tile in tiles:
        match = ROW_AND_COLUMN.search(tile.path.stem)
        if match is None:
            detail = f"{tile.path.name} has no georeference and its name does not end in _ROW_COLUMN"
            raise TilesUnplaced(scene=scene, detail=detail)
        places.append((int(match[1]), int(match[2])))
    top, left = min(row for row, _ in places), min(col for _, col in places)
    return [
        _at(tile, (col - left) * width, (row - top) * height) for tile, (row, col) in zip(tiles, places, strict=True)
    ]


def _at(tile: Tile, col: int, row: int) -> Tile:
    return Tile(tile.path, tile.grid, tile.bands, tile.dtype, col, row)


def _vrt(tiles: Sequence[Tile]) -> str:
    width = max(tile.col + tile.grid.width for tile in tiles)
    height = max(tile.row + tile.grid.height for tile in tiles)
    first = tiles[0]
    bands = "".join(
        f'<VRTRasterBand dataType="{GDAL_TYPES[first.dtype]}" band="{band}">'
        + "".join(_source(tile, band) for tile in tiles)
        + "</VRTRasterBand>"
        for band in range(1, first.bands + 1)
    )
    return f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">{_georeference(first)}{bands}</VRTDataset>'


def _georeference(tile: Tile) -> str:
    """Of the mosaic, whose corner lies as many pixels before the tile's as the tile's place says."""
    if tile.grid.transform == Affine.identity():
        return ""
    a, b, c, d, e, f = tuple(tile.grid.cut(Window(-tile.row, -tile.col, 1, 1)).transform)[:6]
    srs = f"<SRS>{escape(tile.grid.crs.to_wkt())}</SRS>" if tile.grid.crs is not None else ""
    return f"{srs}<GeoTransform>{c!r}, {a!r}, {b!r}, {f!r}, {d!r}, {e!r}</GeoTransform>"


def _source(tile: Tile, band: int) -> str:
    size = f'xSize="{tile.grid.width}" ySize="{tile.grid.height}"'
    return (
        f'<SimpleSource><SourceFilename relativeToVRT="0">{escape(str(tile.path.absolute()))}</SourceFilename>'
        f'<SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" {size}/>'
        f'<DstRect xOff="{tile.col}" yOff="{tile.row}" {size}/></SimpleSource>'
    )
