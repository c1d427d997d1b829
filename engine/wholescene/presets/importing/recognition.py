"""What network a checkpoint holds: found in the names and shapes of its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...wire.errors import CheckpointMismatch
from .checkpoint import Checkpoint
from .table import Table, tables


@dataclass(frozen=True)
class Recognised:
    """The tables that apply, and ``wholescene:architecture`` of the network that they fill."""

    tables: tuple[Table, ...]
    architecture: dict[str, Any]


def recognise(checkpoint: Checkpoint, base: Mapping[str, Any], spim_heads: int | None = None) -> Recognised:
    """The network in the file. ``base``, an architecture, says what no weight does.

    That is the number of bands and classes, what is confined to which grid and, unless
    ``spim_heads`` is given, the number of SPIM's heads.

    Raises:
        CheckpointMismatch: no encoder, decoder or size that is known, or no usable number of heads.
    """
    encoder, decoder = _only(checkpoint, "encoder"), _only(checkpoint, "decoder")
    architecture = {
        "encoder": {**encoder.told(checkpoint.tensors), "variant": _variant(checkpoint, encoder), **_bands(base)},
        "decoder": {**decoder.spec, "channels": _channels(checkpoint, decoder)},
        "classes": base["classes"],
        **{key: base[key] for key in ("context", "grid") if key in base},
    }
    spim = _find(checkpoint, "spim")
    if spim:
        before = base.get("spim", {})
        told = _spim(checkpoint, spim[0], spim_heads or before.get("heads"))
        within = {"within": before["within"]} if "within" in before else {}
        architecture["spim"] = {**told, "feeds_next": encoder.spim_feeds_next, **within}
    return Recognised((encoder, *spim, decoder), architecture)


def _find(checkpoint: Checkpoint, part: str) -> list[Table]:
    return [table for table in tables() if table.part == part and table.signs(checkpoint.tensors)]


def _only(checkpoint: Checkpoint, part: str) -> Table:
    found = _find(checkpoint, part)
    if len(found) != 1:
        known = ", ".join(table.title for table in tables() if table.part == part)
        raise _mismatch(checkpoint, f"it has no {part} that is known; known are: {known}")
    return found[0]


def _variant(checkpoint: Checkpoint, encoder: Table) -> str:
    """The size of the encoder, by its blocks and channels."""
    signs = encoder.signs(checkpoint.tensors)
    stages = [place["s"] for place in signs.values()]
    depths = tuple(stages.count(stage) for stage in range(max(stages) + 1))
    widths = {checkpoint.shape(name)[0] for name, place in signs.items() if place["s"] == 0}
    for name, variant in encoder.variants.items():
        if variant.depths == depths and widths == {variant.width}:
            return name
    blocks, channels = "-".join(map(str, depths)), "/".join(map(str, sorted(widths)))
    known = ", ".join(encoder.variants)
    raise _mismatch(checkpoint, f"{encoder.title} of {blocks} blocks and {channels} channels is none of {known}")


def _bands(base: Mapping[str, Any]) -> dict[str, Any]:
    encoder = base["encoder"]
    return {"in_channels": encoder["in_channels"]} if "in_channels" in encoder else {}


def _channels(checkpoint: Checkpoint, decoder: Table) -> int:
    return checkpoint.shape(next(iter(decoder.signs(checkpoint.tensors))))[0]


def _spim(checkpoint: Checkpoint, spim: Table, heads: int | None) -> dict[str, Any]:
    """Stages from the file; the heads are not in it, but change what the network computes."""
    signs = spim.signs(checkpoint.tensors)
    if heads is None:
        raise _mismatch(checkpoint, "it has SPIM, whose number of heads no weight tells: pass --spim-heads")
    for name in signs:
        channels = checkpoint.shape(name)[0]
        if channels % heads:
            raise _mismatch(checkpoint, f"{channels} channels of SPIM cannot be split into {heads} heads")
    return {**spim.spec, "stages": sorted(place["s"] for place in signs.values()), "heads": heads}


def _mismatch(checkpoint: Checkpoint, detail: str) -> CheckpointMismatch:
    return CheckpointMismatch(path=str(checkpoint.path), detail=detail)
