"""The Python client: what it makes of names and of processes it may not look into."""

import os
import time

import psutil
import pytest
from service_helpers import View

from wholescene.service import client as module
from wholescene.service.client import EngineClient
from wholescene.wire.errors import EngineLost
from wholescene.wire.request import SegmentRequest


@pytest.mark.parametrize("name", ["GTIFF_RAW:{}scene.tif", "/vsizip/{}scene.tif/inner.tif"])
def test_a_file_inside_a_name_of_gdal_is_meant_from_the_client(client, scene, monkeypatch, name):
    monkeypatch.chdir(scene.parent)
    request = SegmentRequest((name.format(""),), "plain", output="map.tif")
    client.segment(request, View())
    assert client.status()["jobs"][-1]["scene"] == name.format(f"{scene.parent}/")


def test_an_engine_that_may_not_be_looked_into_is_alive(engine, monkeypatch):
    """As for processes of other users on some systems; this machine's own cannot be made to refuse."""

    def refuse(process):
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "status", refuse)
    with EngineClient.connect(engine) as client:
        assert client.engine["pid"] == os.getpid()


def test_an_engine_is_not_lost_because_nobody_listened(client, monkeypatch):
    """As while a large file is hashed before its rest is sent."""
    monkeypatch.setattr(module, "SILENT_TOO_LONG", 0.5)
    client.status()
    time.sleep(1)
    assert client.status()["pid"] == os.getpid()


def test_an_engine_that_says_nothing_while_one_listens_is_lost(client, monkeypatch):
    monkeypatch.setattr(module, "SILENT_TOO_LONG", -1.0)
    with pytest.raises(EngineLost, match="said nothing"):
        client.status()
