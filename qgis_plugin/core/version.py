"""Which release this plugin is."""

from __future__ import annotations

import configparser
from pathlib import Path

METADATA = Path(__file__).parents[1] / "metadata.txt"


def plugin_version() -> str:
    """The version in the plugin's ``metadata.txt``; "unreleased" where the file is not beside the code."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(METADATA, encoding="utf-8")
    return parser.get("general", "version", fallback="unreleased")
