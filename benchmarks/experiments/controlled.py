"""Grid a: one network at one budget on crops and on whole scenes, where only whole shapes tell classes apart."""

from __future__ import annotations

from typing import Any

from .recipe import Recipe
from .variants import Evaluation, Variant, drawn_config

TABLE = "controlled"
STEPS = 180
DATA = Recipe()
PIXELS = DATA.size[0] * DATA.size[1]  # of a step
SPIM = {"stages": [3], "heads": 4, "kv_pool": 1}
EHSNET = {"decoder": {"name": "ehsnet", "channels": 32}}
EHSNET_LOSS = {"auxiliary": 0.4, "boundary": 1.0}


def variants() -> list[Variant]:
    """The rows of the table."""
    whole = (Evaluation("whole"),)
    return [
        *(_variant(f"crop {size}", size, (Evaluation(f"crop {size}", size),)) for size in (256, 512, 1024)),
        _variant("holistic, no SPIM", 0, whole),
        _variant("holistic, SPIM", 0, whole, spim=SPIM),
        _variant("holistic, EHSNet's modules", 0, whole, network=EHSNET, loss=EHSNET_LOSS),
        _variant("holistic, SPIM and EHSNet's modules", 0, whole, spim=SPIM, network=EHSNET, loss=EHSNET_LOSS),
    ]


def _variant(name: str, size: int, tests: tuple[Evaluation, ...], **more: Any) -> Variant:
    config = drawn_config(steps=STEPS, size=size, pixels=PIXELS, scene=PIXELS, **more)
    return Variant(name, TABLE, config, tests, DATA)
