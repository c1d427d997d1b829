"""Where engine and clients find each other: folders, connection file, installation file.

The connection file holds the signing key, so it lies in a private folder, is readable by
its owner alone and appears whole or not at all: by its mode, and on Windows by its access
control list.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Dict, Optional

from . import windows_access
from .errors import ConnectionFileInvalid, EngineNotFound, EngineNotInstalled
from .message import KEY_BYTES

ENGINE_LOG, WORKER_LOG = "engine.log", "worker.log"  # in the folder of what lasts

_POSIX = os.name == "posix"
_MAX_FILE_BYTES = 1 << 16


@dataclass(frozen=True)
class ConnectionInfo:
    """How to reach a running engine. ``key`` is hexadecimal and is never shown.

    An engine that other machines may reach also names its ``host``, the endpoint there (``remote``) and
    the public key (``server_key``, Z85) without which no connection to that endpoint comes about.
    """

    endpoint: str
    key: str = field(repr=False)
    pid: int
    protocol: int
    version: str
    host: str = ""
    remote: str = ""
    server_key: str = ""

    @property
    def key_bytes(self) -> bytes:
        """The signing key."""
        return bytes.fromhex(self.key)


@dataclass(frozen=True)
class Installation:
    """The engine that a plugin may start: its Python interpreter and version."""

    python: str
    version: str


def state_dir() -> Path:
    """The folder of the running engine (connection file); its content does not outlive a restart."""
    home = os.environ.get("WHOLESCENE_HOME")
    if home:
        return Path(home)
    if not _POSIX:
        return _windows_dir()
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isdir(runtime):
        return Path(runtime) / "wholescene"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "wholescene"


def data_dir() -> Path:
    """The folder of what lasts: installation file, journal, log, the user's own presets."""
    home = os.environ.get("WHOLESCENE_HOME")
    if home:
        return Path(home) / "data"
    if not _POSIX:
        return _windows_dir()
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wholescene"


def _windows_dir() -> Path:
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "wholescene"


def connection_file() -> Path:
    """Where the engine of this user leaves its connection file unless told otherwise."""
    return state_dir() / "engine.json"


def installation_file() -> Path:
    """Where ``wholescene register`` says which Python has the engine."""
    return data_dir() / "installation.json"


def private_folder(folder: Path) -> None:
    """Make ``folder``, for its owner alone, or accept one that strangers cannot write to.

    Raises ConnectionFileInvalid.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as problem:
        raise ConnectionFileInvalid(path=str(folder), detail=str(problem)) from None
    # in a sticky folder such as /tmp nobody can put another file into our file's place
    if _POSIX and mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise ConnectionFileInvalid(path=str(folder), detail="everybody could write into this folder")


def write_connection(info: ConnectionInfo, path: Optional[Path] = None) -> Path:
    """Write the connection file, whole and private, and return its path; raises ConnectionFileInvalid."""
    path = Path(path or connection_file())
    private_folder(path.parent)
    if path.is_symlink():
        raise ConnectionFileInvalid(path=str(path), detail="it is a symbolic link")
    _write_json(path, {name: value for name, value in asdict(info).items() if value != ""}, private=True)
    return path


def read_connection(path: Optional[Path] = None) -> ConnectionInfo:
    """The running engine's address and key; raises EngineNotFound or ConnectionFileInvalid."""
    path = Path(path or connection_file())
    try:
        status = path.lstat()
    except FileNotFoundError:
        raise EngineNotFound(detail=f"there is no connection file {path}") from None
    except OSError as problem:
        raise ConnectionFileInvalid(path=str(path), detail=str(problem)) from None
    if not stat.S_ISREG(status.st_mode):
        raise ConnectionFileInvalid(path=str(path), detail="it is not a regular file")
    if _POSIX:
        _require_owner(path, status)
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise ConnectionFileInvalid(path=str(path), detail="other users could read it")
    return _connection(path, _read_json(path))


def remove_connection(path: Optional[Path] = None, key: Optional[str] = None) -> None:
    """Remove the connection file; with ``key`` only if it is still the file of that engine."""
    path = Path(path or connection_file())
    try:
        if key is None or read_connection(path).key == key:
            path.unlink()
    except (OSError, EngineNotFound, ConnectionFileInvalid):
        pass  # gone, or another engine's by now


def write_installation(python: str, version: str, path: Optional[Path] = None) -> Path:
    """Note the engine's Python for the plugin and return the file's path."""
    path = Path(path or installation_file())
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_json(path, asdict(Installation(python, version)))
    return path


def read_installation(path: Optional[Path] = None) -> Installation:
    """The engine that was registered; raises EngineNotInstalled."""
    path = Path(path or installation_file())
    try:
        values = _read_json(path)
        installation = Installation(str(values["python"]), str(values["version"]))
    except FileNotFoundError:
        raise EngineNotInstalled(detail=f"there is no file {path}") from None
    except (ConnectionFileInvalid, OSError, KeyError):
        raise EngineNotInstalled(detail=f"{path} cannot be read") from None
    if not os.path.isfile(installation.python):
        raise EngineNotInstalled(detail=f"{installation.python}, named by {path}, does not exist")
    return installation


def _require_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.getuid():
        raise ConnectionFileInvalid(path=str(path), detail="it belongs to another user")


def _connection(path: Path, values: Dict[str, Any]) -> ConnectionInfo:
    try:
        info = ConnectionInfo(
            endpoint=str(values["endpoint"]),
            key=str(values["key"]),
            pid=int(values["pid"]),
            protocol=int(values["protocol"]),
            version=str(values["version"]),
            host=str(values.get("host", "")),
            remote=str(values.get("remote", "")),
            server_key=str(values.get("server_key", "")),
        )
        if len(info.key_bytes) != KEY_BYTES:
            raise ValueError("its key has the wrong length")
    except (KeyError, TypeError, ValueError) as problem:
        raise ConnectionFileInvalid(path=str(path), detail=f"its content is not understood ({problem})") from None
    return info


def _write_json(path: Path, values: Dict[str, Any], private: bool = False) -> None:
    """Replace ``path`` in one step; the temporary file is private from its first byte on.

    mkstemp sees to that by its mode; where modes mean nothing, a ``private`` file gets a list of who may open it.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    except OSError as problem:
        raise ConnectionFileInvalid(path=str(path), detail=str(problem)) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            if private and not _POSIX:
                windows_access.owner_only(temporary)
            json.dump(values, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as problem:
        os.unlink(temporary)
        raise ConnectionFileInvalid(path=str(path), detail=str(problem)) from None


def _read_json(path: Path) -> Dict[str, Any]:
    # O_NOFOLLOW: a link that took the file's place since it was looked at is not followed
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(handle, "rb") as stream:
        content = stream.read(_MAX_FILE_BYTES + 1)
    try:
        values = json.loads(content.decode("utf-8"))
    except ValueError:
        raise ConnectionFileInvalid(path=str(path), detail="its content is not JSON") from None
    if len(content) > _MAX_FILE_BYTES or not isinstance(values, dict):
        raise ConnectionFileInvalid(path=str(path), detail="its content is not understood")
    return values
