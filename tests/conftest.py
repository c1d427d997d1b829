"""Fixtures for all tests.

Also read by the plugin's tests, which run in the Python of QGIS: what only the engine's
environment has is imported inside the fixtures.
"""

import importlib.util
import os
import signal
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# as the command line does: threads that spin while they wait slow everything on a busy machine
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# a shell that runs the tests in the background has SIGINT ignored, and so would every process started here
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if importlib.util.find_spec("qgis") is None:
    # these need the Python of QGIS; `make test` runs them there
    of_qgis = ("segment_layer", "desktop", "desktop_models", "install", "install_desktop", "remote_panel")
    collect_ignore = ["plugin", *(f"system/test_{name}.py" for name in of_qgis)]

if importlib.util.find_spec("hypothesis"):
    from hypothesis import HealthCheck, settings

    # how long an example takes says something about the machine, not about the code
    settings.register_profile("wholescene", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("wholescene")


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real scenes beside the repository; tests that need it are skipped where there is none."""
    folder = Path(os.environ.get("WHOLESCENE_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real scenes (../shared/data) are not here")
    return folder


@pytest.fixture
def engine_home(tmp_path, monkeypatch) -> Path:
    """A home of its own for connection file, journal and presets, so that no test meets another's engine."""
    home = tmp_path / "home"
    monkeypatch.setenv("WHOLESCENE_HOME", str(home))
    monkeypatch.delenv("WHOLESCENE_PRESETS", raising=False)
    return home


@pytest.fixture
def write_raster(tmp_path):
    """Writes an array ``[bands, h, w]`` as a GeoTIFF and returns its path; options are rasterio's."""
    import rasterio
    from rasterio.transform import from_origin

    def write(name, values, **options):
        count, height, width = values.shape
        path = tmp_path / name
        profile = {
            "driver": "GTiff",
            "count": count,
            "height": height,
            "width": width,
            "dtype": values.dtype.name,
            "crs": "EPSG:32632",
            "transform": from_origin(560_000, 5_310_000, 1, 1),
        }
        descriptions = options.pop("descriptions", None)
        with rasterio.open(path, "w", **{**profile, **options}) as file:
            file.write(values)
            if descriptions:
                file.descriptions = descriptions
        return path

    return write


@pytest.fixture(scope="session")
def landscape(tmp_path_factory):
    """A drawn landscape of 512 × 512 pixels, its files (``scene``, ``truth``) and where its water is."""
    from types import SimpleNamespace

    from wholescene.raster.landscape import draw

    drawn = draw(512, seed=1)
    scene, truth = drawn.write(tmp_path_factory.mktemp("landscape"))
    return SimpleNamespace(scene=scene, truth=truth, water=drawn.water, rgb=drawn.rgb)
