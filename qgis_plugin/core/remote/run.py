"""One call of ssh: starts, speaks in lines, ends."""

from __future__ import annotations

from typing import List, Optional

from qgis.PyQt.QtCore import QObject, QProcess, pyqtSignal

from ..installation import clean_environment
from .ssh import ssh_program

MOST_SAID = 1 << 16  # bytes of stderr, and of one line, that are kept: a machine may say anything


class SshRun(QObject):
    """A process of the system's ssh. ``ended`` comes once, unless it was stopped before.

    Its standard input is a pipe that nobody writes to: it ends with QGIS, however that ends.
    """

    line = pyqtSignal(str)  # of standard output
    ended = pyqtSignal(int, str)  # exit code, what it wrote to stderr

    def __init__(self, arguments: List[str], parent: Optional[QObject] = None) -> None:
        """Raises RemoteNoSsh."""
        super().__init__(parent)
        self._out, self._said, self._over = b"", b"", False
        self._process = QProcess()
        self._process.setProgram(ssh_program())
        self._process.setArguments(arguments)
        self._process.setProcessEnvironment(clean_environment())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._listen)
        self._process.finished.connect(self._end)
        self._process.errorOccurred.connect(self._could_not_start)

    def start(self) -> "SshRun":
        """Let it begin."""
        self._process.start()
        return self

    def stop(self) -> None:
        """End it in silence; it has nothing to tidy up."""
        self._over = True
        process = self._process
        if process.state() != QProcess.ProcessState.NotRunning:
            process.finished.connect(lambda *_: process.deleteLater())  # holds it until it has ended
            process.kill()

    def _read(self) -> None:
        *lines, self._out = (self._out + bytes(self._process.readAllStandardOutput())).split(b"\n")
        self._out = self._out[-MOST_SAID:]
        for line in lines:
            if not self._over:
                self.line.emit(line[:MOST_SAID].decode("utf-8", "replace").strip())

    def _listen(self) -> None:
        self._said = (self._said + bytes(self._process.readAllStandardError()))[-MOST_SAID:]

    def _end(self, code: int, *_: object) -> None:
        self._read()
        self._listen()
        self._finish(code)

    def _could_not_start(self, problem: QProcess.ProcessError) -> None:
        if problem == QProcess.ProcessError.FailedToStart:
            self._said = self._process.errorString().encode()
            self._finish(-1)

    def _finish(self, code: int) -> None:
        if not self._over:
            self._over = True
            self.ended.emit(code, self._said.decode("utf-8", "replace"))
