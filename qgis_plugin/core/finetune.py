"""Fine-tuning in a process of its own: the engine's command line, which tells line by line what it does."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Mapping, Sequence

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..wire.errors import from_dict
from . import command

FOR_PROGRAMS = ("--yes", "--json-lines")

Told = Callable[[Mapping[str, Any]], None]  # an event: progress, compared


class PresetNews(QObject):
    """Tells the panel that there is a new preset, whoever made it."""

    made = pyqtSignal(str)


NEWS = PresetNews()


class FinetuneProcess:
    """Waits for one fine-tuning in the thread that calls :meth:`run`; no event loop is needed."""

    def __init__(self, told: Told, wants_to_stop: command.WantsToStop) -> None:
        self._told = told
        self._wants_to_stop = wants_to_stop
        self._rest = b""
        self._done: Dict[str, Any] = {}
        self._error: Mapping[str, Any] = {}

    def run(self, arguments: Sequence[str]) -> Dict[str, Any]:
        """What the command says at its end; raises its coded error, Cancelled, EngineNotInstalled or
        EngineStartFailed."""
        ended = command.run(["finetune", *arguments, *FOR_PROGRAMS], self._wants_to_stop, self._listen)
        if self._error:
            raise from_dict(self._error)
        if not self._done:
            raise ended.failure()
        return self._done

    def _listen(self, said: bytes) -> None:
        """Take what came; a line may come in parts."""
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line.decode("utf-8"))
        except ValueError:
            return  # a library that prints
        kind = event.get("event") if isinstance(event, dict) else None
        if kind == "done":
            self._done = event
        elif kind == "error":
            self._error = event.get("error") or {}
        elif kind is not None:
            self._told(event)
