"""Kernels give what the layers they stand for give."""

import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from wholescene.nn import kernels

TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 2e-2}
fused_or_not = pytest.mark.parametrize("fused", [True, False])
dtypes = pytest.mark.parametrize("dtype", TOLERANCE)


@pytest.fixture(autouse=True)
def _choose(request, monkeypatch):
    if hasattr(request.node, "callspec") and not request.node.callspec.params.get("fused", True):
        monkeypatch.setattr(kernels, "_fuses", lambda *_: False)


def random(*shape, dtype=torch.float32, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def assert_near(found, expected, dtype):
    assert found.dtype == dtype
    assert (found.double() - expected).abs().max() <= TOLERANCE[dtype] * expected.abs().max()


@dtypes
def test_sum_of_squares(dtype):
    pixels = (random(1, 9, 21, 12, dtype=dtype) + 3).permute(0, 3, 1, 2)
    found = kernels.sum_of_squares(pixels)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), (pixels.double() ** 2).sum((0, 2, 3)), rtol=1e-5, atol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.bfloat16])
def test_squares_that_float16_cannot_hold(dtype):
    """320² is 102,400, and the largest float16 65,504."""
    found = kernels.square_sums(torch.full((1, 4, 6, 2), 320.0, dtype=dtype), (1, 2))
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, torch.full((1, 1, 1, 2), 24 * 102_400.0))


@torch.inference_mode()
@pytest.mark.parametrize("channels", [24, 32, 40])
@dtypes
def test_layer_norm(channels, dtype):
    layer = nn.LayerNorm(channels, eps=1e-6).to(dtype)
    layer.weight.normal_()
    x = random(1, 5, 7, channels, dtype=dtype) * 3 + 2
    expected = F.layer_norm(x.double(), (channels,), layer.weight.double(), layer.bias.double(), 1e-6)
    assert_near(kernels.layer_norm(x, layer), expected, dtype)


@torch.inference_mode()
@fused_or_not
@dtypes
def test_linear_gelu(fused, dtype):
    layer, x = nn.Linear(24, 96).to(dtype), random(1, 5, 7, 24, dtype=dtype)
    expected = F.gelu(F.linear(x.double(), layer.weight.double(), layer.bias.double()))
    assert_near(kernels.linear_gelu(x, layer), expected, dtype)


@torch.inference_mode()
@fused_or_not
@dtypes
def test_linear_add(fused, dtype):
    weight, bias = random(24, 96, dtype=dtype), random(24, dtype=dtype, seed=1)
    x, residual = random(1, 5, 7, 96, dtype=dtype, seed=2), random(1, 9, 9, 24, dtype=dtype, seed=3)[:, 2:7, 1:8]
    kept = residual.clone()
    expected = residual.double() + F.linear(x.double(), weight.double(), bias.double())
    assert_near(kernels.linear_add(x, weight, bias, residual), expected, dtype)
    assert torch.equal(residual, kept)


@pytest.mark.parametrize("side", [(1, 15), (15, 1), (1, 31), (5, 5)])
def test_long_kernels_of_few_channels_come_to_an_end_in_bf16(side):
    """A process of its own: where oneDNN is left to it, torch does not come back and cannot be stopped."""
    work = f"""
import torch
from torch.nn.functional import conv2d
from wholescene.nn import kernels
torch.manual_seed(0)
layer = torch.nn.Conv2d(8, 8, {side}, groups=8).bfloat16()
x = torch.randn(1, 8, 62, 62).bfloat16().to(memory_format=torch.channels_last)
with torch.no_grad():
    expected = conv2d(x.double(), layer.weight.double(), layer.bias.double(), groups=8)
    found = kernels.conv2d(x, layer)
assert found.dtype == torch.bfloat16
assert (found.double() - expected).abs().max() <= 2**-8 * expected.abs().max()
"""
    subprocess.run([sys.executable, "-c", work], check=True, timeout=120)


def test_a_convolution_keeps_to_autocast():
    layer, x = nn.Conv2d(4, 4, 3), torch.randn(1, 4, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        assert kernels.conv2d(x, layer).dtype == F.conv2d(x, layer.weight, layer.bias).dtype == torch.bfloat16
