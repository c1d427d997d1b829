"""The growing raster: what another reader sees, where QGIS lays it, and a full disk."""

import resource

import numpy
import pytest
from osgeo import gdal, osr
from qgis.core import QgsRasterLayer
from wholescene_qgis.core.canvas_raster import CanvasError, CanvasRaster
from wholescene_qgis.wire.plan import OutputGrid, Window

UTM = osr.SpatialReference()
UTM.ImportFromEPSG(32618)
GRID = OutputGrid(1500, 1200, (0.5, 0.0, 300000.0, 0.0, -0.5, 4500000.0), UTM.ExportToWkt())


@pytest.fixture(params=[True, False], ids=["GDAL raises", "GDAL returns codes"])
def gdal_mode(request):
    before = gdal.GetUseExceptions()
    (gdal.UseExceptions if request.param else gdal.DontUseExceptions)()
    yield
    (gdal.UseExceptions if before else gdal.DontUseExceptions)()


def read(path):
    return gdal.Open(path).ReadAsArray()


def test_it_is_nodata_until_blocks_arrive_and_small_on_disk(tmp_path, gdal_mode):
    path = tmp_path / "canvas.tif"
    canvas = CanvasRaster(str(path), OutputGrid(20000, 20000, GRID.transform, GRID.crs))
    assert path.stat().st_size < 100_000
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    assert band.GetNoDataValue() == 255
    assert band.ReadAsArray(9000, 9000, 10, 10).min() == 255
    canvas.remove()
    assert not path.exists()


def test_each_flush_shows_everything_written_before(tmp_path, gdal_mode):
    path = str(tmp_path / "canvas.tif")
    canvas = CanvasRaster(path, GRID)
    expected = numpy.full((1200, 1500), 255, "uint8")
    random = numpy.random.default_rng(3)
    for row, col in [(0, 0), (700, 900), (0, 0), (100, 1490)]:
        height, width = min(300, 1200 - row), min(300, 1500 - col)
        block = random.integers(0, 250, (height, width), dtype="uint8")
        expected[row : row + height, col : col + width] = block
        canvas.write(Window(row, col, height, width), block.tobytes())
        canvas.flush()
        assert (read(path) == expected).all()
    canvas.close()
    assert (read(path) == expected).all()


def test_it_lies_where_the_plan_says(tmp_path):
    path = str(tmp_path / "canvas.tif")
    CanvasRaster(path, GRID).close()
    layer = QgsRasterLayer(path, "canvas")
    assert layer.crs().authid() == "EPSG:32618"
    extent = layer.extent()
    assert (extent.xMinimum(), extent.yMaximum()) == (300000.0, 4500000.0)
    assert (extent.xMaximum(), extent.yMinimum()) == (300750.0, 4499400.0)


@pytest.mark.parametrize(("col", "row"), [(0, 0), (40, 25)])
def test_without_georeference_it_lies_on_the_scene_in_qgis(tmp_path, col, row):
    scene_path, path = str(tmp_path / "scene.tif"), str(tmp_path / "canvas.tif")
    gdal.GetDriverByName("GTiff").Create(scene_path, 300, 200, 1)
    scene = QgsRasterLayer(scene_path, "scene").extent()
    CanvasRaster(path, OutputGrid(100, 80, (1.0, 0.0, col, 0.0, 1.0, row), "")).close()
    extent = QgsRasterLayer(path, "canvas").extent()
    assert (extent.width(), extent.height()) == (100, 80)
    assert extent.xMinimum() - scene.xMinimum() == col
    assert scene.yMaximum() - extent.yMaximum() == row


@pytest.mark.parametrize(
    "window", [Window(0, 0, 3, 4), Window(1199, 0, 2, 5), Window(0, 1499, 5, 2), Window(-1, 0, 2, 5)], ids=str
)
def test_a_block_that_does_not_fit_is_refused(tmp_path, window):
    canvas = CanvasRaster(str(tmp_path / "canvas.tif"), GRID)
    with pytest.raises(ValueError, match="does not fit"):
        canvas.write(window, bytes(10))
    canvas.close()


def test_a_folder_that_is_not_there(tmp_path, gdal_mode):
    with pytest.raises(CanvasError):
        CanvasRaster(str(tmp_path / "missing" / "canvas.tif"), GRID)


def write_and_flush(canvas):
    canvas.write(Window(0, 0, 1024, 1024), bytes(1024 * 1024))
    canvas.flush()


def test_a_full_disk_is_noticed_by_the_flush_at_the_latest(tmp_path, gdal_mode):
    canvas = CanvasRaster(str(tmp_path / "canvas.tif"), GRID)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(CanvasError):
            write_and_flush(canvas)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    canvas.remove()
    assert list(tmp_path.iterdir()) == []
