"""A preset of one's own that is another one in other colours: the same classes, and the same weights where they lie."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..wire.errors import ColoursUnusable, PresetExists
from .preset import Preset
from .reading import MODEL_ROLE, PRESET_FILE, read_preset
from .shelter import whole_or_not_at_all
from .zoo import Zoo

COLOUR = re.compile(r"#?([0-9A-Fa-f]{6})")
CARD_FILE = "card.md"


def recolour(zoo: Zoo, base: str, folder: Path, colours: Mapping[str, str], title: str = "") -> Preset:
    """Make ``folder``, the preset ``base`` with some classes (by name or value) in other colours (``#RRGGBB``).

    The weights stay with the base, or with the preset that the base has them from: they are named, not copied.

    Raises:
        UnknownPreset, PresetInvalid, WeightsMissing, WeightsCorrupt: the base cannot be used.
        ColoursUnusable: a class that it does not have, or no colour.
        PresetExists, OutputUnwritable: there is a preset of that name, or the folder cannot be made.
    """
    preset = zoo.load(base)
    preset.weights_path()
    name = folder.name
    if name in zoo.names():
        raise PresetExists(path=str(zoo.named(name)))
    item = recoloured_item(zoo.item(base), preset, name, colours, title)
    with whole_or_not_at_all(folder) as part:
        (part / PRESET_FILE).write_text(json.dumps(item, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (part / CARD_FILE).write_text(_card(name, preset), encoding="utf-8")
        made = read_preset(part, zoo.named)
        made.weights_path()
    return made


def recoloured_item(
    item: Mapping[str, Any], base: Preset, name: str, colours: Mapping[str, str], title: str = ""
) -> dict[str, Any]:
    """The content of preset.json; the picture is left out, since it shows the colours of the base."""
    by_value = _by_value(base, colours)
    own: dict[str, Any] = json.loads(json.dumps(item))
    properties = own["properties"]
    properties |= {
        "mlm:name": name,
        "title": title or f"{base.title} ({name})",
        "wholescene:weights_of": base.weights_of or base.name,
    }
    result = properties["mlm:output"][0]
    for entry in result.get("classification:classes") or result["classification_classes"]:
        if entry["value"] in by_value:
            entry["color_hint"] = by_value[entry["value"]]
    card = {"href": f"./{CARD_FILE}", "title": "Model card", "type": "text/markdown", "roles": ["metadata"]}
    model = next(asset for asset in own["assets"].values() if MODEL_ROLE in asset.get("roles", []))
    return own | {"id": name, "assets": {"model": model, "card": card}}


def _by_value(base: Preset, colours: Mapping[str, str]) -> dict[int, str]:
    """Colours as ``RRGGBB`` by class value."""
    names = {str(entry.value): entry.value for entry in base.classes}
    names |= {entry.name: entry.value for entry in base.classes}  # a class may be called as another's value
    found = {}
    for named, colour in colours.items():
        if named not in names:
            known = ", ".join(entry.name for entry in base.classes)
            raise ColoursUnusable(preset=base.name, detail=f"it has no class '{named}', it has {known}")
        valid = COLOUR.fullmatch(colour)
        if valid is None:
            raise ColoursUnusable(preset=base.name, detail=f"'{colour}' for {named} is not a colour #RRGGBB")
        found[names[named]] = valid[1].upper()
    return found


def _card(name: str, base: Preset) -> str:
    return f"""# {name}: {base.title} in other colours

Classes, network and weights are those of the preset `{base.weights_of or base.name}`; what is known of its quality is
on its card. The licence of its weights is {base.weights_licence}.
"""
