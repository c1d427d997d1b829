"""``wholescene register``: tell QGIS where the engine is."""

from __future__ import annotations

import argparse
import sys

from .. import __version__


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "register",
        help="tell QGIS that the engine is in this Python",
        description="Note for the QGIS plugin that the engine is installed in this Python environment.",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the installation file."""
    from ..wire.connection import write_installation

    path = write_installation(sys.executable, __version__)
    print(f"Registered {sys.executable} (WholeScene {__version__}) for QGIS in {path}")
    return 0
