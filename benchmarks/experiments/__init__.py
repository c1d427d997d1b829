"""Does whole-scene help? Grids of small training runs, resumable; see docs/experiments.md."""
