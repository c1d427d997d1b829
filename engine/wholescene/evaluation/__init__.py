"""Evaluation: presets held against labelled scenes, whole and cut up, and what of it can be seen and kept."""
