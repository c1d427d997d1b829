"""What has to be sent of a scene, and that the engine there can open it: with a real engine beside."""

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from wholescene_qgis.core.area_scene import AreaScene
from wholescene_qgis.core.remote.freight import Sight, freight_of
from wholescene_qgis.core.remote.sending import send, there_already
from wholescene_qgis.wire.errors import RemoteChanged, RemoteSource
from wholescene_qgis.wire.message import PROTOCOL
from wholescene_qgis.wire.plan import Window
from wholescene_qgis.wire.release import RELEASE


@pytest.fixture
def scene(write_scene):
    values = np.random.default_rng(1).integers(0, 255, (3, 600, 800)).astype(np.uint8)
    return write_scene("here/scene.tif", values)  # 1.4 MB: several chunks


@pytest.fixture
def depot(line):
    """Where that engine keeps what it is sent, as it says itself."""
    told = line.ask("hello", {"protocol": PROTOCOL, "client": "test", "version": RELEASE}).body["depot"]
    return Path(told["scenes"])


@pytest.fixture
def look(line, depot):
    """What a request needs there, with a path map."""

    def look(*sources, pairs=(), **more):
        return freight_of({"sources": list(map(str, sources)), **more}, Sight(line, pairs, str(depot)), "there")

    return look


def pixels(path):
    return gdal.Open(str(path)).ReadAsArray()


def test_a_scene_is_sent_once_and_is_the_same_there(look, line, scene):
    freight = look(scene)
    size = scene.stat().st_size
    assert (freight.size, there_already(line, freight, "there")) == (size, 0)
    told = []
    send(line, freight, "there", told.append)
    assert (told[0], told[-1]) == (0, size)
    assert told == sorted(told)
    (there,) = freight.translated({"sources": [str(scene)]}, "/out.tif")["sources"]
    assert there != str(scene)
    assert Path(there).read_bytes() == scene.read_bytes()
    again = look(scene)
    assert there_already(line, again, "there") == size
    scene.touch()
    assert look(scene).pieces[0].set != freight.pieces[0].set


def test_sending_goes_on_where_it_was_cut(look, line, scene):
    freight = look(scene)
    (piece,) = freight.pieces
    content = scene.read_bytes()
    place = {"set": piece.set, "name": piece.name}
    line.ask("store", {**place, "size": piece.size})
    line.ask("chunk", {**place, "offset": 0}, (content[:500_000],))
    assert there_already(line, freight, "there") == 500_000
    told = []
    send(line, freight, "there", told.append)
    assert told[0] == 500_000
    assert Path(piece.there).read_bytes() == content


def test_a_beginning_of_other_bytes_is_found_out_and_sent_anew(look, line, scene):
    freight = look(scene)
    (piece,) = freight.pieces
    place = {"set": piece.set, "name": piece.name}
    line.ask("store", {**place, "size": piece.size})
    line.ask("chunk", {**place, "offset": 0}, (b"x" * 500_000,))
    send(line, freight, "there", lambda _have: None)
    assert Path(piece.there).read_bytes() == scene.read_bytes()


def test_a_scene_that_changes_while_it_is_sent(look, line, scene):
    freight = look(scene)

    def write_more(have):
        if have == 0:
            with scene.open("ab") as stream:
                stream.write(b"more")

    with pytest.raises(RemoteChanged) as error:
        send(line, freight, "there", write_more)
    assert error.value.params == {"path": str(scene)}
    assert not os.path.exists(freight.pieces[0].there)


@pytest.fixture
def shared(tmp_path, scene):
    """A folder that the other machine has too, under another name: (here, there)."""
    there = tmp_path / "data"
    shutil.copytree(scene.parent, there)
    return str(scene.parent), str(there)


def test_a_scene_that_both_see_is_used_where_it_is(look, scene, shared):
    freight = look(scene, pairs=[shared])
    assert freight.pieces == []
    assert freight.placed == {str(scene): f"{shared[1]}/scene.tif"}


@pytest.mark.parametrize("change", ["size", "content", "gone"])
def test_a_path_map_that_leads_to_another_file_is_not_believed(look, scene, shared, change):
    other = Path(shared[1]) / "scene.tif"
    content = bytearray(other.read_bytes())
    if change == "size":
        other.write_bytes(content + b"0")
    elif change == "content":
        content[0:4] = b"abcd"
        other.write_bytes(content)
    else:
        other.unlink()
    freight = look(scene, pairs=[shared])
    assert [piece.path for piece in freight.pieces] == [str(scene)]


