"""One class map on its way home from the engine of another machine."""

from __future__ import annotations

import threading
import time
from typing import Any, Mapping, Optional

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...translation import tr
from ...wire.connection import ConnectionInfo
from ...wire.errors import WholeSceneError
from ..errand import Errand, GoingOn
from .fetching import Parcel, discard, fetch
from .host import RemoteHost
from .line import Line

HERE = ("output.disk_full", "output.unwritable")  # what can be mended on this machine: then it is fetched again
TELL_S = 0.25  # how often the row is told


class Delivery(QObject):
    """``ready`` or ``failed`` ends it, unless it is dropped."""

    ready = pyqtSignal(dict)  # where the files are, see fetch
    failed = pyqtSignal(dict)  # coded error
    news = pyqtSignal(dict)  # ``share`` of its bytes that is here, ``host``

    def __init__(self, host: RemoteHost, parcel: Parcel, parent: QObject) -> None:
        super().__init__(parent)
        self._host, self._parcel = host, parcel
        self._errand: Optional[Errand] = None
        self._unwanted = threading.Event()

    def open(self, info: ConnectionInfo) -> None:
        """Begin, or go on with another connection."""
        self.hold()
        host, parcel, last = self._host.name, self._parcel, [0.0]

        def told(share: float) -> None:
            now = time.monotonic()
            if now - last[0] >= TELL_S:
                last[0] = now
                errand.progress(share)

        def work(going_on: GoingOn) -> Any:
            try:
                with Line(info, going_on) as line:
                    return fetch(line, parcel, host, told)
            except WholeSceneError:
                if self._unwanted.is_set():
                    discard(parcel)
                raise

        errand = self._errand = Errand(tr("Fetching the map"), work)
        errand.progressed.connect(lambda percent: self._tell(percent / 100) if errand is self._errand else None)
        errand.done.connect(lambda places: self._ended(errand, places, None))
        errand.failed.connect(lambda error: self._ended(errand, {}, error))
        self._tell(0.0)
        errand.start()

    def is_under_way(self) -> bool:
        """Whether something happens now."""
        return self._errand is not None

    def can_wait(self, error: Mapping[str, Any]) -> bool:
        """Whether the map stays there after this error, and what is here stays for the next attempt."""
        return self._parcel.lasting and error.get("code") in HERE

    def hold(self) -> None:
        """The connection is gone. What is here already stays, as part files."""
        if self._errand is not None:
            self._errand.drop()
            self._errand = None

    def drop(self) -> None:
        """Nobody wants the map any more: what came of it goes."""
        self._unwanted.set()
        if self._errand is None:
            tidy_up(self._parcel)
        self.hold()

    def _tell(self, share: float) -> None:
        self.news.emit({"share": share, "host": self._host.name})

    def _ended(self, errand: Errand, places: Any, error: Any) -> None:
        if errand is not self._errand:
            return
        self._errand = None
        if error is None:
            self.ready.emit(places)
        else:
            if error.get("code") != "engine.lost" and not self.can_wait(error):
                tidy_up(self._parcel)
            self.failed.emit(error)


def tidy_up(parcel: Parcel) -> None:
    """Remove, in the background, what came of a parcel that nobody wants any more."""
    Errand(tr("Removing what was fetched"), lambda _going_on: discard(parcel)).start()
