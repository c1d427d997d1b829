"""Small class maps, drawn by chance, and their patches by the plainest way there is. For QGIS's Python too."""

import numpy as np

NOTHING = -1
NODATA = 255


def random_map(seed, height=None, width=None):
    """Classes 0 to 2 and nodata, in blobs or as noise."""
    drawn = np.random.default_rng(seed)
    height, width = height or int(drawn.integers(1, 14)), width or int(drawn.integers(1, 14))
    values = drawn.choice(np.array([0, 1, 2, NODATA], np.uint8), (height, width), p=[0.4, 0.3, 0.2, 0.1])
    if seed % 2:
        values = np.repeat(np.repeat(values, 2, axis=0), 3, axis=1)[:height, :width]
    return values


def flooded(values):
    """Labels by flood fill, in the order of their first pixel: the plainest way there is."""
    labels = np.full(values.shape, NOTHING, np.int32)
    count = 0
    for row, col in np.ndindex(*values.shape):
        if labels[row, col] != NOTHING or values[row, col] == NODATA:
            continue
        waiting = [(row, col)]
        while waiting:
            r, c = waiting.pop()
            inside = 0 <= r < values.shape[0] and 0 <= c < values.shape[1]
            if not inside or labels[r, c] != NOTHING or values[r, c] != values[row, col]:
                continue
            labels[r, c] = count
            waiting += [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]
        count += 1
    return labels


CLASSES = (("land", (232, 228, 216)), ("water", (35, 121, 189)), ("wood", (60, 140, 60)))


def write_class_map(path, values, epsg=32618, transform=(400000.0, 10.0, 0.0, 4200000.0, 0.0, -10.0), tags=None):
    """A class map as the engine leaves it: names, colours, attribute table, tags. Hectares are not filled in."""
    from osgeo import gdal, osr

    height, width = values.shape
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, 1, gdal.GDT_Byte, ["TILED=YES"])
    if epsg:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
        dataset.SetProjection(reference.ExportToWkt())
        dataset.SetGeoTransform(transform)
    told = {"preset": "three", "scene": "/scene.tif", "request": "0123456789abcdef", **(tags or {})}
    dataset.SetMetadata({f"WHOLESCENE_{key.upper()}": text for key, text in told.items()})
    band = dataset.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    band.SetCategoryNames([name for name, _ in CLASSES])
    table = gdal.RasterAttributeTable()
    for name, kind in (("Value", 0), ("Class", 2), ("Count", 0), ("Red", 0), ("Green", 0), ("Blue", 0)):
        table.CreateColumn(name, kind, gdal.GFU_Generic)
    table.SetRowCount(len(CLASSES))
    for row, (name, colour) in enumerate(CLASSES):
        for column, number in (
            (0, row),
            (2, int((values == row).sum())),
            (3, colour[0]),
            (4, colour[1]),
            (5, colour[2]),
        ):
            table.SetValueAsInt(row, column, number)
        table.SetValueAsString(row, 1, name)
    band.SetDefaultRAT(table)
    band.WriteArray(values)
    return str(path)
