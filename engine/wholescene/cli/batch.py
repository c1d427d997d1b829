"""Several scenes one after another: goes on after an error, leaves out what is finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..wire.errors import Cancelled, InternalError, WholeSceneError
from ..wire.identity import identity
from ..wire.request import SegmentRequest
from .outcome import DONE, FAILED, SKIPPED, STOPPED, Outcome
from .progress import View

Door = Callable[[SegmentRequest, View], dict[str, Any]]


def run(requests: Sequence[SegmentRequest], door: Door, view: View, *, skip_finished: bool) -> Iterator[Outcome]:
    """Each request through ``door``; ends early when the person wants to stop."""
    for request in requests:
        outcome = (skipped(request) if skip_finished else None) or _one(request, door, view)
        yield outcome
        if outcome.state == STOPPED:
            return


def _one(request: SegmentRequest, door: Door, view: View) -> Outcome:
    from ..raster.naming import scene_title
    from ..service.outputs import check

    started = time.monotonic()
    result: dict[str, Any] | None = None
    error: WholeSceneError | None = None
    state = DONE
    view.started(scene_title(request.sources))
    try:
        check(request)  # before the large libraries are loaded
        result = door(request, view)
    except (Cancelled, KeyboardInterrupt):
        state, error = STOPPED, Cancelled()
    except WholeSceneError as problem:
        state, error = FAILED, problem
    except Exception as problem:
        # one bad scene must not cost the others; alone it is told like any error
        state, error = FAILED, InternalError(detail=f"{type(problem).__name__}: {problem}")
    finally:
        view.ended()
    output = str(result["path"]) if result else None
    return Outcome(request.sources, state, output, time.monotonic() - started, result, error)


def skipped(request: SegmentRequest) -> Outcome | None:
    """The outcome of a scene that needs no work: finished before, or a class map that the shell's ``*`` caught."""
    from ..raster.provenance import read_provenance

    if read_provenance(Path(request.sources[0])):
        return Outcome(request.sources, SKIPPED, note="is a class map, not a scene")
    finished = finished_output(request)
    return Outcome(request.sources, SKIPPED, str(finished), note=f"is finished: {finished}") if finished else None


def finished_output(request: SegmentRequest) -> Path | None:
    """The class map that this very request has made earlier, with these weights, if the scene is not newer."""
    from ..presets.zoo import Zoo
    from ..raster.provenance import read_provenance
    from ..raster.sources import source_file

    weights = Zoo().load(request.preset).weights
    files = [path for source in request.sources if (path := source_file(source))]
    if weights is None or len(files) < len(request.sources):
        return None  # the job itself will say what is wrong
    wanted = {"request": identity(request), "weights_sha256": weights.sha256 or ""}
    for path in _candidates(request, files[0].parent):
        made = read_provenance(path)
        newer = all(path.stat().st_mtime >= file.stat().st_mtime for file in files)
        if newer and all(made.get(key) == value for key, value in wanted.items()):
            return path
    return None


def _candidates(request: SegmentRequest, folder: Path) -> list[Path]:
    from ..raster.naming import scene_title

    if request.output is not None:
        return [path for path in [Path(request.output)] if path.is_file()]
    name = f"{scene_title(request.sources)}_{request.preset}"
    numbered = (path for path in folder.glob("*.tif") if path.stem.startswith(f"{name}_"))
    return [path for path in (folder / f"{name}.tif", *sorted(numbered)) if path.is_file()]
