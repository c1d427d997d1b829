"""What there is to know of a preset before it is used."""

from __future__ import annotations

from typing import Any, List, Mapping, Tuple

from .texts import escaped, linked, tr
from .widgets import Hint


class PresetCard(Hint):
    """Description, bands, ground resolution, classes, licence; and how to get weights that are missing."""

    def show_preset(self, preset: Mapping[str, Any]) -> str:
        """Fill the card; the summary that its closed fold tells."""
        self.setOpenExternalLinks(True)
        lines = [escaped(preset.get("description") or "")]
        lines += [f"<b>{escaped(name)}</b> {linked(value)}" for name, value in facts(preset)]
        self.setText("<br>".join(line for line in lines if line))
        return " · ".join(part for part in (resolution(preset), str(preset.get("licence") or "")) if part)


def facts(preset: Mapping[str, Any]) -> List[Tuple[str, str]]:
    """(name, value) of what the engine told; what it did not tell is left out."""
    bands = ", ".join(_band(band) for band in preset.get("bands", []))
    classes = ", ".join(str(entry["name"]) for entry in preset.get("classes", []))
    found = [
        (tr("Bands"), bands),
        (tr("Ground resolution"), resolution(preset)),
        (tr("Trained on"), str(preset.get("sensors") or "")),
        (tr("Values"), str(preset.get("value_range") or "")),
        (tr("Largest validated scene"), str(preset.get("validated_size") or "")),
        (tr("Classes"), classes),
        (tr("Precision"), ", ".join(map(str, preset.get("precisions", [])))),
        (tr("Licence"), str(preset.get("licence") or "")),
        (tr("Weights"), str(preset.get("how") or "") if not preset.get("ready", True) else ""),
    ]
    return [(name, value) for name, value in found if value]


def resolution(preset: Mapping[str, Any]) -> str:
    """``0.5 to 10 m``; empty where any will do."""
    values = preset.get("ground_resolution")
    return tr("{low} to {high} m").format(low=f"{values[0]:g}", high=f"{values[1]:g}") if values else ""


def _band(band: Mapping[str, Any]) -> str:
    wavelength = band.get("wavelength_nm")
    return f"{band['name']} ({wavelength:g} nm)" if wavelength else str(band["name"])
