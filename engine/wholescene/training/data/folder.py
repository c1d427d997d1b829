"""From a folder to its data set."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from ...wire.errors import DataLayoutUnknown, SceneNotFound
from .coding import IGNORE
from .description import CATALOGUE, FILE, Description, Layout, Split, formats, load_description, load_format
from .discovery import discover
from .layout import Found, Matched, Pattern, match
from .mosaic import mosaic
from .pair import Dataset, ModelInput, Pair, RasterLabel, VectorLabel
from .splits import Divided, by_folder, divide, read_split
from .vectors import VECTOR_SUFFIXES


def load_dataset(folder: Path, name: str | None = None, split: Path | None = None) -> Dataset:
    """The labelled scenes in a folder.

    ``name`` is a format of the catalogue; without it the folder's own ``dataset.toml`` says what it
    holds, or else it is recognised. ``split`` is a split file, which replaces the split of the format.
    Raises DataFormatUnknown, DataLayoutUnknown, DataDescriptionInvalid, SplitInvalid, SplitLeak, TilesUnplaced.
    """
    if not folder.is_dir():
        raise SceneNotFound(path=str(folder))
    description, notes = _description(folder, name)
    layout, matched = _matched(folder, description)
    pairs = [_pair(folder, description, layout, scene, files) for scene, files in matched.scenes]
    bare = {pair.name: pair for pair in pairs if pair.label is None and _known_unlabelled(pair, description)}
    usable = [
        (scene.split, pair) for (scene, _), pair in zip(matched.scenes, pairs, strict=True) if pair.name not in bare
    ]
    divided = _divided(usable, description, split, folder)
    return Dataset(
        name=description.name,
        title=description.title or description.name,
        classes=description.entries(),
        splits=divided.splits,
        bands=description.preset_bands(),
        model_input=_model_input(description),
        nodata=description.nodata,
        unlabelled=tuple(bare.values()),
        strays=tuple(map(str, matched.strays)),
        notes=(*notes, *divided.notes),
    )


def _description(folder: Path, name: str | None) -> tuple[Description, list[str]]:
    """What the folder holds, and how that was found out."""
    if name is not None:
        return load_format(name), []
    if (folder / FILE).is_file():
        return load_description(folder / FILE), []
    known = [load_format(path.stem) for path in sorted(CATALOGUE.glob("*.toml"))]
    counted = [(_labelled(folder, description), description) for description in known]
    most, best = max(counted, key=lambda pair: pair[0])
    if most:
        return best, [f"recognised as '{best.name}' by its files; --format says otherwise"]
    return discover(folder), ["layout and classes are guessed from the files; a dataset.toml says them for sure"]


def _labelled(folder: Path, description: Description) -> int:
    """How many scenes with labels a format finds."""
    return max(match(folder, layout.images, layout.labels).labelled for layout in description.layouts)


def _matched(folder: Path, description: Description) -> tuple[Layout, Matched]:
    """The first layout that finds labelled scenes, or else any scenes."""
    tried = [(layout, match(folder, layout.images, layout.labels)) for layout in description.layouts]
    for layout, matched in sorted(tried, key=lambda pair: not pair[1].labelled):
        if matched.scenes:
            return layout, matched
    expected = " or ".join(f"{layout.images} with {layout.labels}" for layout, _ in tried)
    raise DataLayoutUnknown(path=str(folder), detail=f"'{description.name}' has {expected}")


def _pair(folder: Path, description: Description, layout: Layout, scene: Found, files: Sequence[Path]) -> Pair:
    return Pair(
        name=scene.name,
        sources=(mosaic(scene.images, scene.name),) if layout.mosaic else tuple(map(str, scene.images)),
        label=_label(description, layout, scene, files) if files else None,
        group=_group(description, scene),
        expected=str(folder / Pattern(layout.labels).fill(scene.fields)),
    )


def _label(description: Description, layout: Layout, scene: Found, files: Sequence[Path]) -> RasterLabel | VectorLabel:
    if layout.mosaic:
        return RasterLabel(mosaic(files, scene.name), description.coding(layout.coding))
    if files[0].suffix.lower() not in VECTOR_SUFFIXES:
        return RasterLabel(str(files[0]), description.coding(layout.coding))
    background = IGNORE if layout.background is None else description.train_id(layout.background)
    layer = layout.layer.format(**scene.fields) if layout.layer else None
    return VectorLabel(str(files[0]), layout.field, description.codes(), background, layer)


def _group(description: Description, scene: Found) -> str:
    """Scenes that show the same ground; by itself each shows its own."""
    if description.group is None:
        return scene.name
    return description.group.format(**{"name": scene.name, **scene.fields})


def _known_unlabelled(pair: Pair, description: Description) -> bool:
    return any(fnmatchcase(pair.name, pattern) for pattern in description.unlabelled)


def _divided(
    pairs: Sequence[tuple[str | None, Pair]], description: Description, path: Path | None, folder: Path
) -> Divided:
    if path is not None:
        return divide([pair for _, pair in pairs], read_split(path), str(path), complete=True)
    split = description.split or Split()
    if split.train or split.val or split.test or split.rest:
        own = folder / FILE if description.name not in formats() else description.name
        return divide([pair for _, pair in pairs], split, str(own), complete=isinstance(own, Path))
    return by_folder(pairs, split, str(folder))


def _model_input(description: Description) -> ModelInput | None:
    if not description.bands or not description.scaling:
        return None
    scaling = description.scaling
    return ModelInput(description.name, description.preset_bands(), scaling, description.ground_resolution)