def test_an_area_of_a_scene_takes_the_scene_along_once(look, line, scene, tmp_path):
    first, second = (str(tmp_path / "elsewhere" / f"{name}.scene.vrt") for name in "ab")
    os.mkdir(tmp_path / "elsewhere")
    AreaScene(str(scene), Window(10, 20, 100, 200), first).write()
    AreaScene(str(scene), Window(300, 20, 100, 200), second).write()
    freight = look(first)
    send(line, freight, "there", lambda _have: None)
    (there,) = freight.translated({"sources": [first]}, "/out.tif")["sources"]
    scene.rename(scene.with_name("away.tif"))  # so that nothing here is read
    try:
        np.testing.assert_array_equal(pixels(there), pixels(scene.with_name("away.tif"))[:, 10:110, 20:220])
    finally:
        scene.with_name("away.tif").rename(scene)
    freight = look(second)
    left = freight.size - there_already(line, freight, "there")
    assert left < 5_000  # the VRT alone


def test_an_area_of_a_scene_that_both_see_sends_no_pixels(look, line, scene, shared, tmp_path):
    area = str(tmp_path / "area.scene.vrt")
    AreaScene(str(scene), Window(10, 20, 100, 200), area).write()
    freight = look(area, pairs=[shared])
    assert [piece.path for piece in freight.pieces] == [""]
    send(line, freight, "there", lambda _have: None)
    expected = pixels(area)
    scene.unlink()
    np.testing.assert_array_equal(pixels(freight.placed[area]), expected)


def test_a_vrt_beside_its_files_is_used_where_both_see_it(look, scene, tmp_path):
    gdal.BuildVRT(str(scene.parent / "all.vrt"), [str(scene)]).FlushCache()
    there = tmp_path / "data"
    shutil.copytree(scene.parent, there)
    freight = look(scene.parent / "all.vrt", pairs=[(str(scene.parent), str(there))])
    assert (freight.pieces, list(freight.placed.values())) == ([], [f"{there}/all.vrt"])


def test_a_vrt_that_is_a_part_of_itself_is_refused(look, tmp_path, scene):
    first = tmp_path / "a.vrt"
    gdal.BuildVRT(str(first), [str(scene)]).FlushCache()
    first.write_text(first.read_text().replace("here/scene.tif", "a.vrt"))
    with pytest.raises(RemoteSource):
        look(first)


def test_a_raster_inside_an_archive_and_several_of_one_name(look, line, scene, tmp_path):
    shutil.make_archive(str(tmp_path / "scenes"), "zip", scene.parent)
    inside = f"/vsizip/{tmp_path / 'scenes.zip'}/scene.tif"
    (tmp_path / "other").mkdir()
    same_name = shutil.copyfile(scene, tmp_path / "other" / "scene.tif")
    freight = look(inside, scene, same_name)
    send(line, freight, "there", lambda _have: None)
    there = freight.translated({"sources": [inside, str(scene), str(same_name)]}, "/out.tif")["sources"]
    assert len(set(there)) == 3
    for name in there:
        np.testing.assert_array_equal(pixels(name), pixels(scene))


def test_the_crs_beside_a_raster_goes_along_and_statistics_change_nothing(look, line, tmp_path):
    path = tmp_path / "plain.png"
    gdal.GetDriverByName("PNG").CreateCopy(str(path), gdal.GetDriverByName("MEM").Create("", 40, 30, 3))
    dataset = gdal.Open(str(path))
    dataset.SetGeoTransform((400000.0, 1.0, 0.0, 4200000.0, 0.0, -1.0))
    del dataset
    freight = look(path)
    send(line, freight, "there", lambda _have: None)
    assert gdal.Open(freight.placed[str(path)]).GetGeoTransform() == (400000.0, 1.0, 0.0, 4200000.0, 0.0, -1.0)
    before = hashlib.sha256(Path(f"{path}.aux.xml").read_bytes()).digest()
    gdal.Info(str(path), stats=True)
    assert hashlib.sha256(Path(f"{path}.aux.xml").read_bytes()).digest() != before
    assert [piece.set for piece in look(path).pieces] == [piece.set for piece in freight.pieces]


def test_addresses_are_the_engines_to_open_and_what_is_nowhere_is_refused(look, scene):
    address = "/vsicurl/https://example.org/a.tif"
    assert look(address).placed == {address: address}
    for wrong in ("/vsimem/a.tif", "/no/such/file.tif", "WMS:nothing"):
        with pytest.raises(RemoteSource):
            look(wrong)
    assert look(scene, grid="scene").translated({"sources": [str(scene)], "grid": "scene"}, "/o")["grid"] == "scene"
