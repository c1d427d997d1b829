"""What the engine tells of its machine, in the user's words."""

from __future__ import annotations

from typing import Any, Mapping

from ..translation import tr
from .details import clause


def why_unused(machine: Mapping[str, Any]) -> str:
    """Which GPU was found and why nothing is computed on it, with the way out; "" if none is left aside."""
    unused = machine.get("unused")
    if not unused:
        return ""
    reason = clause(str(unused.get("reason")))
    return tr("{cards} cannot be used: {reason}").format(cards=unused.get("cards"), reason=reason)


def device_name(machine: Mapping[str, Any]) -> str:
    """What computes: a GPU by its name, else how many processors."""
    if machine.get("device") == "cpu" and machine.get("processors"):
        return tr("%n processors", n=int(machine["processors"]))
    return str(machine.get("name") or machine.get("device") or "")
