import numpy as np
import pytest
from PIL import Image
from rasterio import Affine
from rasterio.crs import CRS

from rasters import UTM, noise, write_raster
from wholescene.raster.classmap import ClassMapWriter
from wholescene.raster.grid import Grid
from wholescene.raster.picture import GAP, render
from wholescene.wire.errors import OutputUnwritable
from wholescene.wire.plan import NODATA, ClassEntry, Plan, Window

CLASSES = (ClassEntry(0, "other", "#c8b090"), ClassEntry(1, "water", "#1f78b4"))


@pytest.fixture(params=[False, True], ids=["classes", "with confidence"])
def class_map(tmp_path, request):
    classes = np.zeros((300, 400), np.uint8)
    classes[100:200] = 1
    classes[:, 300:] = NODATA
    grid = Grid(400, 300, UTM["transform"], CRS.from_string(UTM["crs"]))
    plan = Plan(grid.to_wire(), CLASSES, "p", "float32", confidence=request.param)
    with ClassMapWriter(plan, tmp_path / "map.tif") as writer:
        writer.write(Window(0, 0, 300, 400), classes, classes if request.param else None)
        return writer.finish().path


def test_colours_of_the_classes_and_nothing_where_nodata(class_map, tmp_path):
    render(class_map, tmp_path / "map.png", max_size=200)
    with Image.open(tmp_path / "map.png") as image:
        assert image.size == (200, 150)
        assert image.getpixel((20, 20)) == (0xC8, 0xB0, 0x90, 255)
        assert image.getpixel((20, 75)) == (0x1F, 0x78, 0xB4, 255)
        assert image.getpixel((190, 75))[3] == 0


def test_beside_its_scene(class_map, tmp_path):
    pixels = noise(3, 300, 400, dtype="uint16")
    pixels[:, :, :200] = 9000
    sources = [write_raster(tmp_path / f"{i}.tif", pixels[i], transform=Affine(10, 0, 0, 0, -10, 0)) for i in range(3)]
    render(class_map, tmp_path / "map.png", scene=sources, bands=(3, 2, 1))
    with Image.open(tmp_path / "map.png") as image:
        assert image.size == (400 + GAP + 400, 300)
        assert image.getpixel((50, 50)) == (255, 255, 255, 255)
        assert max(image.getpixel((300, 50))[:3]) < 20
        assert image.getpixel((400 + GAP + 20, 20)) == (0xC8, 0xB0, 0x90, 255)


def test_a_folder_that_is_not_there(class_map, tmp_path):
    with pytest.raises(OutputUnwritable):
        render(class_map, tmp_path / "nowhere" / "map.png")
