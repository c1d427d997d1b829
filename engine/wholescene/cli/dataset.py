"""``wholescene dataset``: look labelled scenes through before anything is trained on them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from ..training.data import Dataset
    from ..training.data.check import Finding, Report, SceneReport

SHOWN_SCENES = 20
SHOWN_FINDINGS = 30
SHOWN_BANDS = 8
EXAMPLES = """\
examples:
  wholescene dataset check ~/data/five-billion-pixels
  wholescene dataset check lakes --split split.toml --full
  wholescene dataset check scenes --format uavid:rest --json
  wholescene dataset formats
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "dataset",
        help="look labelled scenes through",
        description="Labelled scenes for training and evaluation: what a folder holds, and what is wrong with it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    checking = actions.add_parser(
        "check",
        help="sizes, classes with their shares, missing or misfitting labels",
        description="Look at all scenes of a folder with their labels. Exit code 1 if something is wrong.",
    )
    checking.set_defaults(run=run)
    checking.add_argument("folder", type=Path, metavar="FOLDER", help="where the data set lies")
    checking.add_argument(
        "--format", metavar="NAME", help="see 'dataset formats' (default: dataset.toml, or recognised)"
    )
    checking.add_argument(
        "--split", type=Path, metavar="FILE", help="a split file (TOML) in place of the data set's own"
    )
    checking.add_argument("--full", action="store_true", help="look at every pixel of every scene")
    checking.add_argument("--json", action="store_true", help="everything that was found, as JSON")
    listing = actions.add_parser("formats", help="list the known formats", description="List the known formats.")
    listing.set_defaults(run=run_formats)
    listing.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Check and print; 1 if something is wrong."""
    from ..training.data import load_dataset

    report = _checked(load_dataset(args.folder, args.format, args.split), full=args.full, quiet=args.json)
    if args.json:
        print(json.dumps(report.to_dict(), indent=1))
    else:
        from rich.console import Console

        show(report, Console(highlight=False))
    return int(bool(report.wrong))


def run_formats(args: argparse.Namespace) -> int:
    """Print the list."""
    from ..training.data.description import formats

    known = formats()
    if args.json:
        print(json.dumps({"formats": known}, indent=1))
        return 0
    from rich.console import Console

    table = _table("format", "what it is")
    for name, title in known.items():
        table.add_row(name, title)
    Console(highlight=False).print(table)
    return 0


def _checked(dataset: Dataset, *, full: bool, quiet: bool) -> Report:
    from rich.console import Console
    from rich.progress import Progress

    from ..training.data.check import check

    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task("looking", total=1.0)
        return check(dataset, full=full, progress=lambda done: bar.update(task, completed=done))


# -- what people read --------------------------------------------------------------


def show(report: Report, console: Console) -> None:
    """Splits, classes, scenes or their sum, values, what is wrong, what is worth knowing."""
    console.print(f"{report.title} ({report.dataset})\n", style="bold", markup=False)
    for table in (_splits(report), _classes(report), _scenes(report), _values(report)):
        if table.row_count:
            console.print(table)
            console.print()
    _show_findings(report.findings, console)
    for note in report.notes:
        console.print(f"• {note}", style="dim", markup=False)
    count = len(report.wrong)
    verdict = (
        "Nothing is wrong." if not count else "One thing is wrong." if count == 1 else f"{count} things are wrong."
    )
    console.print(f"\n{verdict}", style="green" if not count else "red")


def _table(*headings: str, right: Sequence[str] = ()) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", no_wrap=heading in right)
    return table


def _splits(report: Report) -> Table:
    table = _table("split", "scenes", "height x width", "Mpixel", "labelled", right=("scenes", "Mpixel", "labelled"))
    for split, scenes in report.splits().items():
        pixels = sum(scene.height * scene.width for scene in scenes)
        looked = sum(scene.height * scene.width for scene in scenes if scene.counts)
        labelled = f"{sum(report.counts(split)) / looked:.1%}" if looked else ""
        table.add_row(split, str(len(scenes)), _sizes(scenes), f"{pixels / 1e6:.1f}", labelled)
    return table


def _sizes(scenes: Sequence[SceneReport]) -> str:
    sizes = sorted({(scene.height, scene.width) for scene in scenes if scene.height})
    if not sizes:
        return ""
    small, large = sizes[0], sizes[-1]
    return f"{small[0]} x {small[1]}" + (f" to {large[0]} x {large[1]}" if len(sizes) > 1 else "")


def _classes(report: Report) -> Table:
    from rich.text import Text

    splits = list(report.splits())
    table = _table("", "id", "value", "class", *splits, right=("id", "value", *splits))
    shares = {split: report.shares(split) for split in splits}
    for i, entry in enumerate(report.classes):
        cells = [_percent(shares[split][i]) for split in splits]
        table.add_row(Text("██", style=entry.colour), str(i), str(entry.value), entry.name, *cells)
    return table


def _percent(share: float) -> str:
    if not share:
        return "-"
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"


def _scenes(report: Report) -> Table:
    """All scenes, if they are few."""
    table = _table(
        "scene", "split", "part", "size", "type", "CRS", "m/pixel", "ignored", right=("part", "size", "ignored")
    )
    if len(report.scenes) > SHOWN_SCENES:
        return table
    for scene in report.scenes:
        area = max(scene.height * scene.width, 1)
        metres = f"{scene.pixel_metres[0]:.3g}" if scene.pixel_metres else ""
        ignored = f"{scene.ignored / area:.1%}" if scene.counts else ""
        size = f"{scene.height} x {scene.width}" if scene.height else ""
        table.add_row(scene.name, scene.split, scene.part, size, scene.dtype, scene.crs, metres, ignored)
    return table


def _values(report: Report) -> Table:
    """The range of each band over all scenes."""
    table = _table("band", "lowest", "highest", "mean", right=("lowest", "highest", "mean"))
    looked = [scene for scene in report.scenes if scene.low]
    bands = min((len(scene.low) for scene in looked), default=0)
    for band in range(min(bands, SHOWN_BANDS)):
        low, high = min(scene.low[band] for scene in looked), max(scene.high[band] for scene in looked)
        weights = [scene.height * scene.width for scene in looked]
        mean = sum(scene.mean[band] * weight for scene, weight in zip(looked, weights, strict=True)) / sum(weights)
        name = report.bands[band] if band < len(report.bands) else ""
        table.add_row(f"{band + 1} {name}".strip(), f"{low:g}", f"{high:g}", f"{mean:.4g}")
    if bands > SHOWN_BANDS:
        table.add_row(f"and {bands - SHOWN_BANDS} more", "", "", "")
    return table


def _show_findings(findings: Sequence[Finding], console: Console) -> None:
    from rich.text import Text

    unique = list(dict.fromkeys(sorted(findings, key=lambda finding: not finding.wrong)))
    for finding in unique[:SHOWN_FINDINGS]:
        mark, style = ("✗ ", "red") if finding.wrong else ("• ", "yellow")
        topic = finding.topic.rpartition(".")[2].replace("_", " ")  # some are codes of errors
        text = Text(mark, style=style).append(topic, style="bold")
        console.print(text.append(f" {finding.scene}:" if finding.scene else ":").append(f" {finding.detail}"))
    if len(unique) > SHOWN_FINDINGS:
        console.print(f"  and {len(unique) - SHOWN_FINDINGS} more; --json lists all", style="dim")
