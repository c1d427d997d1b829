"""What the readers of vector files hand over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ring = npt.NDArray[np.float64]  # [N, 2]: x and y, closed


@dataclass(frozen=True)
class Polygon:
    """A feature: what its class field holds, as text ("" for nothing), and its rings.

    A place is inside if an odd number of rings surround it, so that holes and parts need not be told apart.
    """

    value: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True)
class Layer:
    """The polygons of a layer in the file's order; ``crs`` as text that GDAL knows, None if it is not told."""

    polygons: tuple[Polygon, ...]
    crs: str | None


def text(value: object) -> str:
    """A field's value as text: 3.0 and 3 and "3" are the same class."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
