"""Asking for the licence of weights before they are taken over."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..wire.errors import LicenceNotAccepted
from ..wire.report import visible

if TYPE_CHECKING:
    from ..presets.licence import Acceptance


def add_options(parser: argparse.ArgumentParser) -> None:
    """How a licence is accepted without a terminal."""
    parser.add_argument(
        "--accept-licence",
        action="store_true",
        help="you may use the weights under their licence; which one, when and how is noted in the preset",
    )
    # of the dialog in QGIS, where the licence was shown and ticked
    parser.add_argument("--accepted-in", choices=("dialog",), help=argparse.SUPPRESS)


def consent(licence: str, notice: str, args: argparse.Namespace) -> Acceptance:
    """Show ``notice`` and the licence's name; it has to be accepted by the option, or on a terminal by an answer.

    Raises:
        LicenceNotAccepted: it was not.
    """
    from ..presets.licence import accepted

    if not args.json:
        print(f"{visible(notice)}\n{visible(_words(licence))}")  # a foreign preset has written both
    if args.accept_licence:
        return accepted(licence, args.accepted_in or "option")
    asked = not args.json and sys.stdin.isatty()
    if asked and input("Use them under this licence? [y/N] ").strip().lower() in ("y", "yes"):
        return accepted(licence, "terminal")
    raise LicenceNotAccepted(licence=licence)


def _words(licence: str) -> str:
    """Its full name and address, and what matters most of it."""
    from ..presets.licence import address, non_commercial, title

    told = [f"{title(licence)}.", address(licence)]
    if non_commercial(licence):
        told.append("It forbids commercial use.")
    if licence.lower() == "other":
        told = ["It names no licence that is known here: read what its authors say."]
    return " ".join(part for part in told if part)
