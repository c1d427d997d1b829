"""The system's ssh: where it is, how it is called, and what its complaints mean.

It is never asked for a password or a passphrase: in QGIS there is no terminal to type it into. So whatever would ask
fails at once, and the error names what to type in a terminal, once.
"""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path
from typing import Iterable, List, Optional

from ...translation import tr
from ...wire.errors import (
    RemoteHostChanged,
    RemoteHostUnknown,
    RemoteKeyLocked,
    RemoteKeyRefused,
    RemoteNoSsh,
    RemoteTunnel,
    RemoteUnreachable,
    WholeSceneError,
)
from .host import RemoteHost

# BatchMode: asks nothing. No control sockets: Windows has none, and a stale one stops every later connection.
# ExitOnForwardFailure: forwardings that the user's own configuration adds may be taken by a terminal; whether ours
# is there, a connection through it tells. RemoteCommand: one of the configuration would stand against ours.
OPTIONS = (
    "BatchMode=yes",
    "ControlMaster=no",
    "ControlPath=none",
    "ConnectTimeout=10",
    "ExitOnForwardFailure=no",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "StrictHostKeyChecking=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "LogLevel=ERROR",
)
MAX_KEY_BYTES = 1 << 16
FAILED = 255  # ssh's own exit code; others are those of the command there


def ssh_program() -> str:
    """The ssh to call: on the PATH, or where Windows keeps its own. Raises RemoteNoSsh."""
    found = shutil.which("ssh")
    if found is None and os.name == "nt":
        # a 32-bit program sees System32 under another name
        for folder in ("System32", "Sysnative"):
            path = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), folder, "OpenSSH", "ssh.exe")
            found = found or (str(path) if path.is_file() else None)
    if found is None:
        raise RemoteNoSsh()
    return found


def arguments(host: RemoteHost, *command: str, forward: str = "") -> List[str]:
    """What to call ssh with. ``forward`` is ``port:address:port`` for ``-L``; without it nothing is forwarded."""
    options = [part for option in OPTIONS for part in ("-o", option)]
    options += ["-L", f"127.0.0.1:{forward}"] if forward else ["-o", "ClearAllForwardings=yes"]
    return ["-T", *options, *_place(host), "--", host.destination, *command]


def configuration_arguments(host: RemoteHost) -> List[str]:
    """What to call ssh with so that it prints its configuration for this host, without connecting."""
    return ["-G", *_place(host), "--", host.destination]


def _place(host: RemoteHost) -> List[str]:
    port = ["-p", str(host.port)] if host.port else []
    return port + (["-i", host.identity, "-o", "IdentitiesOnly=yes"] if host.identity else [])


def by_hand(host: RemoteHost) -> str:
    """The command to type in a terminal for the same connection."""
    port = f"-p {host.port} " if host.port else ""
    identity = f'-i "{host.identity}" ' if host.identity else ""
    return f"ssh {port}{identity}{host.destination}"


def complaint(host: RemoteHost, said: str) -> WholeSceneError:
    """The coded error for what ssh wrote to stderr before it gave up; a refused key says no more than that here.

    ssh speaks English whatever language the system has.
    """
    if "IDENTIFICATION HAS CHANGED" in said or "host key has changed" in said:
        return RemoteHostChanged(host=host.name, command=f'ssh-keygen -R "{_known_as(host)}"')
    if "Host key verification failed" in said or "you have requested strict checking" in said:
        return RemoteHostUnknown(host=host.name, command=by_hand(host))
    if "Permission denied (" in said or "Too many authentication failures" in said:
        return RemoteKeyRefused(host=host.name, detail=_last_line(said))
    if "forward" in said.lower():
        return RemoteTunnel(host=host.name, detail=_last_line(said))
    return RemoteUnreachable(host=host.name, detail=_last_line(said) or tr("ssh ended without a word"))


def without_answer(host: RemoteHost, seconds: int) -> RemoteUnreachable:
    """The error for a machine that says nothing."""
    return RemoteUnreachable(host=host.name, detail=tr("no answer within {n} s").format(n=seconds))


def refused_key(host: RemoteHost, refusal: RemoteKeyRefused, configuration: str) -> WholeSceneError:
    """Why a key was refused: one with a passphrase that no agent holds unlocked looks the same to ssh.

    ``configuration`` is what :func:`configuration_arguments` made ssh print.
    """
    names = [line.split(" ", 1)[1] for line in configuration.splitlines() if line.startswith("identityfile ")]
    locked = first_locked([host.identity] if host.identity else names)
    return RemoteKeyLocked(host=host.name, key=locked) if locked else refusal


def first_locked(names: Iterable[str]) -> Optional[str]:
    """The first of these private keys that is there and has a passphrase."""
    paths = (os.path.expanduser(name.strip().strip('"')) for name in names)
    return next((path for path in paths if has_passphrase(path)), None)


def has_passphrase(path: str) -> bool:
    """Whether a file holds an encrypted private key (OpenSSH's own format, or PEM)."""
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_KEY_BYTES)
    except OSError:
        return False
    head, _, rest = content.partition(b"\n")
    if b"ENCRYPTED" in content[:200]:
        return True
    if b"OPENSSH" not in head:
        return False
    try:
        key = base64.b64decode(rest[: rest.index(b"-----")])
    except ValueError:
        return False
    # "openssh-key-v1" and a zero, then the name of the cipher as a string with its length in 4 bytes
    return key.startswith(b"openssh-key-v1\0") and key[15:23] != b"\0\0\0\4none"


def _known_as(host: RemoteHost) -> str:
    return f"[{host.name}]:{host.port}" if host.port and host.port != 22 else host.name


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else ""
