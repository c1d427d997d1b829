"""SPIM against torch's own transformer block, and its pooled context."""

import pytest
import torch
from torch import Tensor, nn

from wholescene.nn import SPIM


def torch_block(spim: SPIM, dim: int, heads: int) -> nn.TransformerEncoderLayer:
    """The same block from torch, with the same weights."""
    layer = nn.TransformerEncoderLayer(
        dim, heads, 4 * dim, dropout=0, activation="gelu", batch_first=True, norm_first=True
    )
    renamed = {key.replace("attn.", "self_attn.", 1): x for key, x in spim.state_dict().items()}
    layer.load_state_dict(renamed)
    return layer


def randomised(spim: SPIM) -> SPIM:
    """Weights that matter: scores spread enough for attention to choose, and no norm or bias is neutral."""
    generator = torch.Generator().manual_seed(3)
    for parameter in spim.parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        parameter.data = noise * 2 / parameter.shape[1] ** 0.5 if parameter.ndim > 1 else parameter + 0.3 * noise
    return spim.requires_grad_(False)


@pytest.fixture
def x() -> Tensor:
    torch.manual_seed(0)
    return torch.randn(2, 32, 5, 7)


@pytest.mark.parametrize("heads", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize("outer", [False, True])
def test_equals_the_transformer_block_of_torch(x: Tensor, heads: int, outer: bool) -> None:
    spim = randomised(SPIM(32, heads, outer_residual=outer))
    layer = torch_block(spim, 32, heads)
    expected = layer(x.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, (5, 7))
    torch.testing.assert_close(spim(x), x + expected if outer else expected, atol=1e-5, rtol=1e-5)


def test_the_number_of_heads_changes_the_answer(x: Tensor) -> None:
    """Or the test above would say nothing about it."""
    answers = [randomised(SPIM(32, heads))(x) for heads in (1, 2, 4, 8, 16, 32)]
    changes = [(one - other).abs().mean() for i, one in enumerate(answers) for other in answers[:i]]
    assert min(changes) > 0.1


@pytest.mark.parametrize(
    ("dims", "published"),
    [((192, 384, 768, 1536), 37_638_720), ((128, 256, 512, 1024), 16_736_640)],
    ids=["Swin-L and ConvNeXt-L", "VMamba-B"],
)
def test_parameters_are_as_many_as_published(dims: tuple[int, ...], published: int) -> None:
    with torch.device("meta"):
        blocks = [SPIM(dim, heads=8) for dim in dims]
    assert sum(weight.numel() for block in blocks for weight in block.parameters()) == published


def test_pooled_context_averages_only_pixels_that_exist(x: Tensor) -> None:
    pixels = x.permute(0, 2, 3, 1)
    context = SPIM(32, heads=4, kv_pool=4).context(pixels)
    bins = [
        pixels[:, rows, columns].mean((1, 2))
        for rows in (slice(0, 4), slice(4, 5))
        for columns in (slice(0, 4), slice(4, 7))
    ]
    torch.testing.assert_close(context, torch.stack(bins, 1))


def test_pooling_changes_nothing_on_a_constant_map() -> None:
    spim = randomised(SPIM(32, heads=4, kv_pool=4))
    flat = torch.randn(1, 32, 1, 1).expand(1, 32, 6, 9)
    pooled = spim(flat)
    spim.kv_pool = 1
    torch.testing.assert_close(pooled, spim(flat), atol=1e-5, rtol=1e-5)


def test_heads_must_divide_the_channels() -> None:
    with pytest.raises(ValueError, match=r"30 channels .* 8 heads"):
        SPIM(30, heads=8)
