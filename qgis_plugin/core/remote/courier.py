"""Between those who speak of files of this machine and an engine that may run on another one.

Has the methods and signals of an :class:`~..session.EngineSession`. With the engine of this machine it passes
everything on. With another machine's it first makes the scene available there, tells the engine its paths, and brings
the class map home before it says ``done``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Mapping, Optional

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...translation import tr
from ...wire.connection import ConnectionInfo
from ...wire.errors import RemoteAnswer, RemoteNotSent, WholeSceneError
from ...wire.message import new_id
from ..result_file import result_of
from ..session import EngineSession
from .delivery import Delivery, tidy_up
from .destination import destination_of
from .fetching import Parcel
from .host import RemoteHost
from .paths import joined
from .shipment import Shipment

RETRY_MS = 2_000  # after a line of files broke while the session stands
RETRIES = 5
PASSED_ON = ("presets", "status", "estimated", "unestimated", "progress", "grown")


@dataclass
class Load:
    """A question to the engine whose scene is on its way there. ``ask`` puts it, with the request of over there."""

    shipment: Shipment
    ask: Callable[[Dict[str, Any]], None]
    refuse: Callable[[Dict[str, Any]], None]
    parcel: Optional[Parcel] = None  # what comes home; nothing from an estimate
    lasting: bool = False  # a job: it survives the loss of a connection, and its scene may be large
    tries: int = 0


class Courier(QObject):
    """An EngineSession for whoever asks for maps; :meth:`serve` says whose engine it is."""

    connected = pyqtSignal(dict)
    lost = pyqtSignal(dict)
    presets = pyqtSignal(list)
    status = pyqtSignal(dict)
    estimated = pyqtSignal(str, dict, dict)
    unestimated = pyqtSignal(str, dict)
    submitted = pyqtSignal(str, str, int)
    refused = pyqtSignal(str, dict)
    planned = pyqtSignal(str, dict, str, str)
    progress = pyqtSignal(str, dict)
    grown = pyqtSignal(str, float)
    done = pyqtSignal(str, dict)
    failed = pyqtSignal(str, dict)
    cancelled = pyqtSignal(str)
    recalled = pyqtSignal(str, dict)
    shipping = pyqtSignal(str, dict)  # ticket, news of its scene; see Shipment
    fetching = pyqtSignal(str, dict)  # job, news of its map; see Delivery
    undelivered = pyqtSignal(str, dict)  # job, why its map has to stay there until something is mended here

    def __init__(self, session: EngineSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._host: Optional[RemoteHost] = None
        self._info: Optional[ConnectionInfo] = None
        self._depot: Mapping[str, Any] = {}
        self._loads: Dict[str, Load] = {}  # by ticket
        self._parcels: Dict[str, Parcel] = {}  # by ticket, and by job once it has one
        self._deliveries: Dict[str, Delivery] = {}  # by job
        self._sending: Optional[Shipment] = None
        self.stop, self.is_connected = session.stop, session.is_connected
        self.recall, self.release = session.recall, session.release
        self.request_presets, self.request_status = session.request_presets, session.request_status
        self.shutdown_engine = session.shutdown_engine
        self._listen()

    def _listen(self) -> None:
        theirs = self._session
        for name in PASSED_ON:
            getattr(theirs, name).connect(getattr(self, name))
        theirs.connected.connect(self._connected)
        theirs.lost.connect(self._lost)
        theirs.submitted.connect(self._submitted)
        theirs.refused.connect(self._refused)
        theirs.planned.connect(self._planned)
        theirs.done.connect(self._done)
        theirs.failed.connect(self._failed)
        theirs.cancelled.connect(self._cancelled)
        theirs.recalled.connect(self._recalled)

    # -- whose engine ----------------------------------------------------------------

    def serve(self, host: Optional[RemoteHost]) -> None:
        """From the next :meth:`open` on, the engine is that of ``host``; None: of this machine."""
        for ticket in list(self._loads):
            self.withdraw(ticket)
        for delivery in self._deliveries.values():
            delivery.hold()
        self._deliveries.clear()
        self._parcels.clear()
        self._host = host

    def host_name(self) -> str:
        """The other machine; "" for this one."""
        return self._host.name if self._host is not None else ""

    def open(self, info: ConnectionInfo, any_release: bool = False) -> None:
        """See EngineSession."""
        self._info = info
        self._session.open(info, any_release)

    # -- questions ---------------------------------------------------------------------

    def submit(self, request: Mapping[str, Any], ticket: str = "") -> None:
        """Start a job, after its scene was made available; ``submitted`` or ``refused`` follows."""
        if self._host is None:
            self._session.submit(request, ticket)
        elif ticket not in self._loads:  # else it is still on its way, from before the connection was lost
            self._parcels.pop(ticket, None)  # of a request whose answer was lost
            ask = lambda there: self._session.submit(there, ticket)  # noqa: E731 (a line among its like)
            self._ship(request, ticket, ask, lasting=True)

    def ask_attention(self, question: Mapping[str, Any], ticket: str) -> None:
        """Ask what a pixel attends to; ``submitted`` or ``refused`` follows, then what comes of any job."""
        if self._host is None:
            self._session.ask_attention(question, ticket)
            return

        def ask(there: Dict[str, Any]) -> None:
            self._session.ask_attention({**question, "request": there, "output": there["output"]}, ticket)

        self._ship({**question["request"], "output": question["output"]}, ticket, ask)

    def ask_estimate(self, question: Mapping[str, Any], ticket: str) -> None:
        """Ask what a request would take; ``unestimated`` follows where its scene is not there yet."""
        if self._host is None:
            self._session.ask_estimate(question, ticket)
            return
        for other in [other for other, load in self._loads.items() if load.parcel is None]:
            self.withdraw(other)  # of several estimates, only the last is still wanted
        # the folder for its class map is made with a job; a free name in that of all results has room told, too
        output = joined(str(self._depot.get("results")), f"{new_id()}.tif")
        shipment = Shipment(self._host, question["request"], output, self)
        refuse = lambda error: self.unestimated.emit(ticket, error)  # noqa: E731
        ask = lambda there: self._session.ask_estimate({**question, "request": there}, ticket)  # noqa: E731
        self._begin(ticket, Load(shipment, ask, refuse))

    def attach(self, job: str, path: str = "", overwrite: bool = False) -> None:
        """Follow a job that was started earlier; ``path`` is where its map goes if it comes from elsewhere."""
        if self._host is not None and path:
            self._parcels.setdefault(job, Parcel(job, path, overwrite))
        self._session.attach(job)

    def cancel(self, job: str) -> None:
        """End a job, or the way home of its map; ``cancelled`` follows, or how it ended otherwise."""
        if job not in self._deliveries:
            self._session.cancel(job)
            return
        self.forget(job)
        QTimer.singleShot(0, lambda: self.cancelled.emit(job))

    def forget(self, job: str, path: str = "") -> None:
        """Let go of the map of a job that nobody can be asked to end now; nothing of it is brought home later.

        ``path`` is where it would have gone, if it comes from elsewhere: an earlier QGIS may have begun to fetch it.
        """
        delivery = self._deliveries.pop(job, None)
        parcel = self._parcels.pop(job, None) or (Parcel(job, path) if job and path else None)
        if delivery is not None:
            delivery.drop()
            delivery.deleteLater()
        elif parcel is not None:
            tidy_up(parcel)

    def consent(self, ticket: str) -> None:
        """Send the scene of a request whose size and time were shown."""
        if ticket in self._loads:
            self._loads[ticket].shipment.consent()

    def withdraw(self, ticket: str) -> None:
        """Forget a request that was not submitted yet; what was sent of its scene stays there."""
        load = self._loads.pop(ticket, None)
        if load is not None:
            load.shipment.hold()
            self._let_go(load.shipment)
            load.shipment.deleteLater()

    # -- scenes that go ------------------------------------------------------------------

    def _ship(
        self, request: Mapping[str, Any], ticket: str, ask: Callable[[Dict[str, Any]], None], lasting: bool = False
    ) -> None:
        refuse = lambda error: self.refused.emit(ticket, error)  # noqa: E731
        try:
            if not self._depot:
                raise RemoteAnswer(host=self.host_name(), detail=tr("it keeps no files of others"))
            parcel = Parcel("", destination_of(request, self._taken()), bool(request.get("overwrite")), lasting)
        except WholeSceneError as problem:
            refuse(problem.to_dict())
            return
        output = joined(str(self._depot["results"]), ticket, parcel.name)
        load = Load(Shipment(self._host, request, output, self), ask, refuse, parcel, lasting)
        load.shipment.news.connect(lambda news: self.shipping.emit(ticket, {**news, "output": parcel.path}))
        self._begin(ticket, load)

    def _begin(self, ticket: str, load: Load) -> None:
        self._loads[ticket] = load
        shipment = load.shipment
        if not load.lasting:  # nothing large is sent for a question
            missing = RemoteNotSent(host=self.host_name()).to_dict()
            shipment.asking.connect(lambda _news: self._end_badly(ticket, missing))
        shipment.loaded.connect(self._next)
        shipment.ready.connect(lambda there: self._arrived(ticket, there))
        shipment.failed.connect(lambda error: self._stuck(ticket, error))
        self._go_on(load)

    def _go_on(self, load: Load) -> None:
        load.shipment.open(self._info, str(self._depot.get("scenes")))

    def _next(self) -> None:
        """One scene at a time: two at once would both come later."""
        if self._sending is None:
            going = (load.shipment for load in self._loads.values() if load.shipment.may_go)
            self._sending = next(going, None)
            if self._sending is not None:
                self._sending.send()

    def _let_go(self, shipment: Shipment) -> None:
        if self._sending is shipment:
            self._sending = None
            self._next()

    def _arrived(self, ticket: str, there: Dict[str, Any]) -> None:
        load = self._loads.pop(ticket)
        if load.parcel is not None:
            self._parcels[ticket] = load.parcel
        load.ask(there)
        self._let_go(load.shipment)
        load.shipment.deleteLater()

    def _stuck(self, ticket: str, error: Dict[str, Any]) -> None:
        """A line that broke is tried again; while the session is gone, too, it waits for the next one."""
        load = self._loads[ticket]
        self._let_go(load.shipment)
        if error.get("code") == "engine.lost" and load.lasting and load.tries < RETRIES:
            load.tries += 1
            QTimer.singleShot(RETRY_MS, lambda: self._try_again(ticket))
        else:
            self._end_badly(ticket, error)

    def _try_again(self, ticket: str) -> None:
        load = self._loads.get(ticket)
        if load is not None and self.is_connected() and not load.shipment.is_under_way():
            self._go_on(load)

    def _end_badly(self, ticket: str, error: Dict[str, Any]) -> None:
        load = self._loads.get(ticket)
        self.withdraw(ticket)
        if load is not None:
            load.refuse(error)

    def _taken(self) -> "list[str]":
        """The files that maps on their way will become."""
        loaded = [load.parcel.path for load in self._loads.values() if load.parcel is not None]
        return loaded + [parcel.path for parcel in self._parcels.values()]

    # -- what the engine says ------------------------------------------------------------

    def _connected(self, hello: Dict[str, Any]) -> None:
        self._depot = hello.get("depot") or {}
        for load in self._loads.values():
            load.tries = 0
            self._go_on(load)
        for delivery in self._deliveries.values():
            delivery.open(self._info)
        self.connected.emit(hello)

    def _lost(self, error: Dict[str, Any]) -> None:
        for ticket, load in list(self._loads.items()):
            load.shipment.hold()
            if not load.lasting:
                self.withdraw(ticket)
        self._sending = None
        for delivery in self._deliveries.values():
            delivery.hold()
        self.lost.emit(error)

    def _submitted(self, job: str, ticket: str, ahead: int) -> None:
        if ticket in self._parcels and ticket != job:
            self._parcels[job] = replace(self._parcels.pop(ticket), job=job)
        self.submitted.emit(job, ticket, ahead)

    def _refused(self, ticket: str, error: Dict[str, Any]) -> None:
        self._parcels.pop(ticket, None)
        self.refused.emit(ticket, error)

    def _planned(self, job: str, plan: Dict[str, Any], working: str, output: str) -> None:
        parcel = self._parcels.get(job)
        self.planned.emit(job, plan, working, parcel.path if parcel is not None else output)

    def _failed(self, job: str, error: Dict[str, Any]) -> None:
        if error.get("code") != "job.unknown":  # then an earlier engine may have finished it
            self._parcels.pop(job, None)
        self.failed.emit(job, error)

    def _cancelled(self, job: str) -> None:
        self._parcels.pop(job, None)
        self.cancelled.emit(job)

    # -- maps that come --------------------------------------------------------------------

    def _done(self, job: str, result: Dict[str, Any]) -> None:
        parcel = self._parcels.get(job)
        if parcel is None:
            self.done.emit(job, result)
        else:
            self._deliver(parcel, lambda places: self.done.emit(job, {**result, **places}))

    def _recalled(self, job: str, record: Dict[str, Any]) -> None:
        """What became of a job of an earlier engine: a map that it finished still lies there."""
        parcel = self._parcels.get(job)
        if parcel is None or record.get("state") != "done":
            self._parcels.pop(job, None)
            if self._host is not None:  # what the record names is a path there
                record = {**record, "output": parcel.path if parcel is not None else ""}
            self.recalled.emit(job, record)
        else:
            self._deliver(parcel, lambda places: self.done.emit(job, result_of(places["path"])))

    def _deliver(self, parcel: Parcel, tell: Callable[[Dict[str, Any]], None]) -> None:
        job = parcel.job
        if job in self._deliveries:
            return  # told again, after an interruption

        def failed(error: Dict[str, Any]) -> None:
            if error.get("code") == "engine.lost":  # goes on with the next connection, or soon
                QTimer.singleShot(RETRY_MS, lambda: self.deliver_again(job))
                return
            if delivery.can_wait(error):
                self.undelivered.emit(job, error)
                return
            self._deliveries.pop(job, None)
            self._parcels.pop(job, None)
            delivery.deleteLater()
            self.failed.emit(job, error)

        def ready(places: Dict[str, Any]) -> None:
            self._deliveries.pop(job, None)
            self._parcels.pop(job, None)
            delivery.deleteLater()
            tell(places)

        delivery = self._deliveries[job] = Delivery(self._host, parcel, self)
        delivery.news.connect(lambda news: self.fetching.emit(job, news))
        delivery.ready.connect(ready)
        delivery.failed.connect(failed)
        delivery.open(self._info)

    def deliver_again(self, job: str) -> None:
        """Go on fetching a map that could not be brought here, from where it stopped."""
        delivery = self._deliveries.get(job)
        if delivery is not None and self.is_connected() and not delivery.is_under_way():
            delivery.open(self._info)
