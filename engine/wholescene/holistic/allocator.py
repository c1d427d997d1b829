"""Keep freed memory instead of handing it back to the system after each layer.

Layers allocate and free the same few megabytes thousands of times; glibc returns such blocks
to the kernel, which clears their pages again at the next use. Keeping them is worth a third of
the time on CPUs. Blocks as large as a feature map still go back, or the heap would only grow. All
threads share one heap: those of their own are small, and given back each time they are empty.
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_KEEP = 256 << 20  # bytes


def keep_memory() -> bool:
    """Raise glibc's thresholds, before other threads allocate; False where the C library is another one."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    settings = ((_MMAP_THRESHOLD, _KEEP), (_TRIM_THRESHOLD, _KEEP), (_ARENA_MAX, 1))
    accepted = [bool(mallopt(*setting)) for setting in settings]
    return all(accepted)
