"""The heart: a whole scene through a network, one answer whatever the machine."""

from .segmentation import segment
from .sink import Sink

__all__ = ["Sink", "segment"]
