"""Licences of weights: what they are called in full, whether they forbid commercial use, and how one was accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

# SPDX identifiers and names that licences of weights go by: their full name, and where their text is
KNOWN = {
    "MIT": ("MIT License", "https://spdx.org/licenses/MIT.html"),
    "Apache-2.0": ("Apache License 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
    "BSD-2-Clause": ("BSD 2-Clause License", "https://spdx.org/licenses/BSD-2-Clause.html"),
    "BSD-3-Clause": ("BSD 3-Clause License", "https://spdx.org/licenses/BSD-3-Clause.html"),
    "GPL-3.0": ("GNU General Public License 3", "https://www.gnu.org/licenses/gpl-3.0.html"),
    "AGPL-3.0": ("GNU Affero General Public License 3", "https://www.gnu.org/licenses/agpl-3.0.html"),
    "CC0-1.0": ("Creative Commons Zero 1.0: given to the public", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "PolyForm-Noncommercial-1.0.0": (
        "PolyForm Noncommercial License 1.0.0",
        "https://polyformproject.org/licenses/noncommercial/1.0.0",
    ),
}
CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)", re.IGNORECASE)
CONDITIONS = {"BY": "Attribution", "NC": "NonCommercial", "SA": "ShareAlike", "ND": "NoDerivatives"}
# whole words of an identifier or a sentence; "non commercial", "Noncommercial" and "non-commercially" are all meant
NON_COMMERCIAL = re.compile(
    r"\bnon[-_ ]?commercial(?:ly)?\b|(?<![a-z0-9])nc(?![a-z0-9])|\b(?:no|not for) commercial (?:use|purposes?)\b"
    r"|\bcommercial (?:use|purposes?) (?:is |are )?(?:not (?:allowed|permitted)|prohibited|forbidden)\b"
    r"|\b(?:personal|educational|private) (?:use|purposes?) only\b"
    r"|\b(?:for )?(?:academic|research|scientific|evaluation)(?: (?:and|or) \w+)? (?:use|purposes?) only\b"
    r"|\bresearch[- ]only\b|\bonly for (?:\w+ )?(?:research|academic)\b",
    re.IGNORECASE,
)
# licences that say so in their text, not in their name
NAMES = re.compile(r"\b(?:NVIDIA Source Code Licen[sc]e|NSCL|S-Lab Licen[sc]e|Prosperity)\b", re.IGNORECASE)
NON_COMMERCIAL_USE = "non-commercial use only"
ALTERNATIVES = re.compile(r"\s+OR\s+")  # of an SPDX expression: whoever uses it chooses one


@dataclass(frozen=True)
class Acceptance:
    """Under which licence weights were taken over, on which day (UTC, ``2026-11-21``) and how; never by whom.

    ``how`` is "option" (``--accept-licence``), "terminal" (an answer there) or "dialog" (ticked in QGIS).
    """

    licence: str
    date: str
    how: str

    def to_dict(self) -> dict[str, str]:
        """As ``wholescene:licence_accepted`` in preset.json has it."""
        return {"licence": self.licence, "date": self.date, "how": self.how}


def accepted(licence: str, how: str) -> Acceptance:
    """Accepted today."""
    return Acceptance(licence, f"{datetime.now(timezone.utc):%Y-%m-%d}", how)


def non_commercial(licence: str) -> bool:
    """Whether a licence, by SPDX identifier, name or sentence, is known to forbid commercial use.

    Of an SPDX expression with OR, one alternative that allows it is enough. False does not mean that it is allowed: of
    ``other`` nothing is known.
    """
    alternatives = ALTERNATIVES.split(licence.replace("_", "-"))
    return all(NON_COMMERCIAL.search(one) or NAMES.search(one.replace("-", " ")) for one in alternatives)


def terms(licence: str) -> dict[str, str]:
    """What a map made with such weights says of their use, as a row of its provenance; often nothing."""
    return {"weights_use": NON_COMMERCIAL_USE} if non_commercial(licence) else {}


def title(licence: str) -> str:
    """The licence's full name; the identifier itself where none is known."""
    found = CREATIVE_COMMONS.fullmatch(licence)
    if found:
        conditions = "-".join(CONDITIONS[part] for part in found[1].upper().split("-"))
        return f"Creative Commons {conditions} {found[2]} International"
    return KNOWN[licence][0] if licence in KNOWN else licence


def address(licence: str) -> str:
    """Where its text is; "" where that is not known."""
    found = CREATIVE_COMMONS.fullmatch(licence)
    if found:
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/"
    return KNOWN[licence][1] if licence in KNOWN else ""


def describe(licence: str, text: str = "") -> dict[str, Any]:
    """Plain values for ``--json``; ``text`` is what came with the weights, if anything did."""
    return {
        "licence": licence,
        "title": title(licence),
        "address": address(licence),
        "non_commercial": non_commercial(licence),
        "text": text,
    }
