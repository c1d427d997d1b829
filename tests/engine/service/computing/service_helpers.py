"""What several tests of the engine need besides fixtures."""

import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import zmq

from wholescene.service.client import EngineClient
from wholescene.service.run import serve
from wholescene.wire import message as wire

SEGMENT = "patterns:segment"
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parent)}


def wait_for(condition, seconds=20.0):
    """Wait until ``condition()`` is true and return its value; fail otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("it did not happen")


class View:
    """Follows a job and notes what it is told."""

    def __init__(self, stop_at=None):
        self.plans, self.stages, self.fractions = [], [], []
        self.stop_at = stop_at

    def planned(self, plan):
        self.plans.append(plan)

    def progress(self, stage, fraction, seconds_left):
        self.stages.append(stage)
        self.fractions.append(fraction)

    def cancelled(self):
        return self.stop_at is not None and self.stop_at in self.stages


class RawClient:
    """A client that can send anything."""

    def __init__(self, info, key=None):
        self.session = wire.Session(key or info.key_bytes, wire.CLIENT)
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(info.endpoint)

    def send(self, kind, body=None, buffers=()):
        message = self.session.message(kind, body or {}, buffers)
        self.socket.send_multipart(self.session.encode(message))
        return message

    def raw(self, seconds=10.0):
        assert self.socket.poll(int(seconds * 1000)), "the engine says nothing"
        return self.socket.recv_multipart()

    def receive(self, *kinds, seconds=10.0):
        """The next message, of these types if named."""
        while True:
            message = self.session.unpack(self.raw(seconds))
            if not kinds or message.type in kinds:
                return message

    def ask(self, kind, body=None, buffers=()):
        sent = self.send(kind, body, buffers)
        while (message := self.receive()).reply_to != sent.id:
            pass
        return message

    def silent(self, seconds=0.3):
        return not self.socket.poll(int(seconds * 1000))

    def close(self):
        self.socket.close(0)
        self._context.term()


def worker_pid(client):
    return client.status()["worker"]["pid"]


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def running_engine(home, **options):
    """An engine in a thread, with ``home`` for its files and ``options`` of `serve`; its connection file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHOLESCENE_HOME", str(home))
        path = home / "engine.json"
        silent = {"connection": path, "show": lambda line: None}
        thread = threading.Thread(target=serve, kwargs={**silent, **options})
        thread.start()
        wait_for(path.exists)
        yield path
        with EngineClient.connect(path) as client:
            client.shutdown()
        thread.join(20)
        assert not thread.is_alive()
