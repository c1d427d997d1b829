"""Requests told apart by what they ask for, and names made independent of the current folder."""

import dataclasses
import hashlib
import json
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
        {"mode": "crop"},
        {"mode": "crop", "crop": 1024},
        {"mode": "crop", "overlap": 0.5},
        {"mode": "crop", "weighting": "gaussian"},
        {"spim_stages": ()},
        {"spim_stages": (3,)},
        {"spim_within": "grid"},
        {"spim_within": "grid", "spim_grid": (512, 1024)},
        {"spim_within": "grid", "spim_grid": (1024, 512)},
        {"spim_heads": 4},
    ],
    ids=str,
)
def test_every_wish_that_changes_the_map_makes_another_request(other):
    assert identity(dataclasses.replace(ASKED, **other)) != identity(ASKED)


def test_name_and_overwriting_do_not(tmp_path):
    assert identity(dataclasses.replace(ASKED, output=str(tmp_path / "x.tif"), overwrite=True)) == identity(ASKED)


WISHES = [{"mode": "crop"}, {"mode": "crop", "crop": 1024}, {"mode": "crop", "overlap": 0.5}, {"spim_stages": ()}]


def test_no_two_of_these_wishes_are_one():
    assert len({identity(dataclasses.replace(ASKED, **wish)) for wish in WISHES}) == len(WISHES)


def test_windows_that_are_not_used_are_no_wish():
    assert identity(dataclasses.replace(ASKED, crop=1024, overlap=0, weighting="gaussian")) == identity(ASKED)


def test_maps_of_the_first_release_keep_their_identity():
    """The fields that it knew, hashed as it did."""
    values = {"sources": ["/none/a.tif"], "preset": "p", "extent": None, "bands": None, "grid": "scene"}
    values |= {"precision": "auto", "confidence": False, "nodata": None}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    expected = hashlib.sha256(text.encode("ascii")).hexdigest()[:16]
    assert identity(SegmentRequest(("/none/a.tif",), "p")) == expected


def test_whole_and_decimal_numbers_are_one_wish():
    whole, decimal = (dataclasses.replace(ASKED, nodata=zero, extent=Extent(zero, 0, 9, 9)) for zero in (0, 0.0))
    assert identity(whole) == identity(decimal)
    none, nothing = (dataclasses.replace(ASKED, mode="crop", overlap=zero) for zero in (0, 0.0))
    assert identity(none) == identity(nothing)


def test_it_survives_the_way_to_the_engine():
    for wish in ({}, {"mode": "crop"}, {"spim_stages": (2, 3), "spim_within": "grid", "spim_grid": (512, 64)}):
        asked = dataclasses.replace(ASKED, **wish)
        # msgpack and JSON have no tuples
        assert identity(SegmentRequest.from_dict(json.loads(json.dumps(asked.to_dict())))) == identity(asked)


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
