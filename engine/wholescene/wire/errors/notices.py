"""What speaks against a job without stopping it."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "BandsTwice",
    "BeyondValidated",
    "EstimateFailed",
    "EstimateReplaced",
    "GpuUnused",
    "GroundTooCoarse",
    "GroundTooFine",
    "ResolutionUnknown",
    "ValuesNarrow",
    "ValuesOutside",
]


class BeyondValidated(WholeSceneError):
    code = "notice.size"
    problem = "The scene has {millions} million pixels; '{preset}' was scored on scenes of up to {validated} million."
    remedy = "Look at the map before you use it, or treat an area as a scene of its own."


class GroundTooCoarse(WholeSceneError):
    code = "notice.coarse"
    problem = (
        "Pixels of {size} m are far coarser than the {low} to {high} m that the preset '{preset}' knows: "
        "what it looks for may not be visible."
    )
    remedy = "Choose another preset or a finer scene."


class GroundTooFine(WholeSceneError):
    code = "notice.fine"
    problem = (
        "Pixels of {size} m are brought to {low} m, the finest that the preset '{preset}' knows: details are lost."
    )
    remedy = "Choose another preset if they matter."


class ResolutionUnknown(WholeSceneError):
    code = "notice.unplaced"
    problem = (
        "The scene has no georeference: that its pixels have {low} to {high} m, "
        "as the preset '{preset}' expects, cannot be seen."
    )
    remedy = "Georeference it, or make sure that it is so."


class ValuesOutside(WholeSceneError):
    code = "notice.values"
    problem = (
        "{share} % of the values of band {band} lie outside of {low} to {high}, which the preset '{preset}' "
        "was trained on; most are from {found_low} to {found_high}."
    )
    remedy = "Scale the bands to that range, for example with gdal_translate -ot Byte -scale, or check the bands."


class ValuesNarrow(WholeSceneError):
    code = "notice.values_narrow"
    problem = (
        "The values of band {band} run from {found_low} to {found_high}, hardly any of the {low} to {high} "
        "that the preset '{preset}' was trained on."
    )
    remedy = "Scale the bands to that range, for example with gdal_translate -ot Byte -scale, or check the bands."


class BandsTwice(WholeSceneError):
    code = "notice.bands_twice"
    problem = "Band {band} of the scene serves as several bands of the preset '{preset}'."
    remedy = "Check the bands."


class GpuUnused(WholeSceneError):
    code = "notice.gpu"
    problem = "{cards} cannot be used: {reason}"
    remedy = "Until then processors compute."


class EstimateReplaced(WholeSceneError):
    code = "estimate.replaced"
    problem = "A later question took the place of this one."
    remedy = ""


class EstimateFailed(WholeSceneError):
    code = "estimate.failed"
    problem = "The estimate was not found: {detail}."
    remedy = "The job can be started all the same; ask again for an estimate."
