"""Where results go, and what is refused."""

import os
from pathlib import Path

import pytest

from wholescene.service import outputs
from wholescene.wire.errors import OutputExists, OutputIsInput, OutputUnwritable
from wholescene.wire.request import SegmentRequest


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.tif"
    path.write_bytes(b"x")
    return path


def test_a_new_name_is_taken(scene, tmp_path):
    request = SegmentRequest((str(scene),), "p", output=str(tmp_path / "new.tif"))
    outputs.check(request)
    assert outputs.settle(request) == tmp_path / "new.tif"


def test_without_a_name_nothing_is_refused_and_one_is_found(scene, tmp_path):
    request = SegmentRequest((str(scene),), "p")
    outputs.check(request)
    assert outputs.settle(request) == tmp_path / "scene_p.tif"


@pytest.mark.parametrize("ask", [outputs.check, outputs.settle])
def test_what_is_there_is_kept_unless_told(scene, tmp_path, ask):
    there = tmp_path / "there.tif"
    there.write_bytes(b"x")
    with pytest.raises(OutputExists):
        ask(SegmentRequest((str(scene),), "p", output=str(there)))
    ask(SegmentRequest((str(scene),), "p", output=str(there), overwrite=True))


@pytest.mark.parametrize("way", [str, lambda path: os.path.relpath(path), lambda path: str(path.parent / "link.tif")])
def test_an_input_is_never_replaced(scene, tmp_path, monkeypatch, way):
    (tmp_path / "link.tif").symlink_to(scene)
    monkeypatch.chdir(tmp_path)
    request = SegmentRequest(("other.tif", str(scene)), "p", output=way(scene), overwrite=True)
    with pytest.raises(OutputIsInput):
        outputs.check(request)


def test_places_that_cannot_be_written_are_told(scene, tmp_path):
    for place in (tmp_path, tmp_path / "none" / "a.tif"):
        with pytest.raises(OutputUnwritable):
            outputs.check(SegmentRequest((str(scene),), "p", output=str(place), overwrite=True))


@pytest.mark.parametrize("ask", [outputs.check, outputs.settle])
def test_a_class_map_is_named_like_a_geotiff(scene, tmp_path, ask):
    for name in ("map.tif", "map.tiff", "MAP.TIF"):
        ask(SegmentRequest((str(scene),), "p", output=str(tmp_path / name)))
    for name in ("map.png", "map.qml", "map", "map.tif.aux.xml"):
        with pytest.raises(OutputUnwritable, match=r"end in \.tif"):
            ask(SegmentRequest((str(scene),), "p", output=str(tmp_path / name)))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(scene, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(OutputUnwritable, match="permission"):
        outputs.check(SegmentRequest((str(scene),), "p", output=str(tmp_path / "locked" / "a.tif")))


def test_names_of_gdal_are_no_files(tmp_path):
    request = SegmentRequest(("/vsizip/a.zip/b.tif", "NETCDF:x.nc:v\0"), "p", output=str(Path(tmp_path) / "a.tif"))
    outputs.check(request)
