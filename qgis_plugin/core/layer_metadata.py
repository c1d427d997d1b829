"""What a class map says of how it was made, as metadata of its layer: Layer Properties > Metadata shows it."""

from __future__ import annotations

from typing import Dict

from osgeo import gdal
from qgis.core import QgsLayerMetadata, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication

PREFIX = "WHOLESCENE_"  # of the tags in a class map


def provenance(path: str) -> Dict[str, str]:
    """The tags of a class map, keys in lower case; empty for anything else."""
    try:
        dataset = gdal.OpenEx(path, gdal.OF_RASTER)
    except RuntimeError:  # GDAL's exceptions are a switch of the whole process
        dataset = None
    tags = dataset.GetMetadata() if dataset is not None else {}
    return {key[len(PREFIX) :].lower(): str(value) for key, value in tags.items() if key.startswith(PREFIX)}


def describe(layer: QgsRasterLayer, path: str) -> None:
    """Give the layer of the class map at ``path`` title, abstract, licence and limits of use, the id of its job and the
    history of its making."""
    tags = provenance(path)
    if not tags:
        return
    metadata = layer.metadata()
    metadata.setType("dataset")
    metadata.setIdentifier(tags.get("job", ""))
    metadata.setTitle(layer.name())
    metadata.setAbstract(_abstract(tags))
    metadata.setLicenses([tags["weights_licence"]] if tags.get("weights_licence") else [])
    if tags.get("weights_use"):
        metadata.setConstraints([QgsLayerMetadata.Constraint(_limits(tags), "use")])
    metadata.setHistory([f"{key}: {value}" for key, value in sorted(tags.items())])
    layer.setMetadata(metadata)


def _abstract(tags: Dict[str, str]) -> str:
    told = QCoreApplication.translate("WholeScene", "Classes of {scene}, by the preset {preset} ({engine}).")
    unknown = "?"
    abstract = told.format(**{key: tags.get(key, unknown) for key in ("scene", "preset", "engine")})
    limits = _limits(tags) if tags.get("weights_use") else ""
    return " ".join(part for part in (abstract, tags.get("partial", ""), limits) if part)


def _limits(tags: Dict[str, str]) -> str:
    """In words what the licence of the weights forbids."""
    told = QCoreApplication.translate(
        "WholeScene", "The licence of the weights ({licence}) forbids commercial use, which may hold for this map too."
    )
    return told.format(licence=tags.get("weights_licence", "?"))
