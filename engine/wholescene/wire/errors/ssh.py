"""An engine on another machine: the way there, and the files that come and go."""

from __future__ import annotations

from .base import WholeSceneError

__all__ = [
    "RemoteAnswer",
    "RemoteChanged",
    "RemoteDestination",
    "RemoteEngineFailed",
    "RemoteHostChanged",
    "RemoteHostUnknown",
    "RemoteKeyLocked",
    "RemoteKeyRefused",
    "RemoteNoEngine",
    "RemoteNoSsh",
    "RemoteNotSent",
    "RemoteSource",
    "RemoteTunnel",
    "RemoteUnreachable",
]


class RemoteNoSsh(WholeSceneError):
    code = "remote.no_ssh"
    problem = "There is no ssh program on this machine; it was looked for on the PATH."
    remedy = "Install OpenSSH's client (on Windows: Settings > Optional features > OpenSSH Client)."


class RemoteDestination(WholeSceneError):
    code = "remote.destination"
    problem = (
        "'{destination}' does not name a machine: user@host, host, or a name of your ssh configuration is expected."
    )
    remedy = "Correct the name of the machine."


class RemoteKeyLocked(WholeSceneError):
    code = "remote.key_locked"
    problem = "{host} was not entered: the key {key} has a passphrase, and no agent holds it unlocked."
    remedy = "Type once in a terminal: ssh-add {key}"


class RemoteKeyRefused(WholeSceneError):
    code = "remote.key_refused"
    problem = "{host} does not let you in: it accepts none of the keys that ssh offers ({detail})."
    remedy = "Check user name and key file; a machine that asks for a password needs a key first (ssh-copy-id)."


class RemoteHostUnknown(WholeSceneError):
    code = "remote.host_unknown"
    problem = "The machine {host} is not known to ssh yet, so nobody has checked that it is the right one."
    remedy = "Type once in a terminal, and compare the fingerprint that it shows: {command}"


class RemoteHostChanged(WholeSceneError):
    code = "remote.host_changed"
    problem = "{host} shows another host key than the one that ssh knows: somebody may be in between."
    remedy = "Ask who runs it. If it was set up anew, remove the old key in a terminal: {command}"


class RemoteUnreachable(WholeSceneError):
    code = "remote.unreachable"
    problem = "{host} cannot be reached over SSH: {detail}."
    remedy = "Check its name, the port and the network (VPN), and that it is switched on."


class RemoteNoEngine(WholeSceneError):
    code = "remote.no_engine"
    problem = "{host} was reached, but there is no engine: {detail}."
    remedy = "Install WholeScene there, or name the command that starts it."


class RemoteEngineFailed(WholeSceneError):
    code = "remote.engine_failed"
    problem = "The engine on {host} did not start: {detail}."
    remedy = "Log in there and start it by hand to see why; both sides have to come from the same release."


class RemoteTunnel(WholeSceneError):
    code = "remote.tunnel"
    problem = "{host} was reached, but its port cannot be forwarded: {detail}."
    remedy = "Its SSH server has to allow TCP forwarding (AllowTcpForwarding)."


class RemoteSource(WholeSceneError):
    code = "remote.source"
    problem = "{source} cannot be sent to {host}: {detail}."
    remedy = "Save it as a GeoTIFF, or let the path map name a folder that both machines see."


class RemoteNotSent(WholeSceneError):
    code = "remote.not_sent"
    problem = "The scene is not on {host} yet."
    remedy = "What it takes is told once it was sent."


class RemoteChanged(WholeSceneError):
    code = "remote.changed"
    problem = "{path} was changed while it was sent."
    remedy = "Wait until the program that writes it has finished, then try again."


class RemoteAnswer(WholeSceneError):
    code = "remote.answer"
    problem = "{host} answers something that cannot be right: {detail}."
    remedy = "Nothing of it was kept. Plugin and engine have to come from the same release; try again."
