from pathlib import Path

import pytest

from wholescene.raster.naming import default_output, scene_title


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "Pucallpa river"
    folder.mkdir()
    for name in ("a.b.tif", "scene.zip", "B02.tif", "B03.tif", "S2_20181013_B02.tif", "S2_20181013_B08.tif", "x.nc"):
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    ("sources", "title"),
    [
        (["{}/a.b.tif"], "a.b"),
        (["{}/scene.zip"], "scene"),
        (["/vsizip/{}/scene.zip/inner/t31.tif"], "t31"),
        (['NETCDF:"{}/x.nc":water/depth'], "x_water_depth"),
        (["NETCDF:{}/x.nc:depth"], "x_depth"),
        (["GTIFF_RAW:{}/a.b.tif"], "a.b"),
        (["{}/B02.tif", "{}/B03.tif"], "Pucallpa river"),
        (["{}/S2_20181013_B02.tif", "{}/S2_20181013_B08.tif"], "S2_20181013"),
    ],
)
def test_title(folder, sources, title):
    assert scene_title([source.format(folder) for source in sources]) == title


def test_output_lies_beside_the_scene_and_is_numbered(folder):
    source = str(folder / "a.b.tif")
    names = []
    for _ in range(3):
        output = default_output([source], "water-lite")
        names.append(output.name)
        output.touch()
    assert output.parent == folder
    assert names == ["a.b_water-lite.tif", "a.b_water-lite_2.tif", "a.b_water-lite_3.tif"]


@pytest.mark.parametrize("suffix", [".aux.xml", ".ovr", ".msk"])
def test_a_name_is_not_free_while_gdal_would_read_an_old_file_with_it(folder, suffix):
    (folder / f"a.b_water-lite.tif{suffix}").touch()
    assert default_output([str(folder / "a.b.tif")], "water-lite").name == "a.b_water-lite_2.tif"


def test_output_of_an_archive_lies_beside_the_archive(folder):
    assert default_output([f"/vsizip/{folder}/scene.zip/in/t31.tif"], "fbp") == folder / "t31_fbp.tif"


def test_output_of_a_source_without_a_file_lies_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_output(["WMS:somewhere"], "fbp").parent == Path.cwd()
