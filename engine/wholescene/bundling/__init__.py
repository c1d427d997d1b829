"""Makes bundles: interpreter, packages and presets for a platform in one file (`wire.bundle` reads them)."""
