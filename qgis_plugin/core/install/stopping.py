"""Stops the engine of a folder before its files are touched, over its own connection file: never that of another."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Mapping

from qgis.PyQt.QtCore import QEventLoop, QTimer

from ...wire.connection import read_connection
from ...wire.errors import Cancelled, WholeSceneError
from ..launcher import is_alive
from ..session import EngineSession
from . import place
from .process import GoingOn

ANSWER_MS = 10_000  # for an engine that does not answer: what it holds is told when its files are touched
LEAVE_S = 20.0
LOOK_MS = 100


class _Farewell:
    """One conversation with this machine's engine: says shutdown if it is the one of ``folder``."""

    def __init__(self, folder: Path, going_on: GoingOn) -> None:
        self._folder, self._going_on = folder, going_on
        self._loop, self._session = QEventLoop(), EngineSession(shows_maps=False)
        self.stopped = False

    def say(self, info: Any) -> None:
        """Wait until the engine has let go of the line, or has turned out to be another's."""
        self._session.connected.connect(self._connected)
        self._session.lost.connect(lambda _error: self._loop.quit())
        watch, limit = QTimer(), QTimer()
        watch.timeout.connect(lambda: None if self._going_on() else self._loop.quit())
        limit.timeout.connect(self._loop.quit)
        watch.start(LOOK_MS)
        limit.start(ANSWER_MS)
        self._session.open(info, any_release=True)
        self._loop.exec()
        self._session.stop()

    def _connected(self, hello: Mapping[str, Any]) -> None:
        if _runs_in(self._folder, hello):
            self.stopped = True
            self._session.shutdown_engine()
        else:
            self._loop.quit()


def stop_engine_in(folder: Path, going_on: GoingOn) -> bool:
    """End the running engine of this machine, with its jobs, if it is the one in ``folder``; whether it was.

    Waits until it is gone; never in the GUI thread. An engine of another folder or machine is left alone.
    Raises Cancelled.
    """
    try:
        info = read_connection()
    except WholeSceneError:
        return False  # none runs
    farewell = _Farewell(folder, going_on)
    farewell.say(info)
    until = time.monotonic() + LEAVE_S
    while farewell.stopped and not _is_gone(info) and time.monotonic() < until and going_on():
        time.sleep(LOOK_MS / 1000)
    if not going_on():
        raise Cancelled()
    return farewell.stopped


def _runs_in(folder: Path, hello: Mapping[str, Any]) -> bool:
    """By the environment that it names; one that names none is taken for the one that the panel starts."""
    environment = hello.get("environment")
    if not environment:
        return place.is_registered(folder)
    home = os.path.join(os.path.normcase(os.path.realpath(str(folder))), "")
    return os.path.normcase(os.path.realpath(str(environment))).startswith(home)


def _is_gone(info: Any) -> bool:
    try:
        return read_connection().key != info.key or not is_alive(info.pid)
    except WholeSceneError:
        return True
