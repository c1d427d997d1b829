"""An engine of its own for each test module, with a worker that computes a known pattern."""

import sys
import threading
from pathlib import Path

import pytest

from wholescene.service.client import EngineClient
from wholescene.service.run import serve
from wholescene.wire.connection import read_connection
from wholescene.wire.request import SegmentRequest

sys.path.insert(0, str(Path(__file__).parent / "computing"))

from service_helpers import ENVIRONMENT, SEGMENT, RawClient, wait_for


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A running engine; yields the path of its connection file."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("WHOLESCENE_HOME", str(home))
        path = home / "engine.json"
        options = {"connection": path, "segment": SEGMENT, "environment": ENVIRONMENT, "show": lambda line: None}
        thread = threading.Thread(target=serve, kwargs=options)
        thread.start()
        wait_for(path.exists)
        yield path
        with EngineClient.connect(path) as client:
            client.shutdown()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def client(engine):
    with EngineClient.connect(engine) as client:
        yield client


@pytest.fixture
def raw(engine):
    client = RawClient(read_connection(engine))
    yield client
    client.close()


@pytest.fixture
def scene(tmp_path):
    """A file that stands for a scene: the pattern does not look into it."""
    path = tmp_path / "scene.tif"
    path.write_bytes(b"scene")
    return path


@pytest.fixture
def request_for(scene):
    """Builds requests; the preset says what the pattern job does."""

    def build(preset="plain", **fields):
        return SegmentRequest((str(scene),), preset, **fields)

    return build
