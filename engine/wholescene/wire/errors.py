"""The one error catalogue: every failure a person can meet has a code here.

An error is a code, parameters and two sentences: what is wrong, with what was
expected, and the way out. Code and parameters travel over the wire, so that a
client can translate the sentences; :func:`from_dict` rebuilds the exception.
"""

from __future__ import annotations

from typing import Any, ClassVar, Dict, Mapping, Type


class WholeSceneError(Exception):
    """Base of all coded errors. Parameters fill the two sentences."""

    code: ClassVar[str] = "internal"
    problem: ClassVar[str] = "Something went wrong inside the engine: {detail}."
    remedy: ClassVar[str] = "Please report this with the engine's log."

    def __init__(self, **params: Any) -> None:
        super().__init__(code_and_params(self.code, params))
        self.params: Dict[str, Any] = params

    @property
    def message(self) -> str:
        """Problem and way out in one paragraph."""
        return f"{self._fill(self.problem)} {self._fill(self.remedy)}".strip()

    def to_dict(self) -> Dict[str, Any]:
        """``{code, params, message}`` as it goes over the wire and into ``--json``."""
        return {"code": self.code, "params": dict(self.params), "message": self.message}

    def _fill(self, sentence: str) -> str:
        return sentence.format_map(_Unknown(self.params))

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}"

    def __reduce__(self) -> Any:
        return (_rebuild, (type(self), self.params))


def _rebuild(kind: Type[WholeSceneError], params: Dict[str, Any]) -> WholeSceneError:
    return kind(**params)


def code_and_params(code: str, params: Mapping[str, Any]) -> str:
    """One log line: ``code key=value …``."""
    return " ".join([code, *(f"{key}={value!r}" for key, value in params.items())])


