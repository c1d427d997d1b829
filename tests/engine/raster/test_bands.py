from dataclasses import dataclass

import pytest
import rasterio

from rasters import noise, write_raster
from wholescene.raster.bands import match_bands
from wholescene.raster.scene import Scene
from wholescene.wire.bands import SceneBand, common_name
from wholescene.wire.errors import BandCount, UnknownBand


@dataclass(frozen=True)
class Wanted:
    name: str
    common_name: str | None = None
    wavelength_nm: float | None = None


RGB = [Wanted("red", "red", 665), Wanted("green", "green", 560), Wanted("blue", "blue", 490)]
NIR_RGB = [Wanted("nir", "nir", 840), *RGB]


def scene(*bands):
    """Bands given by name, or by (name, colour interpretation, wavelength)."""
    parts = [(band,) if isinstance(band, str) else band for band in bands]
    return [SceneBand(number, *part) for number, part in enumerate(parts, 1)]


UNNAMED = ("", "undefined")
PAINTED = [("", "red"), ("", "green"), ("", "blue")]


@pytest.mark.parametrize(
    ("name", "common"),
    [
        ("B04", "red"),
        ("B4", "red"),
        ("B8A", "nir08"),
        ("B08", "nir"),
        ("B12", "swir22"),
        ("T18SUE_20181013T155221_B03_10m", "green"),
        ("LC08_L2SP_007066_20200722_SR_B4", "red"),
        ("LC09_x_B5", "nir"),
        ("LT05_L1TP_007066_19850101_B4", "nir"),
        ("LE07_x_B3", "red"),
        ("Near Infrared", "nir"),
        ("near_infrared", "nir"),
        ("Red", "red"),
        ("SR_B4", None),  # of which Landsat?
        ("reduced", None),
        ("B99", None),
        ("1985", None),
        ("", None),
    ],
)
def test_names_of_bands(name, common):
    assert common_name(name) == common


@pytest.mark.parametrize(
    ("offered", "wanted", "expected"),
    [
        (PAINTED, RGB, (1, 2, 3)),
        ([*PAINTED, ("", "alpha")], RGB, (1, 2, 3)),
        ([*PAINTED, UNNAMED], RGB, (1, 2, 3)),
        ([*PAINTED, UNNAMED], NIR_RGB, (4, 1, 2, 3)),  # the one left over
        (["B01", "B02", "B03", "B04", "B08"], NIR_RGB, (5, 4, 3, 2)),
        (["B", "G", "R"], RGB, (3, 2, 1)),
        ([("", "gray", 480.0), ("", "undefined", 550.0), ("", "undefined", 670.0), UNNAMED], RGB, (3, 2, 1)),
        ([("", "gray"), UNNAMED, UNNAMED], RGB, (1, 2, 3)),  # nothing known: by order
        ([("", "gray"), UNNAMED, UNNAMED, ("", "alpha")], RGB, (1, 2, 3)),
        (PAINTED, [Wanted("nir", "nir"), *RGB[:2]], (1, 2, 3)),  # infrared shown as red
        ([("", "cyan"), ("", "magenta"), ("", "yellow"), ("", "black")], NIR_RGB, (1, 2, 3, 4)),
        (["nir", "red", "green", "blue"], RGB, (2, 3, 4)),
        ([("blue", "red"), ("green", "green"), ("red", "blue")], RGB, (3, 2, 1)),  # names before paint
        (["special"], [Wanted("special")], (1,)),
    ],
)
def test_guess(offered, wanted, expected):
    assert match_bands(scene(*offered), wanted, None, "p") == expected


@pytest.mark.parametrize(
    ("offered", "wanted"),
    [
        ([("", "gray"), UNNAMED, UNNAMED, UNNAMED], RGB),  # four bands that say nothing
        ([("", "gray")], RGB),
        (["nir", "red", "green"], RGB),  # their names say that it is not RGB
        (["B02", "B03", "B04"], [Wanted("swir16", "swir16"), *RGB[:2]]),
        ([], RGB),
    ],
)
def test_no_guess(offered, wanted):
    bands = scene(*offered)
    with pytest.raises(BandCount) as caught:
        match_bands(bands, wanted, None, "water")
    assert caught.value.params["expected"] == 3
    assert caught.value.params["actual"] == len(bands)
    assert all(str(band.number) in caught.value.params["offered"] for band in bands)
    assert "--bands 1,2,3" in caught.value.message


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        (["3", "2", "1"], (3, 2, 1)),
        (["B04", "b03", "B02"], (3, 2, 1)),
        (["red", "green", "blue"], (3, 2, 1)),
        (["4", "4", " 1 "], (4, 4, 1)),
        (["nir", "red", "1"], (4, 3, 1)),
    ],
)
def test_the_persons_choice_decides(requested, expected):
    assert match_bands(scene("B02", "B03", "B04", "B08"), RGB, requested, "p") == expected


@pytest.mark.parametrize("band", ["0", "5", "-1", "B05", "", "thermal"])
def test_unknown_band(band):
    with pytest.raises(UnknownBand) as caught:
        match_bands(scene("B02", "B03", "B04", "B08"), RGB, ["1", "2", band], "p")
    assert "4 B08 (nir)" in caught.value.message


def test_too_few_requested():
    with pytest.raises(BandCount):
        match_bands(scene("B02", "B03", "B04"), RGB, ["1", "2"], "p")


def test_bands_of_real_files(tmp_path):
    stack = [write_raster(tmp_path / f"B0{i}.tif", noise(8, 8)) for i in (2, 3, 4, 8)]
    with Scene.open(stack) as opened:
        assert match_bands(opened.bands, NIR_RGB, None, "p") == (4, 3, 2, 1)
    described = write_raster(tmp_path / "d.tif", noise(3, 8, 8), descriptions=("Blue", "Green", "Red"))
    with Scene.open([described]) as opened:
        assert match_bands(opened.bands, RGB, None, "p") == (3, 2, 1)
    photo = write_raster(tmp_path / "p.tif", noise(4, 8, 8), photometric="RGB")
    with rasterio.open(photo) as file:
        assert file.colorinterp[0].name == "red"
    with Scene.open([photo]) as opened:
        assert match_bands(opened.bands, RGB, None, "p") == (1, 2, 3)
    plain = write_raster(tmp_path / "q.tif", noise(4, 8, 8), photometric="MINISBLACK")
    with Scene.open([plain]) as opened, pytest.raises(BandCount):
        match_bands(opened.bands, RGB, None, "p")
