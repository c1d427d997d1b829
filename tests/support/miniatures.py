"""Published data sets in miniature: the folders and files of each, as its authors describe them, a few pixels large."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from rasters import noise, write_raster

SIDE = 24


def stripes(values: list[int], side: int = SIDE, dtype: str = "uint8") -> np.ndarray:
    """Columns of these values, side by side, over a square."""
    return np.broadcast_to(np.repeat(np.array(values, dtype), -(-side // len(values)))[:side], (side, side)).copy()


def picture(path: Path, pixels: np.ndarray, mode: str | None = None) -> None:
    """A picture of ``[h, w]`` or ``[h, w, c]``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels, mode).save(path)


def raster(path: Path, pixels: np.ndarray, **profile: object) -> None:
    """A GeoTIFF in a folder that need not exist."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_raster(path, pixels, **profile)


def five_billion_pixels(folder: Path, names: list[str], labels: np.ndarray) -> dict[str, np.ndarray]:
    """Both depths of each scene; the stored values of the images of 8 bits, ``[4, h, w]``, by name."""
    stored = {}
    for seed, name in enumerate(names):
        pixels = noise(4, *labels.shape, seed=seed)
        picture(folder / "Image__8bit_NirRGB" / f"{name}.tif", np.moveaxis(pixels, 0, -1).copy(), "CMYK")
        raster(folder / "Image_16bit_BGRNir" / f"{name}.tiff", pixels.astype("uint16") * 4)
        picture(folder / "Annotation__index" / f"{name}_24label.png", labels)
        picture(folder / "Annotation__color" / f"{name}_24label.png", np.stack([labels] * 3, -1))
        stored[name] = pixels
    return stored


def glh_water(folder: Path, labels: np.ndarray) -> None:
    """One scene in each split: JPEG with a mask of 0 and 255."""
    for split, name in (("train", "01"), ("val", "02"), ("test", "07")):
        picture(folder / split / "img" / f"{name}.jpg", np.moveaxis(noise(3, *labels.shape), 0, -1).copy())
        picture(folder / split / "label" / f"{name}.png", labels)


def uavid(folder: Path, colours: np.ndarray) -> None:
    """One frame of a sequence in each of two splits, labels as colours ``[h, w, 3]``; a test frame without."""
    for split, sequence, frame in (
        ("train", "seq1", "000000"),
        ("train", "seq1", "000100"),
        ("valid", "seq16", "000000"),
    ):
        picture(
            folder / split / sequence / "Images" / f"{frame}.png",
            np.moveaxis(noise(3, *colours.shape[:2]), 0, -1).copy(),
        )
        picture(folder / split / sequence / "Labels" / f"{frame}.png", colours)
    picture(folder / "test" / "seq21" / "Images" / "000000.png", np.zeros((*colours.shape[:2], 3), np.uint8))


def whu_ohs(folder: Path, image: np.ndarray, labels: np.ndarray, tile: int, georeference: dict[str, object]) -> None:
    """A scene of 32 bands ``[32, h, w]`` cut into tiles of ``tile`` pixels in ``tr``, and another tile in ``ts``."""
    height, width = labels.shape
    transform = georeference.get("transform")
    for row in range(0, height, tile):
        for col in range(0, width, tile):
            where = np.s_[row : row + tile, col : col + tile]
            place = {**georeference, "transform": transform @ transform.translation(col, row)} if transform else {}
            name = f"S1_{row // tile}_{col // tile}.tif"
            raster(folder / "tr" / "image" / name, image[(slice(None), *where)], **place)
            raster(folder / "tr" / "label" / name, labels[where], **place)
    raster(folder / "ts" / "image" / "S2_0_0.tif", image[:, :tile, :tile])
    raster(folder / "ts" / "label" / "S2_0_0.tif", labels[:tile, :tile])


def inria(folder: Path, labels: np.ndarray) -> None:
    """Scenes of two cities, and one of a city whose labels are kept back."""
    for name in ("austin1", "austin5", "austin6", "austin12", "tyrol-w3", "tyrol-w36"):
        raster(folder / "AerialImageDataset" / "train" / "images" / f"{name}.tif", noise(3, *labels.shape))
        raster(folder / "AerialImageDataset" / "train" / "gt" / f"{name}.tif", labels)
    raster(folder / "AerialImageDataset" / "test" / "images" / "bellingham1.tif", noise(3, *labels.shape))


def well_known_binary(rings: list[list[tuple[float, ...]]], *, big: bool = False, heights: bool = False) -> bytes:
    """A polygon as OGC's Simple Feature Access writes it."""
    order = ">" if big else "<"
    code = 3 + 1000 * heights
    out = struct.pack(order + "BII", 0 if big else 1, code, len(rings))
    for ring in rings:
        out += struct.pack(order + "I", len(ring))
        out += b"".join(struct.pack(f"{order}{len(vertex)}d", *vertex) for vertex in ring)
    return out


def geopackage(path: Path, features: list[tuple[object, bytes]], epsg: int = 32631, field: str = "class") -> Path:
    """The tables that the GeoPackage standard asks for, and one layer ``labels`` of (value, WKB)."""
    file = sqlite3.connect(path)
    file.executescript(
        f"""
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
            organization_coordsys_id INTEGER, definition TEXT, description TEXT);
        INSERT INTO gpkg_spatial_ref_sys VALUES ('name', {epsg}, 'EPSG', {epsg}, 'undefined', '');
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, srs_id INTEGER);
        INSERT INTO gpkg_contents VALUES ('labels', 'features', {epsg});
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,
            srs_id INTEGER, z TINYINT, m TINYINT);
        INSERT INTO gpkg_geometry_columns VALUES ('labels', 'geom', 'POLYGON', {epsg}, 0, 0);
        CREATE TABLE labels (fid INTEGER PRIMARY KEY, geom BLOB, "{field}");
        """
    )
    header = b"GP\x00\x01" + struct.pack("<i", epsg)  # little-endian, no envelope
    rows = [(header + geometry, value) for value, geometry in features]
    file.executemany(f'INSERT INTO labels (geom, "{field}") VALUES (?, ?)', rows)
    file.commit()
    file.close()
    return path