class _Unknown(Dict[str, Any]):
    """A missing parameter shows its name instead of hiding the error."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class InternalError(WholeSceneError):
    """A fault of ours, not of the input."""


# -- the request ---------------------------------------------------------------


class BadRequest(WholeSceneError):
    code = "request.invalid"
    problem = "The request is not valid: {detail}."
    remedy = "Correct the named field and send it again."


class UnknownPreset(WholeSceneError):
    code = "preset.unknown"
    problem = "There is no preset named '{name}'. Known: {known}."
    remedy = "Choose one of these, or add a preset folder."


class PresetInvalid(WholeSceneError):
    code = "preset.invalid"
    problem = "The preset file {path} cannot be used: {detail}."
    remedy = "Correct the file or take the preset folder away."


class WeightsMissing(WholeSceneError):
    code = "preset.weights_missing"
    problem = "The preset '{name}' comes without weights: {reason}."
    remedy = "{how}"


class WeightsCorrupt(WholeSceneError):
    code = "preset.weights_corrupt"
    problem = "The weights {path} are not the ones the preset names: SHA-256 is {actual}, expected {expected}."
    remedy = "Fetch or import the weights again; the file may be truncated or changed."


class PresetExists(WholeSceneError):
    code = "preset.exists"
    problem = "There is a preset folder at {path} already."
    remedy = "Choose another name, or take that folder away first."


class CheckpointUnreadable(WholeSceneError):
    code = "checkpoint.unreadable"
    problem = "{path} cannot be read as a checkpoint: {detail}."
    remedy = "Download it again; it has to be a file of torch.save, by torch 1.6 or later, that holds a state_dict."


class CheckpointUnsafe(WholeSceneError):
    code = "checkpoint.unsafe"
    problem = "{path} asks for {name}, which weights never need. Nothing in it was run."
    remedy = "Do not open this file with other software either; get the weights from their authors."


class CheckpointMismatch(WholeSceneError):
    code = "checkpoint.mismatch"
    problem = "The weights in {path} do not fit a network that can be imported: {detail}."
    remedy = "Choose another --preset to build on, or import another file."


class SpimStages(WholeSceneError):
    code = "preset.spim_stages"
    problem = "The preset '{preset}' has no whole-scene attention (SPIM) at stage(s) {stages}; it has it at {offered}."
    remedy = "Choose among these stages, or another preset."


class SpimHeads(WholeSceneError):
    code = "preset.spim_heads"
    problem = "{heads} heads do not divide the {channels} channels of stage {stage} evenly."
    remedy = "Choose one of {divisors}."


class SpimGrid(WholeSceneError):
    code = "preset.spim_grid"
    problem = "Attention cannot stay within regions: {detail}."
    remedy = "Give their height and width in multiples of {side} pixels, for example --spim-grid {example},{example}."


class LicenceNotAccepted(WholeSceneError):
    code = "checkpoint.licence"
    problem = "The licence of these weights was not accepted: {licence}."
    remedy = "If you may use them under it, pass --accept-licence."


# -- the scene -----------------------------------------------------------------


class SceneNotFound(WholeSceneError):
    code = "scene.not_found"
    problem = "There is no file at {path}."
    remedy = "Check the path."


class SceneUnreadable(WholeSceneError):
    code = "scene.unreadable"
    problem = "{path} is not a raster that GDAL can read: {detail}."
    remedy = "Check that the file is complete and of a raster format."


class SceneTruncated(WholeSceneError):
    code = "scene.truncated"
    problem = "{path} is damaged or cut off: reading rows {first_row}-{last_row} failed ({detail})."
    remedy = "Copy or download the file again."


class SceneHasSubdatasets(WholeSceneError):
    code = "scene.subdatasets"
    problem = "{path} holds several rasters: {names}."
    remedy = "Name one of them."


class ScenesDiffer(WholeSceneError):
    code = "scene.stack_differs"
    problem = "{path} does not lie on the grid of {first}: {detail}."
    remedy = "Bands of one scene need the same size, position and CRS; align them first."


class BandCount(WholeSceneError):
    code = "scene.bands"
    problem = "The preset '{preset}' needs {expected} band(s) ({names}); the scene offers {actual}: {offered}."
    remedy = "Name them with --bands, for example --bands {example}."


class UnknownBand(WholeSceneError):
    code = "scene.band_unknown"
    problem = "The scene has no band '{band}'. It has: {offered}."
    remedy = "Use one of these names or a number from 1."


class SceneEmpty(WholeSceneError):
    code = "scene.all_nodata"
    problem = "{path} holds no valid pixel: everything is nodata, NaN or masked."
    remedy = "Check the nodata value and the mask of the file."


class DataTypeUnsupported(WholeSceneError):
    code = "scene.dtype"
    problem = "{path} stores {dtype} values; the engine reads integers and real floats."
    remedy = "Convert the raster first, for example with gdal_translate -ot Float32."


class LayerWithoutFile(WholeSceneError):
    code = "scene.no_file"
    problem = "The layer '{layer}' ({provider}) has no raster file behind it."
    remedy = "Export the view to a GeoTIFF (Layer > Save As) and segment that."


class ExtentEmpty(WholeSceneError):
    code = "extent.empty"
    problem = "The extent {extent} has no area."
    remedy = "Give xmin,ymin,xmax,ymax with xmin < xmax and ymin < ymax."


class ExtentOutside(WholeSceneError):
    code = "extent.outside"
    problem = "The extent {extent} does not touch the scene, which covers {scene}."
    remedy = "Choose an extent inside the scene, and check its CRS."


class MaskOutside(WholeSceneError):
    code = "mask.outside"
    problem = "No pixel of the scene lies inside the mask ({mask}). The scene covers {scene}."
    remedy = "Choose polygons on the scene, and check their CRS."


class MaskTooDetailed(WholeSceneError):
    code = "mask.detailed"
    problem = "The polygons of '{layer}' have more than {most} corners: too many to be sent."
    remedy = "Select some of them, or simplify the layer first (Vector > Geometry Tools > Simplify)."


class PointOutside(WholeSceneError):
    code = "point.outside"
    problem = "The point {point} lies outside of the scene, which covers {scene}."
    remedy = "Choose a point inside the scene, and check its CRS."


class CrsUnknown(WholeSceneError):
    code = "crs.unknown"
    problem = "The coordinate reference system '{crs}' is not known."
    remedy = "Use an EPSG code such as EPSG:32618, or WKT."


class GridUnusable(WholeSceneError):
    code = "grid.unusable"
    problem = "{path} cannot serve as the output grid: {detail}."
    remedy = "Choose a georeferenced raster whose CRS is known, or --grid scene."


# -- the result ----------------------------------------------------------------


class OutputExists(WholeSceneError):
    code = "output.exists"
    problem = "{path} exists already."
    remedy = "Choose another name or pass --overwrite."


class OutputUnwritable(WholeSceneError):
    code = "output.unwritable"
    problem = "{path} cannot be written: {detail}."
    remedy = "Choose a folder that exists and that you may write to."


class OutputIsInput(WholeSceneError):
    code = "output.is_input"
    problem = "The output {path} is one of the inputs."
    remedy = "Choose another name."


class DiskFull(WholeSceneError):
    code = "output.disk_full"
    problem = "The disk under {path} is full ({free_mb} MB free, about {needed_mb} MB needed)."
    remedy = "Free some space or choose another folder. Nothing was left behind."


class CorrectionsUnusable(WholeSceneError):
    code = "corrections.unusable"
    problem = "{path} cannot take corrections: {detail}."
    remedy = "Rename that file or move it away; a new one is made beside the map."


class CorrectionsBeingEdited(WholeSceneError):
    code = "corrections.being_edited"
    problem = "The layer '{layer}' has changes that are not saved yet."
    remedy = "Save or discard them in QGIS first."


class PatchTooLarge(WholeSceneError):
    code = "corrections.patch_too_large"
    problem = "The patch has more than {pixels} pixels: too many to be corrected as one."
    remedy = "Draw a polygon instead."


class NotOfARun(WholeSceneError):
    code = "result.not_of_a_run"
    problem = "{path} was not written by a run of WholeScene, or was changed since."
    remedy = "Delete it by hand if you no longer need it."


class FileHeld(WholeSceneError):
    code = "result.held"
    problem = "{path} cannot be deleted: {detail}. Nothing was deleted."
    remedy = "Close the program that has it open, then try again."


# -- what is made of a class map -----------------------------------------------


class NotClassMap(WholeSceneError):
    code = "map.not_classes"
    problem = "{path} is not a class map: its pixels are no class values of 8 bits in one band."
    remedy = "Choose the map of a finished job, or another raster of classes."


class GroundUnknown(WholeSceneError):
    code = "map.no_ground"
    problem = "{path} has no georeference, so nobody knows how large its pixels are on the ground."
    remedy = "Give it one, or set the minimum mapping unit to 0."


class TooManyPatches(WholeSceneError):
    code = "map.too_many_patches"
    problem = "{path} falls into too many small patches: {patches} or more; at most {most} can be handled at once."
    remedy = "Set a minimum mapping unit for polygons, or work on a part of the map."


class AppendRefused(WholeSceneError):
    code = "append.refused"
    problem = "The polygons cannot be appended to the layer '{layer}': {detail}."
    remedy = "Choose another layer, or write them to a new GeoPackage. Nothing was appended."


class AppendField(WholeSceneError):
    code = "append.field"
    problem = "There is no field '{field}' to fill the layer '{layer}' with. There are: {offered}."
    remedy = "Correct the mapping of fields."


class ProcessingMissing(WholeSceneError):
    code = "qgis.processing"
    problem = "The Processing plugin of QGIS is switched off, which this needs."
    remedy = "Switch it on under Plugins > Manage and Install Plugins."


# -- the computation -----------------------------------------------------------


class ScratchFull(WholeSceneError):
    code = "scratch.full"
    problem = "The scratch folder {path} has {free_mb} MB free; the features of this scene need {needed_mb} MB."
    remedy = "Free some space, or point WHOLESCENE_SCRATCH to a larger disk."


class SizeInvalid(WholeSceneError):
    code = "size.invalid"
    problem = "'{size}' is not an amount of memory."
    remedy = "Write it like 8GiB, 24GB or 512MiB."


class PlanMemory(WholeSceneError):
    code = "plan.memory"
    problem = (
        "The job needs at least {needed_mb} MB of main memory and may take {allowed_mb} MB; "
        "the largest part, {part_mb} MB, is for {part}."
    )
    remedy = (
        "Free some memory or allow it with --memory {needed_mb}MB; fewer ranks on this machine, a smaller scene "
        "or a preset with pooled keys need less."
    )


class PlanDeviceMemory(WholeSceneError):
    code = "plan.device_memory"
    problem = (
        "The job needs at least {needed_mb} MB of memory on each device and may take {allowed_mb} MB; "
        "the largest part, {part_mb} MB, is for {part}."
    )
    remedy = (
        "Use more devices with --ranks, larger ones or --device cpu; a smaller scene "
        "or a preset with pooled keys needs less."
    )


class OutOfMemory(WholeSceneError):
    code = "compute.out_of_memory"
    problem = "The machine ran out of memory: {detail}."
    remedy = "Close other programs and try again."


class NotFinite(WholeSceneError):
    code = "compute.not_finite"
    problem = "The network's answer near row {row}, column {col} is not a number: its features grew too large."
    remedy = "Choose --precision float32; if that is what was used, the weights do not suit scenes with such values."


class NoExactForm(WholeSceneError):
    code = "compute.no_exact_form"
    problem = "The operator {operator} has no exact form over a divided scene."
    remedy = "Use a preset whose network is made of operators that have one."


class PrecisionUnsupported(WholeSceneError):
    code = "compute.precision"
    problem = "The preset '{preset}' was not validated at {precision}; it allows {allowed}."
    remedy = "Choose one of these or --precision auto."


class WindowTooLarge(WholeSceneError):
    code = "plan.window"
    problem = "Windows of {side} pixels need {needed_mb} MB of {memory}; the job may take {allowed_mb} MB."
    remedy = "Choose smaller ones with --crop, or segment the scene as a whole, which needs less."


class PrecisionOnDevice(WholeSceneError):
    code = "compute.precision_device"
    problem = "{precision} cannot be computed on the device '{device}'."
    remedy = "Choose float32, bf16 or --precision auto; fp16 needs a CUDA device."


class Cancelled(WholeSceneError):
    code = "job.cancelled"
    problem = "The job was cancelled."
    remedy = ""


class WorkerDied(WholeSceneError):
    code = "job.worker_died"
    problem = "The worker process ended in the middle of the job ({detail})."
    remedy = "Try again: the next job gets a new one. Often the machine ran out of memory; worker.log may say more."


class EngineDied(WholeSceneError):
    code = "job.engine_died"
    problem = "The engine ended in the middle of the job."
    remedy = "Start the job again."


class RanksMissing(WholeSceneError):
    code = "ranks.missing"
    problem = "The ranks could not meet: of {size}, rank(s) {missing} did not come within {seconds} seconds."
    remedy = "Look into worker.log, and check that the ranks reach each other over the network interface you named."


class ExchangeFailed(WholeSceneError):
    code = "ranks.exchange"
    problem = "The ranks lost each other in the middle of the job ({detail})."
    remedy = "Try again; if it comes back, look into worker.log and check the network between the machines."


class DeviceMissing(WholeSceneError):
    code = "compute.device"
    problem = "The device {device} cannot be used: {detail}."
    remedy = "Choose another one, for example --device cpu."


class JobUnknown(WholeSceneError):
    code = "job.unknown"
    problem = "There is no job {job}."
    remedy = "Ask for the status to see the jobs of this engine."


# -- what speaks against a job without stopping it -----------------------------


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


# -- training ------------------------------------------------------------------


class TrainingConfigInvalid(WholeSceneError):
    code = "training.config"
    problem = "The configuration {path} cannot be used: {detail}."
    remedy = "Correct the named field; docs/training.md explains them all."


class TrainingDiverged(WholeSceneError):
    code = "training.diverged"
    problem = "The loss was {loss} at step {step} (stage '{stage}'), on {scenes}."
    remedy = "Lower the rate, warm up longer, limit gradients (largest_gradient), or look at these scenes."


class ClassNeverOccurs(WholeSceneError):
    code = "training.class_empty"
    problem = "No pixel of the training scenes is of class {classes}."
    remedy = "Add scenes that show it, or take the class out of the data description."


class LabelOutOfRange(WholeSceneError):
    code = "training.label"
    problem = "The scene '{scene}' has the train id {label}, but there are only {classes} classes."
    remedy = "Correct the labels, or add the class to the data description."


class NothingToLearnFrom(WholeSceneError):
    code = "training.empty"
    problem = "The split has no labelled scene for {split} in {folders}."
    remedy = "Name scenes for it in the split file."


class DataSetsDiffer(WholeSceneError):
    code = "training.datasets"
    problem = "The data sets {one} and {other} cannot be learnt from together: {detail}."
    remedy = "Give them the same classes in the same order, in a dataset.toml each."


class RunExists(WholeSceneError):
    code = "training.exists"
    problem = "There is a run in {path} already."
    remedy = "Continue it with --resume, or name another output."


class RunUnresumable(WholeSceneError):
    code = "training.resume"
    problem = "The run in {path} cannot be continued: {detail}."
    remedy = "Start anew with another output, or use the configuration and the number of ranks it was started with."


class TrainingRankFailed(WholeSceneError):
    code = "training.rank_failed"
    problem = "Rank {rank} of the training ended: {detail}."
    remedy = "Continue with --resume from the last checkpoint."


class RanksUneven(WholeSceneError):
    code = "training.ranks_uneven"
    problem = "{batch} samples cannot be divided among {ranks} ranks, of which each {spatial} share a scene."
    remedy = "Change --ranks, 'spatial' in [parallel] or 'batch' of the stage."


class RanksWithoutTile(WholeSceneError):
    code = "training.ranks"
    problem = "{ranks} ranks cannot share a scene of {height} × {width} pixels: it has too few tiles of {tile} pixels."
    remedy = "Lower 'spatial' in [parallel], or 'tile'."


# -- fine-tuning ---------------------------------------------------------------


class PolygonsElsewhere(WholeSceneError):
    code = "finetune.elsewhere"
    problem = "No polygon of {path} lies on valid pixels of {scene}."
    remedy = "Check that scene and polygons belong together, and the CRS of both."


class ClassFieldMissing(WholeSceneError):
    code = "finetune.field"
    problem = "{path} has none of the fields that classes are looked for in ({looked}). It has: {offered}."
    remedy = "Name the field with --field."


class ClassNotThere(WholeSceneError):
    code = "finetune.class_unknown"
    problem = "Neither the preset '{preset}' nor the labels have the class(es) {names}. Known: {known}."
    remedy = "Choose among these, or draw polygons of that class."


class ClassLeftOut(WholeSceneError):
    code = "finetune.class_left_out"
    problem = "The labels {path} hold the class(es) {names}, which the new preset is not to have."
    remedy = "Add them to --classes, or take these polygons away."


class ClassesUnusable(WholeSceneError):
    code = "finetune.classes"
    problem = "These classes cannot become a preset's: {detail}."
    remedy = "Correct the class field of the polygons, or choose with --classes."


class LabelsOfOneClass(WholeSceneError):
    code = "finetune.one_class"
    problem = "All polygons are of the class {name}: from them a network would learn to say nothing else."
    remedy = "Draw polygons of another class too."


class LabelsTooFew(WholeSceneError):
    code = "finetune.too_few"
    problem = "There are too few labelled pixels to learn from: {counts}; a class needs at least {least}."
    remedy = "Draw more or larger polygons of these classes, hold less out, or leave the classes out."


class NothingHeldOut(WholeSceneError):
    code = "finetune.held_out"
    problem = "No class has enough polygons to hold some out: nothing would tell whether the network got better."
    remedy = "Draw more polygons, in other places; or pass --held-out 0 to learn from all of them unseen."


class NotBetter(WholeSceneError):
    code = "finetune.not_better"
    problem = "The network got worse on what was held out: mean IoU {after} after, {before} before. Nothing was saved."
    remedy = "Look at the polygons, draw more, or save it all the same with --even-if-worse."


# -- data to learn from --------------------------------------------------------


class DataFormatUnknown(WholeSceneError):
    code = "data.format"
    problem = "There is no data format named '{name}'. Known: {known}."
    remedy = "Choose one of these, or describe the folder in a dataset.toml of its own."


class DataLayoutUnknown(WholeSceneError):
    code = "data.layout"
    problem = "No labelled scenes were found in {path}: {detail}."
    remedy = "Name the format with --format, or describe the folder in a dataset.toml (docs/training.md)."


class DataDescriptionInvalid(WholeSceneError):
    code = "data.description"
    problem = "The data description {path} cannot be used: {detail}."
    remedy = "Correct the file; docs/training.md explains its fields."


class LabelsMissing(WholeSceneError):
    code = "data.labels_missing"
    problem = "The scene '{scene}' has no labels; expected {path}."
    remedy = "Add them, or take the scene out of the split."


class LabelsDiffer(WholeSceneError):
    code = "data.labels_differ"
    problem = "The labels {path} do not lie on the grid of {image}: {detail}."
    remedy = "Bring them to the grid of the image, or give them as polygons, which any CRS will do for."


class LabelValueUnknown(WholeSceneError):
    code = "data.label_value"
    problem = "The labels {path} hold values that no class has: {values}. Classes have: {known}."
    remedy = "Add these values to the classes or to the ignored values of the data description."


class LabelTypeUnsupported(WholeSceneError):
    code = "data.label_type"
    problem = "The labels {path} cannot be read as classes: {detail}."
    remedy = "Labels are whole numbers in one band, colours in three bands of 8 bits, or polygons with a class field."


class LabelsUnplaced(WholeSceneError):
    code = "data.labels_unplaced"
    problem = "The polygons {path} cannot be laid on {image}: {detail}."
    remedy = "Give the image or the polygons the CRS that they lack."


class VectorUnreadable(WholeSceneError):
    code = "data.vector"
    problem = "{path} cannot be read as polygons: {detail}."
    remedy = "Save the layer as GeoPackage, GeoJSON or Shapefile with polygons (in QGIS: Export > Save Features As)."


class VectorField(WholeSceneError):
    code = "data.field"
    problem = "The polygons {path} have no field '{field}'. They have: {offered}."
    remedy = "Name the field that holds the class."


class DataBands(WholeSceneError):
    code = "data.bands"
    problem = "{path} has {actual} band(s); '{dataset}' has {expected} ({names})."
    remedy = "Choose the format that fits the files, or correct the bands in the data description."


class TilesUnplaced(WholeSceneError):
    code = "data.tiles"
    problem = "The tiles of '{scene}' cannot be joined to one scene: {detail}."
    remedy = "Use the format that takes each tile as a scene, or tiles with georeference or named ..._ROW_COLUMN."


class SplitInvalid(WholeSceneError):
    code = "data.split"
    problem = "The split {path} cannot be used: {detail}."
    remedy = "Correct the file; docs/training.md explains its fields."


class SplitLeak(WholeSceneError):
    code = "data.leak"
    problem = "The split {path} tears apart what shows the same ground: {detail}."
    remedy = "Put scenes of one group into one split, or give them parts that do not overlap."


# -- accuracy ------------------------------------------------------------------


class RasterUnreadable(WholeSceneError):
    code = "accuracy.raster"
    problem = "{path} cannot be read as a raster of classes: {detail}."
    remedy = "Choose a raster whose pixels hold class values, in a file or database that GDAL reads."


class ReferenceUnplaced(WholeSceneError):
    code = "accuracy.unplaced"
    problem = "{reference} has no place on the ground and another size than {map}: {detail}."
    remedy = "Georeference it, or take one with a pixel for each pixel of the map."


class ReferenceKind(WholeSceneError):
    code = "accuracy.kind"
    problem = "{reference} holds neither pixels nor polygons nor points."
    remedy = "Choose a raster, polygons or points as the reference."


class ReferenceField(WholeSceneError):
    code = "accuracy.field"
    problem = "{reference} has no field '{field}'. It has: {offered}."
    remedy = "Name the field that holds the reference class."


class NoOverlap(WholeSceneError):
    code = "accuracy.no_overlap"
    problem = "{reference} has no class anywhere where {map} has one."
    remedy = "Check that both show the same place, and the CRS of each."


class NotLabelled(WholeSceneError):
    code = "accuracy.not_labelled"
    problem = "None of the {count} features of {reference} on {map} has a class in the field '{field}'."
    remedy = "Fill in the field, or choose the one that holds the reference class."


class MappingUnknown(WholeSceneError):
    code = "accuracy.mapping"
    problem = "'{name}' is no class of the map. It has: {classes}."
    remedy = "Name one of these or its value, or leave the second column empty to leave the reference class out."


class NothingMapped(WholeSceneError):
    code = "accuracy.nothing_mapped"
    problem = "No class of the reference ({found}) is matched with a class of the map ({classes})."
    remedy = "Say in the class mapping which is which."


class SampleImpossible(WholeSceneError):
    code = "accuracy.sample"
    problem = "{size} points cannot be drawn from {map}: {detail}."
    remedy = "Ask for another number of points."


# -- evaluation ----------------------------------------------------------------


class EvaluationInvalid(WholeSceneError):
    code = "evaluation.invalid"
    problem = "The evaluation cannot be run: {detail}."
    remedy = "Correct the named option or field; docs/evaluation.md explains them all."


class EvaluationClasses(WholeSceneError):
    code = "evaluation.classes"
    problem = "No class of the preset '{preset}' answers to these of '{dataset}': {classes}. The preset has: {known}."
    remedy = "Say what they are with --map NAME=CLASS, or leave their pixels out with --ignore NAME."


class EvaluationClass(WholeSceneError):
    code = "evaluation.class_unknown"
    problem = "There is no class '{name}' in {owner}. Its classes: {known}."
    remedy = "Use one of these names."


class NothingToScore(WholeSceneError):
    code = "evaluation.empty"
    problem = "There is no labelled scene to score: {detail}."
    remedy = "Name another split with --split, or other scenes with --scenes."


class BaselineInvalid(WholeSceneError):
    code = "evaluation.baseline"
    problem = "The baseline {path} cannot be used: {detail}."
    remedy = "Correct the file; docs/evaluation.md shows its form."


# -- engine and wire -----------------------------------------------------------


class EngineNotFound(WholeSceneError):
    code = "engine.not_found"
    problem = "No engine is running: {detail}."
    remedy = "Start one with: wholescene serve"


class EngineNotInstalled(WholeSceneError):
    code = "engine.not_installed"
    problem = "No WholeScene engine is installed where the plugin looks: {detail}."
    remedy = "Install the engine (make install) or choose its Python in the panel's settings."


class EngineStartFailed(WholeSceneError):
    code = "engine.start_failed"
    problem = "The engine did not start: {detail}."
    remedy = "Run 'wholescene serve' in a terminal to see why."


class EngineLost(WholeSceneError):
    code = "engine.lost"
    problem = "The connection to the engine was lost: {detail}."
    remedy = "The engine may have stopped; start the job again."


class EngineRunning(WholeSceneError):
    code = "engine.running"
    problem = "An engine is running already (process {pid}, {path})."
    remedy = "Use it, or stop it first with: wholescene shutdown"


class ProtocolMismatch(WholeSceneError):
    code = "wire.protocol"
    problem = (
        "Client and engine speak different protocols: "
        "client {client_protocol} ({client_version}), engine {engine_protocol} ({engine_version})."
    )
    remedy = "Update the {older}; both have to come from the same release."


class BindRefused(WholeSceneError):
    code = "engine.bind"
    problem = "The engine cannot listen at {address}: {detail}."
    remedy = "Give tcp://HOST:PORT, where HOST is an address of this machine or the name of a network interface."


class WorkerRefused(WholeSceneError):
    code = "worker.refused"
    problem = "The engine does not take this from a worker: {detail}."
    remedy = "Start the worker group again; engine and workers have to come from the same release."


class BadSignature(WholeSceneError):
    code = "wire.signature"
    problem = "The message is not signed with this engine's key."
    remedy = "Read the connection file again; the engine may have been restarted."


class Replayed(WholeSceneError):
    code = "wire.replayed"
    problem = "The message was received before."
    remedy = "Connect again."


class BadMessage(WholeSceneError):
    code = "wire.message"
    problem = "The message cannot be understood: {detail}."
    remedy = "Client and engine have to come from the same release."


class ConnectionFileInvalid(WholeSceneError):
    code = "wire.connection_file"
    problem = "The connection file {path} cannot be used: {detail}."
    remedy = "Stop the engine, remove the file and start the engine again."


def _subclasses(kind: Type[WholeSceneError]) -> "list[Type[WholeSceneError]]":
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _subclasses(child))]


CATALOGUE: Dict[str, Type[WholeSceneError]] = {kind.code: kind for kind in _subclasses(WholeSceneError)[1:]}


def from_dict(data: Mapping[str, Any]) -> WholeSceneError:
    """The exception that :meth:`WholeSceneError.to_dict` described; unknown codes stay readable."""
    kind = CATALOGUE.get(str(data.get("code")))
    if kind is None:
        return InternalError(detail=str(data.get("message", data.get("code"))))
    return kind(**{str(key): value for key, value in dict(data.get("params") or {}).items()})
