"""Grid c: the papers' ablations in small, on the controlled scenes at half their resolution.

REST's Table 5 (partition, attention, exchange), Table 6 (stages whose exchange is switched off at the test) and Table 7
(heads in training and at the test), EHSNet's Table 4 (BAE, LRD, ECR), and noise in images and labels.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .recipe import Recipe
from .variants import Evaluation, Variant, drawn_config

STEPS = 300
DATA = Recipe(size=(512, 1024), resolution=2.0)
SCENE = DATA.size[0] * DATA.size[1]
PIXELS = 2 * SCENE  # of a step
GRID = (256, 512)  # the scene in 2 x 2 regions
EVERY = [0, 1, 2, 3]
SPIM = {"stages": [3], "heads": 4, "kv_pool": 1}
POOLED = {"stages": EVERY, "heads": 2, "kv_pool": 8}
STAGES_OFF = [(), (0,), (1,), (2,), (3,), (0, 1), (0, 1, 3), (0, 1, 2), (0, 1, 2, 3)]  # the rows of Table 6
HEADS = (1, 2, 4, 8)
INPUT_NOISE = (4.0, 10.0, 25.0)  # digital numbers
LABEL_NOISE = (0.1, 0.25, 0.5)  # shares of the waters
WHOLE = (Evaluation("whole"),)


def variants() -> list[Variant]:
    """The rows of all tables."""
    return [*_partition(), *_stages(), *_heads(), *_ehsnet(), *_noise()]


def _partition() -> list[Variant]:
    """REST, Table 5. The last row is without partition: encoder and decoder see across regions, too."""
    divided: dict[str, Any] = {"context": "grid", "grid": GRID, "tile": 256}
    return [
        _variant("partition", "rest5", network=divided),
        _variant("partition, attention", "rest5", network=divided, spim={**SPIM, "within": "grid"}),
        _variant("partition, attention, exchange", "rest5", network=divided, spim=SPIM),
        _variant("no partition, SPIM", "rest5", spim=SPIM),
    ]


def _stages() -> list[Variant]:
    """REST, Table 6: trained with all stages' exchange, tested without that of some."""
    tests = tuple(Evaluation(_named(off), apart=off, grid=GRID) for off in STAGES_OFF)
    return [_variant("all stages", "rest6", spim=POOLED, tests=tests)]


def _named(off: tuple[int, ...]) -> str:
    return " ".join("-" if stage in off else "x" for stage in EVERY)


def _heads() -> list[Variant]:
    """REST, Table 7."""
    tests = tuple(Evaluation(f"{heads} at test", heads=heads) for heads in HEADS)
    return [_variant(f"{heads} in training", "rest7", spim={**SPIM, "heads": heads}, tests=tests) for heads in HEADS]


def _ehsnet() -> list[Variant]:
    """EHSNet, Table 4. All rows have the same decoder and auxiliary head; the first learns and is tested on crops."""
    found = [_ehsnet_row("baseline, crop 256", {}, {}, size=256, tests=(Evaluation("crop 256", 256),))]
    for bae, lrd, ecr in (
        (False, False, False),
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (True, True, False),
        (False, True, True),
        (True, False, True),
        (True, True, True),
    ):
        parts = [name for name, used in (("BAE", bae), ("LRD", lrd), ("ECR", ecr)) if used]
        loss = {"boundary": 1.0} if bae else {}
        found.append(_ehsnet_row(", ".join(["holistic", *parts]), {"lrd": lrd, "ecr": ecr}, loss))
    return found


def _ehsnet_row(name: str, parts: dict[str, Any], loss: dict[str, Any], **more: Any) -> Variant:
    decoder = {"name": "ehsnet", "channels": 32, "lrd": False, "ecr": False, **parts}
    return _variant(name, "ehsnet4", network={"decoder": decoder}, loss={"auxiliary": 0.4, **loss}, **more)


def _noise() -> list[Variant]:
    """Noise in the images of training and test, or in the labels of training alone."""
    kinds = [("clean", DATA)]
    kinds += [(f"image noise {sigma:g}", replace(DATA, noise=sigma)) for sigma in INPUT_NOISE]
    kinds += [(f"labels wrong {share:.0%}", replace(DATA, mislabelled=share)) for share in LABEL_NOISE]
    found = []
    for name, data in kinds:
        found.append(_variant(f"{name}, crop 256", "noise", size=256, tests=(Evaluation("crop 256", 256),), data=data))
        found.append(_variant(f"{name}, holistic", "noise", spim=SPIM, data=data))
    return found


def _variant(
    name: str, table: str, *, size: int = 0, tests: tuple[Evaluation, ...] = WHOLE, data: Recipe = DATA, **more: Any
) -> Variant:
    config = drawn_config(steps=STEPS, size=size, pixels=PIXELS, scene=SCENE, **more)
    return Variant(name, table, config, tests, data)
