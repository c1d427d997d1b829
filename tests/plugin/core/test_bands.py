"""Offered bands and the guess, which follows the same rules as the engine's choice."""

import dataclasses

import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer
from wholescene_qgis.core.bands import guess, offered_bands
from wholescene_qgis.wire.bands import SceneBand

RGB = [
    {"name": "red", "common_name": "red", "wavelength_nm": 665.0},
    {"name": "green", "common_name": "green", "wavelength_nm": 560.0},
    {"name": "blue", "common_name": "blue", "wavelength_nm": 490.0},
]
NIR_R_G_B = [{"name": "nir", "common_name": "nir", "wavelength_nm": 842.0}, *RGB]


def bands(*entries):
    made = []
    for number, entry in enumerate(entries, 1):
        name, colour, wavelength = (*entry, None)[:3] if isinstance(entry, tuple) else (entry, "undefined", None)
        made.append(SceneBand(number, name, colour, wavelength))
    return made


CASES = {
    "names in another order": (bands("Blue", "Green", "Red"), RGB, "3 2 1"),
    "Sentinel-2": (bands("B02", "B03", "B04", "B08"), NIR_R_G_B, "4 3 2 1"),
    "Landsat 8 files": (bands("LC08_X_SR_B2", "LC08_X_SR_B3", "LC08_X_SR_B4", "LC08_X_SR_B5"), NIR_R_G_B, "4 3 2 1"),
    "Landsat 5 files": (bands("LT05_X_SR_B1", "LT05_X_SR_B2", "LT05_X_SR_B3", "LT05_X_SR_B4"), NIR_R_G_B, "4 3 2 1"),
    "colours": (bands(("", "blue"), ("", "green"), ("", "red")), RGB, "3 2 1"),
    "colours and alpha": (bands(("", "red"), ("", "green"), ("", "blue"), ("", "alpha")), RGB, "1 2 3"),
    "colours and a fourth": (bands(("", "red"), ("", "green"), ("", "blue"), ("", "undefined")), NIR_R_G_B, "4 1 2 3"),
    "wavelengths": (bands(*[("", "gray", nm) for nm in (443.0, 492.0, 560.0, 664.0, 833.0)]), NIR_R_G_B, "5 4 3 2"),
}


@pytest.mark.parametrize("case", CASES)
def test_names_colours_and_wavelengths_make_sure(case):
    offered, wanted, expected = CASES[case]
    made = guess(offered, wanted)
    assert made.sure
    assert made.bands == tuple(expected.split())


@pytest.mark.parametrize(
    ("offered", "wanted", "expected"),
    [
        (bands("", "", ""), RGB, ("1", "2", "3")),
        (bands("", "", "", ""), RGB, ("1", "2", "3")),
        (bands("", ""), RGB, ("1", "2", None)),
        (bands("pixels"), RGB, (None, None, None)),
        ([], RGB, (None, None, None)),
    ],
    ids=["three", "four", "two", "one", "none"],
)
def test_without_names_the_order_is_offered_but_not_sure(offered, wanted, expected):
    made = guess(offered, wanted)
    assert made.bands == expected
    assert not made.sure


def test_labels_tell_number_name_and_meaning():
    labels = [band.describe(" – ") for band in bands("B03", ("", "red"), ("", "gray"), "Green", "elevation")]
    assert labels == ["1 – B03 (green)", "2 – red", "3", "4 – Green", "5 – elevation"]


def test_bands_are_read_from_the_file(tmp_path):
    path = str(tmp_path / "s2.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 8, 8, 3, options=["PHOTOMETRIC=RGB"])
    dataset.GetRasterBand(1).SetDescription("B04")
    dataset.GetRasterBand(2).SetMetadataItem("CENTRAL_WAVELENGTH_UM", "0.560", "IMAGERY")
    dataset.GetRasterBand(3).SetMetadataItem("wavelength", "490 Nanometers")
    dataset = None
    first, second, third = offered_bands(QgsRasterLayer(path, "s2"))
    assert dataclasses.astuple(first) == (1, "B04", "red", None)
    assert second.wavelength_nm == pytest.approx(560)
    assert third.wavelength_nm == pytest.approx(490)


def test_a_single_band_is_named_after_its_file(tmp_path):
    path = str(tmp_path / "T32_B08.tif")
    gdal.GetDriverByName("GTiff").Create(path, 8, 8, 1)
    (band,) = offered_bands(QgsRasterLayer(path, "x"))
    assert (band.name, band.named) == ("T32_B08", "nir")


def test_a_file_tagged_as_cmyk_is_offered_raw(tmp_path):
    """GDAL mixes such a file into RGBA; its four measured bands would be lost."""
    path = str(tmp_path / "cmyk.tif")
    gdal.GetDriverByName("GTiff").Create(path, 8, 8, 4, options=["PHOTOMETRIC=CMYK"])
    layer = QgsRasterLayer(path, "x")
    assert [layer.dataProvider().colorInterpretationName(n) for n in (1, 4)] == ["Red", "Alpha"]
    assert [band.colour_interp for band in offered_bands(layer)] == ["cyan", "magenta", "yellow", "black"]
    made = guess(offered_bands(layer), NIR_R_G_B)
    assert made.bands == ("1", "2", "3", "4")
    assert not made.sure
