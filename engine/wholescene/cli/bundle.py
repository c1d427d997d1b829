"""``wholescene bundle``: interpreter, packages and presets in one file that installs without a network."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..wire.pythons import STANDALONE, this_platform
from ..wire.sizes import size_words
from .progress import stop_at_once

if TYPE_CHECKING:
    from ..bundling.make import Made

STAGES = {
    "python": "the Python for the bundle",
    "engine": "the engine's wheel",
    "packages": "packages",
    "packing": "packing",
}
EXAMPLES = """\
examples:
  wholescene bundle --output wholescene-linux.zip
  wholescene bundle --output wholescene-windows.zip --platform windows-x86_64 --preset my-water
  wholescene bundle --output wholescene-cuda.zip --build cu130
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "bundle",
        help="pack the engine for machines without a network",
        description="Pack a Python, the engine, all packages it needs and presets into one file, for this platform or "
        "another. The plugin installs the engine from it without a network.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("--output", "-o", type=Path, required=True, metavar="FILE", help="the bundle, a .zip file")
    parser.add_argument("--overwrite", action="store_true", help="replace a file of that name")
    parser.add_argument("--platform", choices=tuple(STANDALONE), help="for which machines (default: such as this one)")
    parser.add_argument("--build", type=_build, default="cpu", metavar="cpu|cu130", help="of torch (default: cpu)")
    parser.add_argument(
        "--preset", action="append", default=[], metavar="NAME", help="a preset of yours to pack, with its weights"
    )
    parser.add_argument("--json", action="store_true", help="print what was packed as JSON")
    _add_sources(parser)


def _add_sources(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("where the parts come from")
    python = group.add_mutually_exclusive_group()
    python.add_argument(
        "--python", type=Path, metavar="ARCHIVE", help="a standalone Python (.tar.gz; default: it is downloaded)"
    )
    python.add_argument("--without-python", action="store_true", help="pack none: there is one on these machines")
    group.add_argument("--python-sha256", type=_digest, metavar="HEX", help="what the archive's SHA-256 has to be")
    group.add_argument("--python-version", type=_version, metavar="3.12", help="the Python that the packages are for")
    group.add_argument("--wheel", type=Path, metavar="FILE", help="the engine's wheel (default: that of this engine)")
    group.add_argument(
        "--index", action="append", default=[], metavar="ADDRESS", help="a package index besides those pip knows here"
    )
    group.add_argument(
        "--torch-index",
        metavar="ADDRESS",
        help="the same, for torch only (default: that of pytorch.org for the build; 'none': only those pip knows)",
    )


def run(args: argparse.Namespace) -> int:
    """Make it and say what is in it."""
    from ..bundling.make import Order, make

    order = Order(
        output=args.output.absolute(),
        platform=args.platform or _here(args.parser),
        build=args.build,
        python=args.python,
        python_sha256=args.python_sha256,
        without_python=args.without_python,
        python_version=args.python_version or "",
        presets=tuple(dict.fromkeys(args.preset)),
        wheel=args.wheel,
        indexes=tuple(args.index),
        torch_index=_torch_index(args, args.platform or this_platform()),
        overwrite=args.overwrite,
    )
    with stop_at_once(), _Progress() as view:
        made = make(order, view.tell)
    _show(made, as_json=args.json)
    return 0


def _here(parser: argparse.ArgumentParser) -> str:
    platform = this_platform()
    if platform not in STANDALONE:
        parser.error(f"there are no packages for {platform}; name another one with --platform")
    return platform


def _torch_index(args: argparse.Namespace, platform: str) -> str | None:
    if args.torch_index == "none" or (args.torch_index is None and platform.startswith("macos")):
        return ""  # for macOS there is one build, where pip looks anyway
    index: str | None = args.torch_index
    return index


def _show(made: Made, *, as_json: bool) -> None:
    manifest = made.manifest
    wheels = [path for path in manifest.files if path.startswith("wheels/")]
    if as_json:
        told = manifest.to_dict()
        document = {"path": str(made.path), "size": made.size, "shipped_presets": list(made.shipped), "manifest": told}
        print(json.dumps(document, indent=1))
        return
    brought = "its own" if manifest.python.archive else "not in it"
    print(f"{made.path}  ({size_words(made.size)})")
    print(f"WholeScene {manifest.release} for {manifest.platform}, torch for {manifest.build}")
    print(f"Python {manifest.python.version}, {brought}; {len(wheels)} packages, complete for that platform")
    print(f"presets: {', '.join(manifest.presets) or 'those of the engine'}")
    for name in made.shipped:
        print(f"{name} comes with the engine and was not packed again")


class _Progress:
    """A bar on stderr in a terminal, else a line for each stage."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._lines = not console.is_terminal
        self._tasks: dict[str, int] = {}

    def tell(self, stage: str, done: int, total: int) -> None:
        """Stage and what is done of it."""
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(STAGES[stage], total=total)
            if self._lines:
                print(f"{STAGES[stage]} …", file=sys.stderr, flush=True)
        self._bar.update(self._bar.task_ids[self._tasks[stage]], completed=done, total=total)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _build(text: str) -> str:
    if not re.fullmatch(r"cpu|cu\d{2,3}|rocm\d(\.\d+)+|xpu", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no build of torch such as cpu or cu130")
    return text


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("a SHA-256 has 64 hexadecimal digits")
    return text.lower()


def _version(text: str) -> str:
    if not re.fullmatch(r"3\.\d+", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no version of Python such as 3.12")
    return text
