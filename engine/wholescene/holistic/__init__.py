"""The heart: a whole scene through a network, one answer whatever the machine."""
