"""Another machine for tests of SSH, on this one: a real sshd in namespaces of its own.

It has its own network (joined to ours by a cable that can be cut), its own processes, its own home folder in its own
memory, and the command ``wholescene``. It does not see the folders that are named as hidden, of which none may hold its
own. The programs are shared: those of the system and the engine's environment, which another machine would have
installed.

Needs Linux, root, and of Debian the packages openssh-server, openssh-client and iproute2 (`make test` installs them).
Standard library only: the tests in the Python of QGIS use it, too.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

PORT = 2222
PATIENCE = 20.0  # seconds
ALIAS = "gpu-box"
NEEDED = ("sshd", "ssh", "ssh-keygen", "ip", "unshare", "nsenter", "mount")
ONE_WAY = {"in": "towards the host", "out": "from the host"}
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# run as the first process of the host, with everything it needs as arguments; waits for the cable first
BOOT = """
set -e
address=$1 passwd=$2 home=$3 config=$4; shift 4
read -r plugged
mount --bind "$passwd" /etc/passwd
for folder in "$home" /run "$@"; do mount -t tmpfs -o mode=0700 tmpfs "$folder"; done
mkdir -p -m 0755 /run/sshd
chown --reference="$passwd" "$home"
ip link set lo up
ip address add "$address/30" dev eth0
ip link set eth0 up
sshd=$(command -v sshd)
"$sshd" -D -e -f "$config" &
echo ready
wait
"""


@dataclass(frozen=True)
class SshOptions:
    """How the host is reached: for a command line, or for the panel. ``config`` has them all under ``alias``."""

    user: str
    address: str
    port: int
    identity: Path
    known_hosts: Path
    config: Path
    alias: str = ALIAS

    @property
    def destination(self) -> str:
        """``user@address``."""
        return f"{self.user}@{self.address}"


class RemoteHost:
    """The other machine, as long as the context lasts. ``folder`` takes its keys; ``hidden`` folders it does not see.

    ``python`` is that of the engine. Raises RuntimeError if this system cannot have one, with what is missing.
    """

    def __init__(self, folder: Path, hidden: Sequence[Path] = (), python: str | None = None) -> None:
        self._folder = folder / "remote host"
        self._hidden = [Path(place) for place in hidden]
        self._python = python or _engine_python()
        number = secrets.randbelow(1 << 15)  # of the networks that are set aside for tests of devices
        network = int(IPv4Address("198.18.0.0")) + number * 4
        self._here, self.address = (str(IPv4Address(network + side)) for side in (1, 2))
        self._cable = f"ws{secrets.token_hex(4)}"
        self._hardware = {side: f"02:00:{secrets.token_hex(1)}:{secrets.token_hex(1)}:00:0{side}" for side in (1, 2)}
        self._process: subprocess.Popen[str] | None = None
        self._first = 0  # the host's first process, as numbered here
        self.log = self._folder / "sshd.log"

    def __enter__(self) -> RemoteHost:
        _require()
        try:
            self._make_files()
            self._boot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Switch the host off, with everything that runs on it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()  # takes the first process along, and the system all others of its namespace
            process.communicate()
            _wait_for(lambda: not self._first or not Path(f"/proc/{self._first}").exists(), "the host does not end")
        subprocess.run(["ip", "link", "delete", self._cable], stderr=subprocess.DEVNULL, check=False)

    # -- what tests do with it --

    @property
    def ssh_options(self) -> SshOptions:
        """How to reach it."""
        names = ("client key", "known hosts", "ssh config")
        identity, known_hosts, config = (self._folder / name for name in names)
        return SshOptions(getpass.getuser(), self.address, PORT, identity, known_hosts, config)

    def ssh(self, *command: str, options: tuple[str, ...] = ()) -> list[str]:
        """A command line of the system's ssh that runs ``command`` there."""
        return ["ssh", "-F", str(self.ssh_options.config), "-T", *options, ALIAS, *command]

    def run(self, command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a shell command on the host past SSH, as its user would; also while the cable is cut."""
        line = self._inside("env", "-i", f"HOME={self.home}", f"PATH={self.path}", "sh", "-c", command)
        return subprocess.run(line, capture_output=True, text=True, check=False, **options)

    @property
    def home(self) -> Path:
        """Its home folder; empty when looked at from here."""
        return self._folder / "home"

    @property
    def path(self) -> str:
        """Where its shell looks for commands."""
        return f"{self._folder / 'bin'}:{SYSTEM_PATH}"

    def cut(self, direction: str = "both") -> None:
        """Lose whatever is sent: "in" (to the host), "out" (from it), or both. Nobody is told."""
        for way in ONE_WAY if direction == "both" else (direction,):
            self._aim(way, "02:00:00:00:00:ff")

    def mend(self) -> None:
        """Let everything through again, both ways."""
        self._aim("in", self._hardware[2])
        self._aim("out", self._hardware[1])

    def kill_sessions(self) -> int:
        """End all connections of SSH at once, as a crash would; how many. What they started in the background stays."""
        (master,) = [pid for pid in _children(self._first) if _name(pid) == "sshd"]
        sessions = [pid for pid in _descendants(master) if _name(pid) == "sshd"]
        for pid in sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(sessions)

    # -- how it is made --

    def _make_files(self) -> None:
        for name in ("home", "bin"):
            (self._folder / name).mkdir(parents=True)
        for name in ("client key", "host key"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(self._folder / name)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        host_key = (self._folder / "host key.pub").read_text()
        (self._folder / "known hosts").write_text(f"[{self.address}]:{PORT} {host_key}")
        (self._folder / "ssh config").write_text(self._client_config())
        (self._folder / "sshd config").write_text(self._server_config())
        (self._folder / "passwd").write_text(self._users())
        self._make_command()

    def _client_config(self) -> str:
        options = self.ssh_options
        return (
            f"Host {ALIAS}\n HostName {options.address}\n Port {options.port}\n User {options.user}\n"
            f' IdentityFile "{options.identity}"\n IdentitiesOnly yes\n IdentityAgent none\n'
            f' UserKnownHostsFile "{options.known_hosts}"\n GlobalKnownHostsFile /dev/null\n'
            " BatchMode yes\n StrictHostKeyChecking yes\n ConnectTimeout 10\n"
        )

    def _server_config(self) -> str:
        return (
            f"Port {PORT}\nListenAddress {self.address}\nPidFile none\nUsePAM no\nStrictModes no\n"
            f'HostKey "{self._folder / "host key"}"\nAuthorizedKeysFile "{self._folder / "client key.pub"}"\n'
            "AuthenticationMethods publickey\nPermitRootLogin prohibit-password\nPrintMotd no\nMaxStartups 100\n"
            f'SetEnv "PATH={self.path}"\nLogLevel VERBOSE\n'
        )

    def _users(self) -> str:
        """The system's users, ours with a shell and a home folder of the host."""
        mine = pwd.getpwuid(os.getuid())
        lines = Path("/etc/passwd").read_text().splitlines()
        others = [line for line in lines if not line.startswith(f"{mine.pw_name}:")]
        return "\n".join([f"{mine.pw_name}:x:{mine.pw_uid}:{mine.pw_gid}::{self.home}:/bin/sh", *others, ""])

    def _make_command(self) -> None:
        """``wholescene``, as an installation would put it on the path."""
        here = {name: os.environ[name] for name in ("PYTHONPATH", "OMP_NUM_THREADS") if name in os.environ}
        words = ["env", *(f"{name}={value}" for name, value in here.items()), self._python, "-m", "wholescene.cli"]
        command = self._folder / "bin" / "wholescene"
        command.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        command.chmod(0o755)

    def _boot(self) -> None:
        for folder in self._hidden:
            folder.mkdir(parents=True, exist_ok=True)
        namespaces = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        arguments = [self.address, self._folder / "passwd", self.home, self._folder / "sshd config", *self._hidden]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [*namespaces, "sh", "-c", BOOT, "host", *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={"PATH": SYSTEM_PATH},
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        _wait_for(lambda: _in_own_namespaces(process.pid), "no namespaces could be made", self.log)
        (self._first,) = _children(process.pid)
        self._plug_in()
        process.stdin.write("plugged in\n")
        process.stdin.flush()
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"the host does not start: {self.log.read_text()}")
        _wait_for(lambda: "Server listening" in self.log.read_text(), "sshd does not start", self.log)

    def _plug_in(self) -> None:
        """The cable: two network interfaces, one here and one there."""
        _ip("link", "add", self._cable, "address", self._hardware[1], "type", "veth",
            "peer", "name", "eth0", "address", self._hardware[2], "netns", str(self._first))  # fmt: skip
        _ip("address", "add", f"{self._here}/30", "dev", self._cable)
        _ip("link", "set", self._cable, "up")

    def _aim(self, way: str, hardware: str) -> None:
        """Send what goes one way to an address; nobody takes what is for another one than its own."""
        if way == "in":
            _ip("neighbour", "replace", self.address, "lladdr", hardware, "dev", self._cable, "nud", "permanent")
        elif way == "out":
            neighbour = ["neighbour", "replace", self._here, "lladdr", hardware, "dev", "eth0", "nud", "permanent"]
            subprocess.run(self._inside("ip", *neighbour), check=True)
        else:
            raise ValueError(f"{way} is none of {', '.join([*ONE_WAY, 'both'])}")

    def _inside(self, *command: str) -> list[str]:
        return ["nsenter", "--target", str(self._first), "--net", "--mount", "--pid", *command]


def _engine_python() -> str:
    """The Python that has the engine: not the one of QGIS."""
    in_place = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "python"
    return os.environ.get("WHOLESCENE_PYTHON") or (str(in_place) if in_place.exists() else sys.executable)


def _require() -> None:
    missing = [name for name in NEEDED if shutil.which(name, path=SYSTEM_PATH) is None]
    if sys.platform != "linux" or os.geteuid() != 0 or missing:
        needs = "Linux, root (for namespaces and network interfaces), openssh-server, openssh-client and iproute2"
        raise RuntimeError(f"a host of its own needs {needs}" + (f"; missing: {', '.join(missing)}" if missing else ""))


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _wait_for(condition: Callable[[], bool], problem: str, log: Path | None = None) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(problem + (f": {log.read_text()}" if log else ""))
        time.sleep(0.02)


def _in_own_namespaces(unshare: int) -> bool:
    """Whether unshare has done its work: its child, the host's first process, sees another network."""
    children = _children(unshare)
    if not children or _name(children[0]) != "sh":
        return False
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{children[0]}/ns/net") != os.readlink("/proc/self/ns/net")
    return False


def _children(parent: int) -> list[int]:
    return [pid for pid, its_parent in _processes() if its_parent == parent]


def _descendants(pid: int) -> list[int]:
    children = _children(pid)
    return [*children, *(deeper for child in children for deeper in _descendants(child))]


def _processes() -> list[tuple[int, int]]:
    """All processes with their parents, from /proc: the Python of QGIS need not have psutil."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                rest = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2]
                found.append((int(entry), int(rest.split()[1])))
    return found


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""
