"""One scene on its way to the engine of another machine, from the click to the request that can be submitted there."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, Mapping, Optional

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...translation import tr
from ...wire.connection import ConnectionInfo
from ..errand import Errand, GoingOn
from ..job import Pace
from .freight import Freight, Sight, freight_of
from .host import RemoteHost
from .line import Line
from .sending import send, there_already

RATE_SETTING = "wholescene/remote_rate/{host}"  # bytes per second, as measured last
ASSUMED_RATE = 1.25e6  # 10 Mbit/s: nothing has been measured yet
ASK_FROM = 1 << 20  # bytes; less is sent without a question
TELL_S = 0.25  # how often the row is told


class Shipment(QObject):
    """``ready`` or ``failed`` ends it. It waits in between: for an engine, for consent, for its turn.

    ``news`` are plain values: ``stage`` ("looking", "asking", "waiting" or "sending"), ``done`` and ``total`` bytes,
    ``seconds`` left, and ``assumed``: whether these come from no measurement.
    """

    ready = pyqtSignal(dict)  # the request as the engine there understands it
    failed = pyqtSignal(dict)  # coded error
    news = pyqtSignal(dict)
    asking = pyqtSignal(dict)  # the news that need consent
    loaded = pyqtSignal()  # consent is there, or none is needed: it may be sent when it is its turn

    def __init__(self, host: RemoteHost, request: Mapping[str, Any], output: str, parent: QObject) -> None:
        """``output`` is the name of the class map there."""
        super().__init__(parent)
        self._host, self._request, self._output = host, dict(request), output
        self._info: Optional[ConnectionInfo] = None
        self._scenes = ""
        self._errand: Optional[Errand] = None
        self._freight: Optional[Freight] = None
        self._left = 0
        self._rate = 0.0  # bytes per second, as measured now
        self.consented = False
        self.may_go = False  # it waits for its turn

    def open(self, info: ConnectionInfo, scenes: str) -> None:
        """Begin, or go on with another connection, to an engine that keeps sent files in the folder ``scenes``."""
        self.hold()
        self._info, self._scenes = info, scenes
        self._tell("looking")
        self._errand_of(tr("Looking what has to be sent"), self._look, self._looked).start()

    def is_under_way(self) -> bool:
        """Whether something happens now."""
        return self._errand is not None

    def hold(self) -> None:
        """The connection is gone. What was sent stays there."""
        self.may_go = False
        if self._errand is not None:
            self._errand.drop()
            self._errand = None

    def consent(self) -> None:
        """Its user has seen how long it takes."""
        self.consented = True
        if self._freight is not None and self._errand is None and not self.may_go:
            self._load()

    def send(self) -> None:
        """It is its turn."""
        self.may_go = False
        pace, last = Pace(), [0.0]

        def told(have: int) -> None:
            now = time.monotonic()
            if now - last[0] >= TELL_S or have == freight.size:
                last[0] = now
                errand.progress(have / (freight.size or 1))

        freight, host = self._freight, self._host.name
        work = self._with_line(lambda line: send(line, freight, host, told))
        errand = self._errand_of(tr("Sending the scene"), work, self._sent)
        errand.progressed.connect(lambda percent: self._moved(percent / 100, pace) if errand is self._errand else None)
        errand.start()  # and not before `told` knows it

    # -- inside --------------------------------------------------------------------

    def _errand_of(self, title: str, work: Callable[[GoingOn], Any], done: Callable[[Any], None]) -> Errand:
        errand = self._errand = Errand(title, work)
        errand.done.connect(lambda found: self._ended(errand, done, found))
        errand.failed.connect(lambda error: self._ended(errand, self.failed.emit, error))
        return errand

    def _ended(self, errand: Errand, tell: Callable[[Any], None], found: Any) -> None:
        if errand is self._errand:
            self._errand = None
            tell(found)

    def _with_line(self, call: Callable[[Line], Any]) -> Callable[[GoingOn], Any]:
        info = self._info

        def work(going_on: GoingOn) -> Any:
            with Line(info, going_on) as line:
                return call(line)

        return work

    def _look(self, going_on: GoingOn) -> Any:
        """In a thread: what is needed there, and how much of it is not there yet."""
        host = self._host
        with Line(self._info, going_on) as line:
            freight = freight_of(self._request, Sight(line, host.path_map, self._scenes), host.name)
            return freight, freight.size - there_already(line, freight, host.name)

    def _looked(self, found: Any) -> None:
        self._freight, self._left = found
        if self._left <= ASK_FROM:
            self.consented = True
        if self.consented:
            self._load()
        else:
            self.asking.emit(self._tell("asking"))

    def _load(self) -> None:
        self.may_go = True
        self._tell("waiting")
        self.loaded.emit()

    def _moved(self, share: float, pace: Pace) -> None:
        now, size = time.monotonic(), self._freight.size
        pace.see(share, now)
        self._left = round((1 - share) * size)
        self._rate = (pace.per_second() or 0.0) * size or self._rate
        self._tell("sending")

    def _tell(self, stage: str) -> Dict[str, Any]:
        rate, measured = (self._rate, True) if self._rate else known_rate(self._host)
        total = self._freight.size if self._freight is not None else 0
        done = total - self._left
        told = {"done": done, "total": total, "seconds": self._left / rate, "assumed": not measured}
        news = {"stage": stage, "host": self._host.name, **told}
        self.news.emit(news)
        return news

    def _sent(self, _: object) -> None:
        if self._rate:
            remember_rate(self._host, self._rate)
        self.ready.emit(self._freight.translated(self._request, self._output))


def known_rate(host: RemoteHost) -> "tuple[float, bool]":
    """Bytes per second to a machine, and whether that was ever measured."""
    rate = QgsSettings().value(RATE_SETTING.format(host=host.name), 0.0, float)
    return (rate, True) if rate > 0 else (ASSUMED_RATE, False)


def remember_rate(host: RemoteHost, rate: float) -> None:
    """Keep what was measured for the next question."""
    QgsSettings().setValue(RATE_SETTING.format(host=host.name), float(rate))
