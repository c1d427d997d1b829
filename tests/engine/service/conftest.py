"""An engine of its own for each test module, with a worker that computes a known pattern."""

import sys
from pathlib import Path

import pytest

from wholescene.service.client import EngineClient
from wholescene.wire.connection import read_connection
from wholescene.wire.request import SegmentRequest

sys.path.insert(0, str(Path(__file__).parent / "computing"))

from service_helpers import ENVIRONMENT, SEGMENT, RawClient, running_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A running engine; yields the path of its connection file."""
    with running_engine(tmp_path_factory.mktemp("home"), segment=SEGMENT, environment=ENVIRONMENT) as path:
        yield path


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
