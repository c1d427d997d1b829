"""Keep freed memory instead of handing it back to the system after each layer.

Layers allocate and free the same few megabytes thousands of times; glibc returns such blocks
to the kernel, which clears their pages again at the next use. Keeping them is worth a third of
the time on CPUs. Blocks as large as a feature map still go back, or the heap would only grow.
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_KEEP = 256 << 20  # bytes


def keep_memory() -> bool:
    """Raise glibc's thresholds; False where the C library is another one."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _KEEP)) and bool(mallopt(_TRIM_THRESHOLD, _KEEP))
