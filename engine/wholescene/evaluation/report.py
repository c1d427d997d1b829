"""The files of an evaluation: a page to look at and JSON for programs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from ..wire.errors import OutputUnwritable
from ..wire.replacement import remove, replace_together
from .page import page
from .results import Evaluation


@dataclass(frozen=True)
class Files:
    """Where they are."""

    page: Path
    json: Path


def write(found: Evaluation, output: Path) -> Files:
    """Write page and JSON into the folder, in place of those of an earlier evaluation of the same name.

    Raises OutputUnwritable.
    """
    facts = found.facts
    name = re.sub(r"[^\w.-]+", "-", f"{facts['preset']}_{facts['dataset']}_{facts['split']}")
    files = Files(output / f"{name}.html", output / f"{name}.json")
    texts = {
        files.json: json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n",
        files.page: page(found),
    }
    new = {path: path.with_name(f"{path.name}.part") for path in texts}
    try:
        for path, text in texts.items():
            new[path].write_text(text, encoding="utf-8")
        replace_together(new)
    except OSError as problem:
        raise OutputUnwritable(path=str(output), detail=problem.strerror or str(problem)) from None
    finally:
        for path in new.values():
            remove(path)
    return files
