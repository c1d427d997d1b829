"""System tests inside QGIS use the plugin as tests/plugin installs it."""

import importlib.util
from pathlib import Path

if importlib.util.find_spec("qgis") and importlib.util.find_spec("pytest_qgis"):
    spec = importlib.util.spec_from_file_location(
        "plugin_conftest", Path(__file__).resolve().parents[1] / "plugin" / "conftest.py"
    )
    fixtures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    plugin = fixtures.plugin
    plugin_zip = fixtures.plugin_zip
    private_engine = fixtures.private_engine
    main_window = fixtures.main_window
    write_scene = fixtures.write_scene
    add_raster = fixtures.add_raster
