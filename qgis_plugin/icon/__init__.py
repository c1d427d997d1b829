"""The plugin's picture."""

from pathlib import Path

ICON = Path(__file__).parent / "wholescene.svg"
