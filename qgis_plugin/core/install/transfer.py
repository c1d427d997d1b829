"""One request over QGIS's network, in a background thread: its proxies, certificates and credentials."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, BinaryIO, Callable, Optional

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QEventLoop, QTimer, QUrl
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from ...translation import tr
from ...wire.errors import (
    Cancelled,
    CertificateUntrusted,
    DownloadIntercepted,
    DownloadRefused,
    NetworkMissing,
)
from .process import GoingOn

LOOK_MS = 100
BUFFER = 4 << 20  # bytes that may wait to be written
STILL_S = 60  # without a byte, after which a connection counts as cut

_Failure = QNetworkReply.NetworkError
# after which another try may do better
PASSING = (
    _Failure.RemoteHostClosedError,
    _Failure.TimeoutError,
    _Failure.TemporaryNetworkFailureError,
    _Failure.NetworkSessionFailedError,
    _Failure.UnknownNetworkError,
    _Failure.ConnectionRefusedError,
    _Failure.HostNotFoundError,
    _Failure.ProxyConnectionClosedError,
    _Failure.ProxyTimeoutError,
    _Failure.ServiceUnavailableError,
    _Failure.InternalServerError,
    _Failure.UnknownServerError,
)
PROXY = (_Failure.ProxyAuthenticationRequiredError, _Failure.ProxyNotFoundError, _Failure.ProxyConnectionRefusedError)

LOGIN = re.compile(r"//[^/@\s]+@")  # credentials in an address


class ConnectionCut(Exception):
    """The rest did not come; another try goes on where this one ended."""


class RangeRefused(Exception):
    """What is there of the file does not go together with what the server has."""


class Transfer:
    """Fetches the rest of a file behind what lies in ``part`` already. Used once."""

    def __init__(self, url: str, name: str, part: Path, going_on: GoingOn, told: Callable[[int], None]) -> None:
        """``told`` is called with the bytes that ``part`` has, from the first on."""
        self._name, self._part, self._going_on, self._told = name, part, going_on, told
        self._url = QUrl(url)
        self._reply: Optional[QNetworkReply] = None
        self._stream: Optional[BinaryIO] = None
        self._problem: Optional[Exception] = None
        self._loop: Optional[QEventLoop] = None
        self._had = part.stat().st_size if part.exists() else 0
        self._size, self._still = self._had, 0.0

    def run(self) -> None:
        """Wait for the end of it. Raises ConnectionCut, RangeRefused, OSError, Cancelled, or a coded error."""
        request = request_for(self._url)
        if self._had:
            request.setRawHeader(b"Range", f"bytes={self._had}-".encode("ascii"))
        self._loop = QEventLoop()
        watch = QTimer()
        watch.setInterval(LOOK_MS)
        watch.timeout.connect(self._look)
        self._reply = reply = QgsNetworkAccessManager.instance().get(request)
        reply.setReadBufferSize(BUFFER)
        reply.readyRead.connect(self._take)
        reply.finished.connect(self._loop.quit)
        watch.start()
        try:
            if not reply.isFinished():
                self._loop.exec()
            self._take()
            self._judge(reply)
        finally:
            watch.stop()
            if self._stream is not None:
                self._stream.close()
            reply.deleteLater()

    def _look(self) -> None:
        self._still += LOOK_MS / 1000
        if not self._going_on():
            self._give_up(Cancelled())
        elif self._still > STILL_S:
            self._give_up(ConnectionCut(tr("nothing came for {n} s").format(n=STILL_S)))

    def _give_up(self, problem: Exception) -> None:
        if self._problem is None:
            self._problem = problem
            if self._reply is not None and not self._reply.isFinished():
                self._reply.abort()

    def _take(self) -> None:
        """Write what has come. An exception must not leave a slot."""
        reply = self._reply
        if self._problem is not None or reply is None or reply.bytesAvailable() <= 0:
            return
        try:
            if self._stream is None:
                self._stream = self._open(reply)
            if self._stream is not None:
                piece = bytes(reply.readAll())
                self._stream.write(piece)
                self._size += len(piece)
                self._still = 0.0
                self._told(self._size)
        except Exception as problem:
            self._give_up(problem)

    def _open(self, reply: QNetworkReply) -> Optional[BinaryIO]:
        """The file, at the place where these bytes belong; None while they are of no use."""
        status = http_status(reply)
        if status >= 400:
            return None
        if "html" in str(reply.header(QNetworkRequest.KnownHeaders.ContentTypeHeader) or "").lower():
            raise DownloadIntercepted(host=host_of(reply.url()), name=self._name)
        if status == 206 and self._had and _begins_at(reply) != self._had:
            raise RangeRefused
        self._size = self._had if status == 206 else 0
        return open(self._part, "ab" if status == 206 else "wb", buffering=0)

    def _judge(self, reply: QNetworkReply) -> None:
        """Raises what went wrong."""
        if self._problem is not None:
            raise self._problem
        if http_status(reply) == 416:
            raise RangeRefused
        problem = failure(reply, self._name)
        if problem is not None:
            raise problem
        expected = reply.header(QNetworkRequest.KnownHeaders.ContentLengthHeader)
        came = self._size - (self._had if http_status(reply) == 206 else 0)
        if expected is not None and came < int(expected):
            raise ConnectionCut(tr("the connection was closed early"))


def request_for(url: QUrl) -> QNetworkRequest:
    """A request that follows redirections to https, and takes bytes as they are: not from a cache, not packed."""
    request = QNetworkRequest(url)
    attributes = QNetworkRequest.Attribute
    request.setAttribute(attributes.RedirectPolicyAttribute, QNetworkRequest.RedirectPolicy.NoLessSafeRedirectPolicy)
    request.setAttribute(attributes.CacheLoadControlAttribute, QNetworkRequest.CacheLoadControl.AlwaysNetwork)
    request.setAttribute(attributes.CacheSaveControlAttribute, False)
    request.setRawHeader(b"Accept-Encoding", b"identity")
    return request


def failure(reply: QNetworkReply, name: str) -> Optional[Exception]:
    """Why a reply that has ended is none; None if it is well."""
    problem, host = reply.error(), host_of(reply.url())
    told = LOGIN.sub("//", reply.errorString()).strip().rstrip(".")
    if problem == _Failure.NoError:
        return None
    if problem == _Failure.SslHandshakeFailedError:
        return CertificateUntrusted(host=host, detail=told)
    if problem in PROXY:
        return NetworkMissing(host=host, detail=told)
    if problem in PASSING or problem == _Failure.OperationCanceledError:  # which QGIS does after its own time limit
        return ConnectionCut(told)
    return DownloadRefused(host=host, name=name, detail=told)


def size_of(url: str, going_on: GoingOn) -> int:
    """The bytes of a file on a server, asked for without fetching it; 0 if the server does not say.

    Raises ConnectionCut, Cancelled or a coded error where nobody answers.
    """
    reply = QgsNetworkAccessManager.instance().head(request_for(QUrl(url)))
    loop, watch = QEventLoop(), QTimer()
    watch.setInterval(LOOK_MS)
    watch.timeout.connect(lambda: None if going_on() else reply.abort())
    reply.finished.connect(loop.quit)
    watch.start()
    try:
        if not reply.isFinished():
            loop.exec()
        return _told_size(reply, url, going_on)
    finally:
        watch.stop()
        reply.deleteLater()


def _told_size(reply: QNetworkReply, url: str, going_on: GoingOn) -> int:
    if not going_on():
        raise Cancelled()
    problem = failure(reply, url.rpartition("/")[2])
    if isinstance(problem, (ConnectionCut, NetworkMissing, CertificateUntrusted)):
        raise problem
    length: Any = reply.header(QNetworkRequest.KnownHeaders.ContentLengthHeader)
    return int(length) if problem is None and length is not None else 0


def http_status(reply: QNetworkReply) -> int:
    """200, 206, 404; 0 where there was no answer."""
    return int(reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute) or 0)


def host_of(url: QUrl) -> str:
    """The server, without what a person may have put before it."""
    return url.host() or url.toString(QUrl.UrlFormattingOption.RemoveUserInfo)


def _begins_at(reply: QNetworkReply) -> int:
    """The first byte that the server sends, by its ``Content-Range: bytes 100-199/200``; -1 if it does not say."""
    told = bytes(reply.rawHeader(b"Content-Range")).decode("latin-1").strip()
    first = told.partition(" ")[2].partition("-")[0]
    return int(first) if first.isdigit() else -1
