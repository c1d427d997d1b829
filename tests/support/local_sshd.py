"""A real sshd on the loopback address with keys and configuration of its own, and the ssh that finds its way there.

Nothing of this account's own ssh is used: ``ssh`` on the PATH is a script that names another configuration to the
system's.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
SSH = shutil.which("ssh")


class Sshd:
    """Answers on ``port`` of 127.0.0.1 for the user that runs the tests. ``known`` is the client's known_hosts."""

    def __init__(self, folder, **options):
        self.folder = folder
        folder.mkdir(mode=0o700)
        self.host_key, self.user_key = folder / "host", folder / "user"
        for key in (self.host_key, self.user_key):
            make_key(key)
        self.port = free_port()
        self.known, self.config = folder / "known_hosts", folder / "config"
        self.authorized = folder / "authorized_keys"
        self.authorized.write_text(self.user_key.with_suffix(".pub").read_text())
        self.know(self.host_key)
        self.config.write_text(f"Host *\n  UserKnownHostsFile {self.known}\n  GlobalKnownHostsFile none\n")
        # a home of its own: what this account's shell does at login may take its time, and is killed by cut
        self._options = {"AllowTcpForwarding": "yes", "SetEnv": f"HOME={folder}", **options}
        self._process = None

    def know(self, key):
        """What the client believes to be the host's key; None: it has never been there."""
        kind, text, *_ = key.with_suffix(".pub").read_text().split()
        self.known.write_text(f"[127.0.0.1]:{self.port} {kind} {text}\n")

    def start(self):
        settings = {
            "Port": self.port,
            "ListenAddress": "127.0.0.1",
            "HostKey": self.host_key,
            "AuthorizedKeysFile": self.authorized,
            "PidFile": "none",
            "StrictModes": "no",
            "UsePAM": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "PermitRootLogin": "yes",
            **self._options,
        }
        file = self.folder / "sshd_config"
        file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(file)], stderr=log, start_new_session=True)
        wait_until_it_listens(self.port)

    def cut(self):
        """End every connection at once, and take none until :meth:`start`."""
        if self._process is not None:
            for pid in (*descendants(self._process.pid), self._process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def descendants(pid):
    """The processes that a process has started, and theirs: sshd's sessions have process groups of their own."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # one that has just ended
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


def make_key(path, passphrase=""):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)], check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_listens(port, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("sshd does not listen")


def use_configuration(config, folder, monkeypatch):
    """Put an ssh on the PATH that reads this configuration and knows of no agent."""
    programs = folder / "programs"
    programs.mkdir()
    script = programs / "ssh"
    script.write_text(f'#!/bin/sh\nexec {SSH} -F "{config}" "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def fake_engine(folder, says):
    """A command that prints what an engine would, and ends."""
    script = folder / "says"
    script.write_text(f"#!{sys.executable}\nimport sys\n{says}\n")
    script.chmod(0o755)
    return str(script)


def own_settings(monkeypatch, *modules):
    """Let the choice of a machine be kept under names of this process: tests beside it read the same settings.

    ``modules`` are the namespaces of ``core.remote.host``, which is imported anew with each load of the plugin.
    """
    from qgis.core import QgsSettings

    names = {name: f"wholescene/test-{os.getpid()}/{name}" for name in ("SETTING", "USED", "RATE_SETTING")}
    for module in modules:
        for name, value in names.items():
            if name in module:
                monkeypatch.setitem(module, name, value)
    return lambda: QgsSettings().remove(f"wholescene/test-{os.getpid()}")
