"""Polygons from GeoPackage, GeoJSON and Shapefile, read with the standard library alone."""

from .reading import VECTOR_SUFFIXES, Layer, Polygon, read_layer

__all__ = ["VECTOR_SUFFIXES", "Layer", "Polygon", "read_layer"]
