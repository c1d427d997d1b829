"""Grid b: real scenes, split by scene; crops against whole scenes at several sizes of test (REST, Figure 10c).

Every variant is a TOML file in ``real/``. Its cells are validated on t2. The test scene u13 is segmented once for each
committed TOML and seed, on demand, and every such evaluation is logged in ``results/test-evaluations.jsonl``.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import rasterio.shutil
import torch

from wholescene import nn
from wholescene.training.stock import load_sources, open_stock

from .cell import cell_config, register_encoder, told
from .judging import judged
from .ledger import Ledger, Line
from .variants import Cell, Evaluation, Variant

TABLE = "real"
HERE = Path(__file__).parent
TOMLS = HERE / "real"
TESTS = (*(Evaluation(f"test {size}", size) for size in (256, 512, 1024, 2048)), Evaluation("whole"))
NOT_JUDGED = ("vegetation",)  # two annotators do not agree on it at all


class Uncommitted(RuntimeError):
    """A test scene may be looked at for committed configurations only."""


def variants(work: Path) -> list[Variant]:
    """One for each TOML; they read the scenes below ``work``."""
    found = []
    for path in sorted(TOMLS.glob("*.toml"), key=lambda path: (path.stem.split("-")[0], int(path.stem.split("-")[1]))):
        config = msgspec.toml.decode(path.read_bytes())
        config["data"]["sources"][0]["folder"] = str(work / "dubai")
        found.append(Variant(path.stem, TABLE, config, TESTS, split="val"))
    return found


def prepare(shared: Path, work: Path) -> None:
    """Join the published parts to scenes, uncompressed so that small windows are read fast. Needs Pillow."""
    target = work / "dubai"
    if (target / "ready").exists():
        return
    packed = work / "dubai-packed"
    subprocess.run([sys.executable, str(shared / "dubai" / "build.py"), str(packed)], check=True)
    target.mkdir(parents=True, exist_ok=True)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        for path in sorted(packed.glob("*.tif")):
            rasterio.shutil.copy(path, target / path.name, driver="GTiff", tiled=True, blockxsize=256, blockysize=256)
    (target / "ready").touch()


def test(cells: list[Cell], log: Ledger, work: Path) -> None:
    """Segment the test scene with every trained cell that has not done so yet. Raises Uncommitted."""
    register_encoder()
    for cell in cells:
        toml = TOMLS / f"{cell.variant.name}.toml"
        mark = hashlib.sha256(toml.read_bytes()).hexdigest()
        if any(line["toml_sha256"] == mark and line["seed"] == cell.seed for line in log.lines()):
            continue
        if not (work / "runs" / cell.key / "result.json").exists():
            print(f"{cell.key}: not trained yet")
            continue
        log.append(evaluation(cell, toml, mark, commit_of(toml), work))
        print(f"{cell.key}: tested")


def evaluation(cell: Cell, toml: Path, mark: str, commit: str, work: Path) -> Line:
    """One look at the test scene, as a line of the log."""
    config = cell_config(cell, work)
    sources = load_sources(config.data, cell.variant.name, None)
    stock = open_stock(sources, "test")
    network = nn.build(config.architecture(len(sources.classes), stock.bands))
    network.load_state_dict(torch.load(work / "runs" / cell.key / "weights.pt", weights_only=True))
    tests = {one.name: told(judged(network, stock, one)) for one in cell.variant.tests}
    return {
        "cell": cell.key,
        "fingerprint": cell.variant.fingerprint,
        "toml": f"real/{toml.name}",
        "toml_sha256": mark,
        "commit": commit,
        "seed": cell.seed,
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "scenes": [scene.name for scene in stock.scenes],
        "classes": list(stock.names),
        "tests": tests,
    }


def commit_of(toml: Path) -> str:
    """The commit that holds the file as it is. Raises Uncommitted."""
    git = ["git", "-C", str(toml.parent)]
    tracked = subprocess.run([*git, "ls-files", "--error-unmatch", toml.name], capture_output=True, check=False)
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", toml.name], check=False)
    if tracked.returncode or changed.returncode:
        raise Uncommitted(f"{toml.name} is not committed as it is: commit it before the test scene is looked at")
    found = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    return found.stdout.strip()
