"""What a new preset may be called."""

from __future__ import annotations

import argparse
import re


def preset_name(text: str) -> str:
    """A name that is a folder's name on every system; argparse's own error for anything else."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a name of letters, digits, '.', '_' and '-'")
    return text
