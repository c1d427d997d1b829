"""The encoder: GRN against the paper's formula, shapes, key names."""

import pytest
import torch

from wholescene.nn.convnextv2 import GRN, VARIANTS, convnextv2

HEADLESS_MILLIONS = {"atto": 3.4, "femto": 4.8, "pico": 8.6, "nano": 15.0, "tiny": 27.9, "base": 87.7, "large": 196.4}


def random_grn(channels: int) -> GRN:
    grn = GRN(channels)
    torch.nn.init.normal_(grn.weight)
    torch.nn.init.normal_(grn.bias)
    return grn


def test_grn_equals_the_formula() -> None:
    torch.manual_seed(0)
    grn, x = random_grn(12), torch.randn(2, 5, 7, 12)
    norm = x.norm(p=2, dim=(1, 2), keepdim=True)
    relative = norm / (norm.mean(-1, keepdim=True) + 1e-6)
    expected = grn.weight * (x * relative) + grn.bias + x
    torch.testing.assert_close(grn(x), expected, atol=1e-5, rtol=1e-5)


def test_grn_sums_a_large_bf16_map_without_stalling() -> None:
    grn = random_grn(4)
    x = torch.ones(1, 512, 512, 4)  # a bf16 running sum of ones would stop at 256
    torch.testing.assert_close(grn.bfloat16()(x.bfloat16()).float(), grn.float()(x), atol=0.05, rtol=0.02)


def test_grn_has_a_finite_gradient_at_zero() -> None:
    x = torch.zeros(1, 3, 3, 4, requires_grad=True)
    random_grn(4)(x).sum().backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_parameter_count_without_the_classifier_head(variant: str) -> None:
    with torch.device("meta"):
        encoder = convnextv2(variant)
    millions = sum(p.numel() for p in encoder.parameters()) / 1e6
    assert millions == pytest.approx(HEADLESS_MILLIONS[variant], rel=0.02)


def test_four_maps_at_strides_4_to_32() -> None:
    maps = convnextv2("atto", in_channels=5)(torch.zeros(1, 5, 64, 96))
    expected = [(40, 16, 24), (80, 8, 12), (160, 4, 6), (320, 2, 3)]
    assert [tuple(x.shape[1:]) for x in maps] == expected


def test_keys_are_those_of_timm() -> None:
    keys = convnextv2("atto").state_dict().keys()
    assert {
        "stem.0.weight",
        "stem.1.bias",
        "stages.1.downsample.0.weight",
        "stages.1.downsample.1.bias",
        "stages.3.blocks.1.conv_dw.weight",
        "stages.0.blocks.0.norm.weight",
        "stages.2.blocks.5.mlp.fc1.weight",
        "stages.2.blocks.5.mlp.grn.weight",
        "stages.2.blocks.5.mlp.fc2.bias",
    } <= keys
    assert not any(key.startswith("stages.0.downsample") for key in keys)
