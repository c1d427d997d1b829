"""The precision follows request, preset and machine, in this order."""

import pytest

from wholescene.holistic import precision
from wholescene.wire import errors

BOTH = ("float32", "bf16")


@pytest.mark.parametrize(("ratio", "chosen"), [(0.13, "float32"), (1.1, "float32"), (1.9, "bf16")])
def test_auto_takes_bfloat16_only_where_it_pays(monkeypatch, ratio, chosen):
    """0.13 and 1.9 were measured on CPUs without and with instructions for it."""
    monkeypatch.setattr(precision, "speed", lambda name, device: {"float32": 1.0, "bf16": ratio}[name])
    assert precision.choose("auto", BOTH, "p") == chosen


def test_the_preset_has_the_last_word():
    assert precision.choose("auto", ("float32",), "p") == "float32"
    assert precision.choose("float32", BOTH, "p") == "float32"
    with pytest.raises(errors.PrecisionUnsupported, match="bf16"):
        precision.choose("bf16", ("float32",), "p")


def test_the_probe_is_quick_and_sane():
    """No CPU multiplies slower than 10 million or faster than 100 million million times a second."""
    assert 1e7 < precision.speed("float32") < 1e14


@pytest.mark.parametrize("allowed", [("float32", "fp16"), ("fp16",)])
def test_half_precision_needs_cuda(allowed):
    """Processors compute it a hundred times slower: 1 GFLOP/s where bf16 reaches 200 (measured)."""
    assert precision.choose("fp16", allowed, "p", "cuda") == "fp16"
    with pytest.raises(errors.PrecisionOnDevice, match=r"fp16.*cpu"):
        precision.choose("fp16", allowed, "p")


def test_auto_never_takes_half_precision_of_itself(monkeypatch):
    monkeypatch.setattr(precision, "speed", lambda name, device: {"float32": 1.0, "bf16": 1.0}[name])
    assert precision.choose("auto", (*BOTH, "fp16"), "p", "cuda") == "float32"


def test_a_preset_that_was_not_validated_in_half_precision_refuses_it_on_every_device():
    for device in ("cpu", "cuda"):
        with pytest.raises(errors.PrecisionUnsupported, match="fp16"):
            precision.choose("fp16", BOTH, "p", device)
