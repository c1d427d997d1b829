"""Requests told apart by what they ask for, and names made independent of the current folder."""

import dataclasses
import zipfile

import pytest

from wholescene.wire.identity import absolute, absolute_name, identity
from wholescene.wire.request import Extent, SegmentRequest

ASKED = SegmentRequest(("a.tif", "b.tif"), "water-lite", extent=Extent(500000, 4100000, 510000, 4110000))


@pytest.mark.parametrize(
    "other",
    [
        {"sources": ("b.tif", "a.tif")},
        {"preset": "fbp"},
        {"extent": None},
        {"extent": Extent(500000, 4100001, 510000, 4110000)},
        {"extent": Extent(500000, 4100000, 510000, 4110000, "EPSG:32632")},
        {"bands": ("3", "2", "1")},
        {"grid": "model"},
        {"precision": "bf16"},
        {"confidence": True},
        {"nodata": 0.0},
    ],
    ids=str,
)
def test_every_wish_that_changes_the_map_makes_another_request(other):
    assert identity(dataclasses.replace(ASKED, **other)) != identity(ASKED)


def test_name_and_overwriting_do_not(tmp_path):
    assert identity(dataclasses.replace(ASKED, output=str(tmp_path / "x.tif"), overwrite=True)) == identity(ASKED)


def test_whole_and_decimal_numbers_are_one_wish():
    whole, decimal = (dataclasses.replace(ASKED, nodata=zero, extent=Extent(zero, 0, 9, 9)) for zero in (0, 0.0))
    assert identity(whole) == identity(decimal)


def test_it_survives_the_way_to_the_engine():
    assert identity(SegmentRequest.from_dict(ASKED.to_dict())) == identity(ASKED)


def test_one_file_is_one_wish_from_any_folder(tmp_path, monkeypatch):
    (tmp_path / "scene.tif").write_bytes(b"x")
    whole = SegmentRequest((str(tmp_path / "scene.tif"),), "p")
    monkeypatch.chdir(tmp_path)
    assert identity(SegmentRequest(("scene.tif",), "p")) == identity(whole)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "scene.tif").write_bytes(b"x")
    monkeypatch.chdir(tmp_path / "other")
    assert identity(SegmentRequest(("scene.tif",), "p")) != identity(whole)


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("a.tif", "{here}/a.tif"),
        ("./sub/../a.tif", "{here}/a.tif"),
        ("GTIFF_RAW:a.tif", "GTIFF_RAW:{here}/a.tif"),
        ("GTIFF_RAW:./a.tif", "GTIFF_RAW:{here}/a.tif"),
        ("GTIFF_DIR:2:a.tif", "GTIFF_DIR:2:{here}/a.tif"),
        ('NETCDF:"a.tif":red', 'NETCDF:"{here}/a.tif":red'),
        ("NETCDF:a.tif:red", "NETCDF:{here}/a.tif:red"),
        ("/vsizip/x.zip/in/b.tif", "/vsizip/{here}/x.zip/in/b.tif"),
        ("/vsizip/sub/../x.zip/in/b.tif", "/vsizip/{here}/x.zip/in/b.tif"),
        ("/vsizip/{x.zip}/in/b.tif", "/vsizip/{{here}/x.zip}/in/b.tif"),
        ("GTIFF_RAW:/vsizip/x.zip/in/b.tif", "GTIFF_RAW:/vsizip/{here}/x.zip/in/b.tif"),
        ("/vsigzip//vsizip/x.zip/b.gz", "/vsigzip//vsizip/{here}/x.zip/b.gz"),
        ("/vsicurl/http://example.org/a.tif", "/vsicurl/http://example.org/a.tif"),
        ("missing.tif", "missing.tif"),
        ("GTIFF_RAW:missing.tif", "GTIFF_RAW:missing.tif"),
    ],
)
def test_names_of_gdal_get_whole_paths(tmp_path, monkeypatch, name, whole):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.tif").write_bytes(b"x")
    (tmp_path / "x.zip").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    expected = whole.replace("{here}", str(tmp_path))
    assert absolute_name(name) == expected
    assert absolute_name(expected) == expected


def test_gdal_opens_the_whole_names_from_elsewhere(tmp_path, write_raster, monkeypatch):
    import numpy as np
    import rasterio

    write_raster("a.tif", np.full((1, 4, 4), 7, np.uint8))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.write(tmp_path / "a.tif", "in/b.tif")
    monkeypatch.chdir(tmp_path)
    names = [absolute_name(name) for name in ("GTIFF_RAW:a.tif", "/vsizip/x.zip/in/b.tif", "/vsizip/{x.zip}/in/b.tif")]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for name in names:
        with rasterio.open(name) as dataset:
            assert (dataset.read() == 7).all()


def test_keywords_of_the_grid_are_no_files(tmp_path, monkeypatch):
    for name in ("model", "like.tif"):
        (tmp_path / name).write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    assert absolute(SegmentRequest(("a.tif",), "p", grid="model")).grid == "model"
    assert absolute(SegmentRequest(("a.tif",), "p", grid="like.tif")).grid == str(tmp_path / "like.tif")
