"""From map coordinates to metres in space, without a projection library of our own.

GDAL brings any CRS to longitude and latitude; from there earth-centred coordinates on
the WGS84 ellipsoid give true lengths and areas everywhere, also at the poles and across
the antimeridian.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rasterio._err import CPLE_BaseError, CPLE_NotSupportedError
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.warp import transform

from .gdal import environment

Floats = npt.NDArray[np.float64]

WGS84 = CRS.from_epsg(4326)
SEMI_MAJOR = 6378137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)


def earth_centred(longitude: Floats, latitude: Floats) -> Floats:
    """Metres from the earth's centre, shape ``[..., 3]``, of points on the ellipsoid (degrees)."""
    lam, phi = np.radians(longitude), np.radians(latitude)
    radius = SEMI_MAJOR / np.sqrt(1 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2)  # of the prime vertical
    return np.stack(
        [
            radius * np.cos(phi) * np.cos(lam),
            radius * np.cos(phi) * np.sin(lam),
            radius * (1 - ECCENTRICITY_SQUARED) * np.sin(phi),
        ],
        axis=-1,
    )


def reproject_points(source: CRS, target: CRS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Points of ``source`` in ``target``; what cannot be transformed becomes inf."""
    if source == target:
        return x, y
    with environment():
        points = _transformed(source, target, np.stack([x.ravel(), y.ravel()]))
    return points[0].reshape(x.shape), points[1].reshape(x.shape)


def _transformed(source: CRS, target: CRS, points: Floats) -> Floats:
    """Shape ``[2, n]``; one bad point fails the whole call of GDAL, so halves are tried again."""
    try:
        return np.asarray(transform(source, target, points[0].tolist(), points[1].tolist()), float)
    except (CPLE_NotSupportedError, CRSError):  # no way between the two, for no point
        return np.full(points.shape, np.inf)
    except CPLE_BaseError:
        middle = points.shape[1] // 2
        if middle == 0:
            return np.full(points.shape, np.inf)
        halves = points[:, :middle], points[:, middle:]
        return np.concatenate([_transformed(source, target, half) for half in halves], axis=1)


def points_in_space(crs: CRS, x: Floats, y: Floats) -> Floats:
    """Earth-centred metres ``[..., 3]`` of map coordinates; NaN where the CRS does not reach."""
    longitude, latitude = reproject_points(crs, WGS84, x, y)
    reached = np.isfinite(longitude) & np.isfinite(latitude)
    return earth_centred(np.where(reached, longitude, np.nan), np.where(reached, latitude, np.nan))
