"""The kernel for CUDA in Triton's interpreter, which runs it on the processor, against the recurrence step by step."""

import os
import subprocess
import sys

import numpy as np
import pytest

SIZES = {"short": (1, 3, 70, 1), "many blocks": (2, 2, 2500, 3), "whole blocks": (1, 2, 2048, 16)}  # B, D, L, N
WORK = """
import sys
import numpy as np, torch
from wholescene.nn.selective_scan_triton import scan
given = np.load(sys.argv[1])
out = scan(*(torch.from_numpy(given[name]) for name in ("x", "delta", "decay", "enter", "leave", "skip")))
np.save(sys.argv[2], out.numpy())
"""


def step_by_step(x, delta, decay, enter, leave, skip):
    """Equation 2 of Mamba's paper with B by Euler's rule, in float64."""
    out = np.empty_like(x)
    state = np.zeros((x.shape[0], *decay.shape))  # B, D, N
    for t in range(x.shape[-1]):
        entering = (delta * x)[..., t, None] * enter[:, None, :, t]
        state = np.exp(delta[..., t, None] * decay) * state + entering
        out[..., t] = (state * leave[:, None, :, t]).sum(-1) + skip * x[..., t]
    return out


@pytest.mark.full
@pytest.mark.parametrize("size", SIZES)
def test_the_kernel_is_the_recurrence(tmp_path, size):
    batch, channels, length, states = SIZES[size]
    random = np.random.default_rng(5)
    given = {
        "x": random.normal(size=(batch, channels, length)),
        "delta": random.uniform(0, 0.1, (batch, channels, length)),
        "decay": -random.uniform(0, 3, (channels, states)),
        "enter": random.normal(size=(batch, states, length)),
        "leave": random.normal(size=(batch, states, length)),
        "skip": random.normal(size=channels),
    }
    given = {name: values.astype(np.float32) for name, values in given.items()}
    np.savez(tmp_path / "given.npz", **given)
    command = [sys.executable, "-c", WORK, str(tmp_path / "given.npz"), str(tmp_path / "out.npy")]
    subprocess.run(command, check=True, env={**os.environ, "TRITON_INTERPRET": "1"})  # read when Triton is imported
    expected = step_by_step(**{name: values.astype(np.float64) for name, values in given.items()})
    assert np.abs(np.load(tmp_path / "out.npy") - expected).max() <= 1e-5 * np.abs(expected).max()
