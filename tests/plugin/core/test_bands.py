"""Offered bands and the guess; the engine's own matching is the oracle."""

import dataclasses
import importlib.util
import sys
import types
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer
from wholescene_qgis.core import band_names
from wholescene_qgis.core.bands import OfferedBand, guess, offered_bands

ROOT = Path(__file__).parents[3]
RGB = [
    {"name": "red", "common_name": "red", "wavelength_nm": 665.0},
    {"name": "green", "common_name": "green", "wavelength_nm": 560.0},
    {"name": "blue", "common_name": "blue", "wavelength_nm": 490.0},
]
NIR_R_G_B = [{"name": "nir", "common_name": "nir", "wavelength_nm": 842.0}, *RGB]


@pytest.fixture(scope="module")
def engine_bands():
    """The engine's ``raster.bands``, which needs nothing but ``wire``, without the rest of the engine."""
    import wholescene_qgis.wire.errors as errors

    names = ["wholescene_alone", "wholescene_alone.raster", "wholescene_alone.wire"]
    for name in names:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = []
    sys.modules["wholescene_alone.wire.errors"] = errors
    path = ROOT / "engine" / "wholescene" / "raster" / "bands.py"
    spec = importlib.util.spec_from_file_location("wholescene_alone.raster.bands", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    for name in [name for name in sys.modules if name.startswith("wholescene_alone")]:
        del sys.modules[name]


def bands(*entries):
    made = []
    for number, entry in enumerate(entries, 1):
        name, colour, wavelength = (*entry, None)[:3] if isinstance(entry, tuple) else (entry, "undefined", None)
        made.append(OfferedBand(number, name, colour, wavelength))
    return made


CASES = {
    "names in another order": (bands("Blue", "Green", "Red"), RGB),
    "Sentinel-2": (bands("B02", "B03", "B04", "B08"), NIR_R_G_B),
    "Landsat 8 files": (bands("LC08_X_SR_B2", "LC08_X_SR_B3", "LC08_X_SR_B4", "LC08_X_SR_B5"), NIR_R_G_B),
    "Landsat 5 files": (bands("LT05_X_SR_B1", "LT05_X_SR_B2", "LT05_X_SR_B3", "LT05_X_SR_B4"), NIR_R_G_B),
    "colours": (bands(("", "blue"), ("", "green"), ("", "red")), RGB),
    "colours and alpha": (bands(("", "red"), ("", "green"), ("", "blue"), ("", "alpha")), RGB),
    "colours and a fourth": (bands(("", "red"), ("", "green"), ("", "blue"), ("", "undefined")), NIR_R_G_B),
    "wavelengths": (bands(*[("", "gray", nm) for nm in (443.0, 492.0, 560.0, 664.0, 833.0)]), NIR_R_G_B),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sure_guess_is_what_the_engine_would_take(case, engine_bands):
    offered, wanted = CASES[case]
    theirs = [engine_bands.SceneBand(b.number, b.name, b.colour, b.wavelength_nm) for b in offered]
    expected = engine_bands.match_bands(theirs, [types.SimpleNamespace(**band) for band in wanted], None, "p")
    made = guess(offered, wanted)
    assert made.sure
    assert made.bands == tuple(map(str, expected))


def test_the_tables_are_the_engines(engine_bands):
    for name in ("COMMON_NAMES", "SENTINEL2", "LANDSAT_8", "LANDSAT_4"):
        assert getattr(band_names, name) == getattr(engine_bands, name)
    for name in ("B4", "S2A_B8A", "red edge 1", "LE07_B4", "SR_B5", "swir1", "band 3", "B14", "T32_B05_20m", "x"):
        assert band_names.common_name(name) == engine_bands.common_name(name), name


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
    labels = [band.label for band in bands("B03", ("", "red"), ("", "gray"), "Green", "elevation")]
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
    assert (band.name, band.common) == ("T32_B08", "nir")


def test_a_file_tagged_as_cmyk_is_offered_raw(tmp_path):
    """GDAL mixes such a file into RGBA; its four measured bands would be lost."""
    path = str(tmp_path / "cmyk.tif")
    gdal.GetDriverByName("GTiff").Create(path, 8, 8, 4, options=["PHOTOMETRIC=CMYK"])
    layer = QgsRasterLayer(path, "x")
    assert [layer.dataProvider().colorInterpretationName(n) for n in (1, 4)] == ["Red", "Alpha"]
    assert [band.colour for band in offered_bands(layer)] == ["cyan", "magenta", "yellow", "black"]
    made = guess(offered_bands(layer), NIR_R_G_B)
    assert made.bands == ("1", "2", "3", "4")
    assert not made.sure
