"""WholeScene: segment a whole remote-sensing scene at once."""

__version__ = "0.1.0"
