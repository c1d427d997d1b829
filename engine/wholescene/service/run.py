"""``serve``: everything around an engine's life: lock, log, signals, connection file."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from ..wire.connection import ENGINE_LOG, connection_file, data_dir, remove_connection, write_connection
from .crew import Crew
from .engine import Engine, Settings
from .lock import EngineLock
from .logs import MAX_LOG_BYTES, worker_log
from .worker import DEFAULT_SEGMENT


def serve(
    connection: Path | None = None,
    idle_exit: float | None = 900.0,
    segment: str = DEFAULT_SEGMENT,
    environment: Mapping[str, str] | None = None,
    show: Callable[[str], None] | None = None,
    crew: Crew | None = None,
    bind: str | None = None,
    attached_only: bool = False,
) -> int:
    """Run the engine until it is shut down, interrupted, or idle for ``idle_exit`` seconds (None: never).

    ``segment`` (module:function) is what the worker computes with, ``environment`` is added to
    the worker's. ``show`` gets a line when the engine is ready. ``crew`` are the ranks of the worker,
    one by default. ``bind`` (tcp://HOST:PORT) lets other machines reach the engine as well, with CURVE.
    ``attached_only``: jobs wait for a worker group that attaches itself, this machine computes nothing.
    Returns 0; raises EngineRunning, ConnectionFileInvalid or BindRefused.
    """
    path = Path(connection or connection_file()).absolute()
    lock = EngineLock(path)
    try:
        with _logging(data_dir() / ENGINE_LOG):
            settings = Settings(
                journal=data_dir() / "journal.sqlite",
                name=str(path),
                idle_exit=idle_exit,
                segment=segment,
                environment=dict(environment or {}),
                worker_log=worker_log(),
                crew=crew or Crew(),
                bind=bind,
                attached_only=attached_only,
                depot=data_dir() / "depot",
            )
            _run(Engine(settings), path, show or _show)
    finally:
        lock.release()
    return 0


def _run(engine: Engine, path: Path, show: Callable[[str], None]) -> None:
    info = engine.connection
    try:
        with _signals(engine.stop):
            write_connection(info, path)
            logging.getLogger(__name__).info("process %s serves %s", info.pid, info.endpoint)
            show(f"The engine is ready (process {info.pid}). Its connection file is {path}")
            engine.run()
    finally:
        remove_connection(path, info.key)
        engine.close()


def _show(line: str) -> None:
    with contextlib.suppress(OSError):  # who started it may have closed our stdout
        print(line, flush=True)


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and a polite kill stop the engine; it then cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    # whoever started it with nohup wants no hang-up to stop it
    numbers = [number for name in names if signal.getsignal(number := getattr(signal, name)) != signal.SIG_IGN]

    def ask(_signal: int, _frame: Any) -> None:
        stop()

    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _logging(path: Path) -> Iterator[None]:
    """The engine's log in ``path``; without one if that cannot be written."""
    logger = logging.getLogger("wholescene")
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=MAX_LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()
