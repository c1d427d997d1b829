"""An engine that says what a test tells it to, over a real ROUTER with real signatures.

For what the true engine cannot be made to do at a chosen moment: stay silent, end in the
middle of a job, answer twice.
"""

from __future__ import annotations

import os
import queue
import threading

import zmq
from wholescene_qgis.wire.connection import ConnectionInfo, remove_connection, write_connection
from wholescene_qgis.wire.errors import JobUnknown, PresetInvalid
from wholescene_qgis.wire.message import ENGINE, PROTOCOL, Session, new_key
from wholescene_qgis.wire.release import RELEASE

CLASSES = [{"value": 0, "name": "other", "colour": "#e8e4d8"}, {"value": 1, "name": "water", "colour": "#2379bd"}]
BANDS = [{"name": name, "common_name": name, "wavelength_nm": None} for name in ("red", "green", "blue")]
PRESETS = [
    {
        "name": "fbp",
        "title": "Land cover",
        "classes": CLASSES,
        "bands": BANDS,
        "ready": False,
        "missing": "they are published elsewhere",
        "how": "Get them there.",
    },
    {
        "name": "water-lite",
        "title": "Water",
        "classes": CLASSES,
        "bands": BANDS,
        "ready": True,
        "attention": {"stages": [2, 3], "heads": 4},
        "weights_sha256": "ab" * 32,
    },
    {"name": "broken", "ready": False, "error": PresetInvalid(path="p.json", detail="no classes").to_dict()},
]


class ScriptedEngine(threading.Thread):
    """Answers hello, presets, status, submit, attention (job1, job2, …) and attach by itself; tests send the rest."""

    def __init__(self, protocol=PROTOCOL, version=RELEASE):
        super().__init__(daemon=True)
        self.protocol = protocol
        self.version = version
        self.heard = []  # (type, body) of every message but the beats
        self.unknown = set()  # jobs that this engine knows nothing of
        self.records = {}  # job -> what the journal knows of one that an earlier engine had
        self.jobs = []  # what status tells
        self.deaf = False  # to requests
        self.presets = PRESETS
        self.estimate = None  # what it answers to a question for one, if anything
        self.machine = None  # what it tells of its machine
        self.environment = ""  # the folder of the Python environment that it says it runs in
        self._jobs = 0
        self._hang_up = threading.Event()
        self._client = None
        self._outbox = queue.Queue()
        self._over = threading.Event()
        self._key = new_key()
        self._session = Session(self._key, ENGINE)
        self._listen()

    def say(self, kind, body, *buffers):
        """Send a message to the client that spoke last."""
        self._outbox.put((kind, body, buffers))

    def hang_up(self):
        """Drop all connections, as a network that fails does, and be there again."""
        self._hang_up.set()

    def heard_types(self):
        return [kind for kind, _body in self.heard]

    def stop(self):
        """Vanish, as a killed process does."""
        self._over.set()
        self.join()
        remove_connection()

    def run(self):
        while not self._over.is_set():
            if self._hang_up.is_set():
                self._hang_up.clear()
                self._listen_anew()
            while not self._outbox.empty() and self._client:
                kind, body, buffers = self._outbox.get()
                self._socket.send_multipart([self._client, *self._session.pack(kind, body, buffers)])
            if self._socket.poll(10):
                self._client, *frames = self._socket.recv_multipart()
                self._answer(self._session.unpack(frames))
        self._socket.close()

    def _listen_anew(self):
        old = self._socket
        self._client = None
        self._listen()  # first: whoever loses the connection looks for the new one at once
        old.close()

    def _listen(self):
        self._socket = zmq.Context.instance().socket(zmq.ROUTER)
        self._socket.linger = 0
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        write_connection(
            ConnectionInfo(f"tcp://127.0.0.1:{port}", self._key.hex(), os.getpid(), PROTOCOL, self.version)
        )

    def _answer(self, message):
        answers = {
            "hello": {"protocol": self.protocol, "version": self.version, "pid": os.getpid(), "device": "CPU"},
            "presets": {"presets": self.presets},
            "status": {"jobs": self.jobs, "version": self.version, "machine": self.machine},
            "submit": {"job": f"job{self._jobs + 1}", "ahead": 0},
            "attention": {"job": f"job{self._jobs + 1}", "ahead": 0},
            "attach": {"job": message.body.get("job"), "ahead": 0},
        }
        if self.environment:
            answers["hello"]["environment"] = self.environment
        if self.estimate is not None:
            answers["estimate"] = {"estimate": self.estimate, "machine": self.machine}
        if message.type != "status":
            self.heard.append((message.type, message.body))
        if message.type == "attach" and message.body["job"] in self.unknown:
            kind, answer = "error", {"error": unknown(message.body["job"])}
        elif message.type == "job":
            job = message.body["job"]
            known = self.records.get(job)
            kind, answer = ("job", {"job": job, **known}) if known else ("error", {"error": unknown(job)})
        elif message.type == "submit" and self.deaf:
            return
        elif message.type in answers:
            kind = "submitted" if message.type in ("submit", "attention", "attach") else message.type
            answer = answers[message.type]
            self._jobs += message.type in ("submit", "attention")
        else:
            return
        self._socket.send_multipart([self._client, *self._session.pack(kind, answer, reply_to=message.id)])


def unknown(job):
    return JobUnknown(job=job).to_dict()
