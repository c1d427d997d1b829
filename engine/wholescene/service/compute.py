"""What the worker computes with: the heart, and memory settings that have to come before it works."""

from ..holistic import segment
from ..holistic.allocator import keep_memory

__all__ = ["segment"]

keep_memory()
