"""Checkpoints as mmsegmentation and REST write them: their names for a network's weights, and files of them.

The names are written down here from the description of those projects, not from the importer's tables.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor

SWIN_TINY = {"name": "swin", "variant": "tiny", "in_channels": 3}
ATTO = {"name": "convnextv2", "variant": "atto", "in_channels": 3, "grn": True, "layer_scale": None}
MMSEG = {"name": "upernet", "dialect": "mmseg", "channels": 16}
WATER = {"name": "upernet", "dialect": "lwc", "channels": 16}
SPIM = {"stages": [0, 1, 2, 3], "heads": 8, "kv_pool": 1, "outer_residual": True, "feeds_next": False}

# in this order, each where it applies: a part of our name, and theirs
SWIN_NAMES = [
    (r"^encoder\.stem\.proj\.", "backbone.patch_embed.projection."),
    (r"^encoder\.stem\.norm\.", "backbone.patch_embed.norm."),
    (r"^encoder\.stages\.1\.downsample\.", "backbone.stages.0.downsample."),
    (r"^encoder\.stages\.2\.downsample\.", "backbone.stages.1.downsample."),
    (r"^encoder\.stages\.3\.downsample\.", "backbone.stages.2.downsample."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.attn\.", r"backbone.stages.\1.blocks.\2.attn.w_msa."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.mlp\.fc1\.", r"backbone.stages.\1.blocks.\2.ffn.layers.0.0."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.mlp\.fc2\.", r"backbone.stages.\1.blocks.\2.ffn.layers.1."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.norm", r"backbone.stages.\1.blocks.\2.norm"),
]
CONVNEXT_NAMES = [
    (r"^encoder\.stem\.(\d)\.", r"backbone.downsample_layers.0.\1."),
    (r"^encoder\.stages\.(\d)\.downsample\.(\d)\.", r"backbone.downsample_layers.\1.\2."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.conv_dw\.", r"backbone.stages.\1.\2.depthwise_conv."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.norm\.", r"backbone.stages.\1.\2.norm."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.mlp\.fc1\.", r"backbone.stages.\1.\2.pointwise_conv1."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.mlp\.fc2\.", r"backbone.stages.\1.\2.pointwise_conv2."),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.gamma$", r"backbone.stages.\1.\2.gamma"),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.mlp\.grn\.weight", r"backbone.stages.\1.\2.grn.gamma"),
    (r"^encoder\.stages\.(\d)\.blocks\.(\d+)\.mlp\.grn\.bias", r"backbone.stages.\1.\2.grn.beta"),
]
SHARED_NAMES = [
    (r"^norms\.(\d)\.", r"backbone.norm\1."),
    (r"^spim\.(\d)\.norm(\d)\.", r"backbone.spattns.\1.ln\2."),
    (r"^spim\.(\d)\.attn\.", r"backbone.spattns.\1.attn.attn."),
    (r"^spim\.(\d)\.linear1\.", r"backbone.spattns.\1.ffn.layers.0.0."),
    (r"^spim\.(\d)\.linear2\.", r"backbone.spattns.\1.ffn.layers.1."),
]
MMSEG_NAMES = [(r"^decoder\.psp_modules\.(\d)\.", r"decode_head.psp_modules.\1.1."), (r"^decoder\.", "decode_head.")]
WATER_NAMES = [
    (r"^decoder\.psp_modules\.(\d)\.conv\.", r"decode_head.ppm_conv.\1.0."),
    (r"^decoder\.psp_modules\.(\d)\.bn\.", r"decode_head.ppm_conv.\1.1."),
    (r"^decoder\.bottleneck\.conv\.", "decode_head.ppm_last_conv.0."),
    (r"^decoder\.bottleneck\.bn\.", "decode_head.ppm_last_conv.1."),
    (r"^decoder\.lateral_convs\.(\d)\.conv\.", r"decode_head.fpn_in.\1.0."),
    (r"^decoder\.lateral_convs\.(\d)\.bn\.", r"decode_head.fpn_in.\1.1."),
    (r"^decoder\.fpn_convs\.(\d)\.conv\.", r"decode_head.fpn_out.\1.0.0."),
    (r"^decoder\.fpn_convs\.(\d)\.bn\.", r"decode_head.fpn_out.\1.0.1."),
    (r"^decoder\.fpn_bottleneck\.conv\.", "decode_head.conv_fusion.0."),
    (r"^decoder\.fpn_bottleneck\.bn\.", "decode_head.conv_fusion.1."),
    (r"^decoder\.head_convs\.0\.conv\.", "decode_head.object_head.0.0."),
    (r"^decoder\.head_convs\.0\.bn\.", "decode_head.object_head.0.1."),
    (r"^decoder\.conv_seg\.", "decode_head.object_head.1."),
]


def published(state: dict[str, Tensor], *, convnext: bool = False, water: bool = False) -> dict[str, Tensor]:
    """The weights of one of our networks as such a file holds them, with all that it holds besides."""
    names = (CONVNEXT_NAMES if convnext else SWIN_NAMES) + SHARED_NAMES + (WATER_NAMES if water else MMSEG_NAMES)
    theirs = {_renamed(name, names): value for name, value in state.items()}
    for name, value in list(theirs.items()):
        if re.search(r"stages\.\d\.downsample", name):
            theirs[name] = unfolded(value)
        if name.endswith("attn.w_msa.relative_position_bias_table"):
            theirs[name.replace("bias_table", "index")] = torch.zeros(49, 49, dtype=torch.int64)
        if water and name.endswith("running_mean"):
            for extra in ("_tmp_running_mean", "_tmp_running_var", "_running_iter"):
                theirs[name.replace("running_mean", extra)] = torch.ones_like(value)
    return theirs | _unused(water)


def unfolded(official: Tensor) -> Tensor:
    """The last axis from the official order, pixels (0,0) (1,0) (0,1) (1,1) of C channels each, to mmsegmentation's."""
    channels = official.shape[-1] // 4
    out = torch.empty_like(official)
    for place, pixel in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
        for channel in range(channels):  # nn.Unfold: channel by channel, pixels row by row
            out[..., 4 * channel + 2 * pixel[0] + pixel[1]] = official[..., place * channels + channel]
    return out


def save(path: Path, weights: dict[str, Tensor], **besides: object) -> Path:
    """As mmengine's runner does."""
    torch.save({"meta": {"epoch": 3}, "state_dict": OrderedDict(weights), **besides}, path)
    return path


def _unused(water: bool) -> dict[str, Tensor]:
    """The auxiliary head, and in the water model a classifier that nothing uses."""
    unused = {
        "auxiliary_head.convs.0.conv.weight": torch.ones(4, 8, 3, 3),
        "auxiliary_head.convs.0.bn.running_mean": torch.ones(4),
        "auxiliary_head.conv_seg.weight": torch.ones(2, 4, 1, 1),
    }
    if water:
        unused |= {"decode_head.conv_seg.weight": torch.ones(2, 16, 1, 1), "decode_head.conv_seg.bias": torch.ones(2)}
    return unused


def _renamed(name: str, names: list[tuple[str, str]]) -> str:
    for ours, theirs in names:
        if re.search(ours, name):
            return re.sub(ours, theirs, name)
    raise KeyError(name)
