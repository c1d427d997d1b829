"""Takes out of a text what others need not see: who and where somebody is, and every key.

For reports that people post in public. It rather takes too much than too little.
"""

from __future__ import annotations

import getpass
import importlib
import os
import platform
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import List, Pattern, Tuple

HOME, USER, HOST, KEY = "~", "<user>", "<host>", "<key>"
NOT_HOSTS = {"", "localhost", "localhost.localdomain", "ip6-localhost"}  # of every machine
# somebody's home, also that of others: /home/ada, /Users/ada, C:\Users\ada, C:/Users/ada
HOMES = r"(?:/home/|/Users/|[A-Za-z]:(?:\\{1,2}|/)Users(?:\\{1,2}|/))[^/\\\s:;,\"'<>|]+"
NAMES_OF_KEYS = (
    r"[\w-]{0,40}(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|server_key|access[_-]?key|credentials?"
    r"|signature|sig|key)"
)
# (what is looked for, what stands there instead), in this order: the surroundings of a key before the key
RULES: List[Tuple["Pattern[str]", str]] = [
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), KEY),
    (re.compile(r"(?i)\b((?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?)(?:\w+\s+)?[^\s\"',;]+"), rf"\1{KEY}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {KEY}"),
    (re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]{0,20}://)[^\s/?#@\"'<>]+@"), rf"\1{KEY}@"),
    (
        re.compile(rf"(?i)(?<![A-Za-z0-9])({NAMES_OF_KEYS}[\"']?\s*[:=]\s*)(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"',;&]+)"),
        rf"\1{KEY}",
    ),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), KEY),  # a JSON Web Token
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-|hf_|sk-|xox[abprs]-|AKIA|ASIA|AIza)[\w-]{10,}"), KEY),
    (re.compile(r"[0-9A-Fa-f]{32,}"), KEY),
    # as long and as mixed as nothing but a key is
    (re.compile(r"(?<![\w-])(?=[\w-]*[0-9])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{40,}(?![\w-])"), KEY),
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={1,2}"), KEY),
    (re.compile(r"[\w.+-]{1,64}@[\w-][\w.-]{0,250}"), USER),
    (re.compile(r"\b(?!127\.|0\.0\.0\.0\b)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b"), HOST),
    # IPv6, shortened (but not ::1, which is every machine's own) or whole, and the address of a network card
    (re.compile(r"(?i)(?<![\w:.])(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?:%\w+)?(?![\w:])"), HOST),
    (re.compile(r"(?i)(?<![\w:.])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"), HOST),
    (re.compile(r"(?i)(?<![\w:.-])[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?![\w:-])"), HOST),
]


@dataclass(frozen=True)
class Whose:
    """The names that are to go: homes (the longest paths first), users, hosts."""

    homes: Tuple[str, ...]
    users: Tuple[str, ...]
    hosts: Tuple[str, ...]


def of_this_account() -> Whose:
    """Home, user and host of whoever runs this."""
    homes = {os.path.expanduser("~"), *(os.environ.get(name, "") for name in ("HOME", "USERPROFILE"))}
    with suppress(OSError, RuntimeError):
        homes.add(str(Path.home().resolve()))
    with suppress(ImportError, KeyError):  # what HOME says may be another one
        homes.add(importlib.import_module("pwd").getpwuid(os.getuid()).pw_dir)
    users = {os.environ.get(name, "") for name in ("USER", "USERNAME", "LOGNAME", "LNAME")}
    with suppress(Exception):  # where the account has no name, getpass raises what it likes
        users.add(getpass.getuser())
    hosts = {socket.gethostname(), platform.node(), os.environ.get("COMPUTERNAME", ""), os.environ.get("HOSTNAME", "")}
    hosts |= {host.partition(".")[0] for host in hosts}
    return Whose(_longest(homes), _longest(users), _longest({host for host in hosts if host not in NOT_HOSTS}))


def redacted(text: str, whose: "Whose | None" = None) -> str:
    """``text`` without keys, passwords, addresses, homes, and the names of user and host.

    ``whose`` are the names; None: those of this account.
    """
    whose = whose or of_this_account()
    for home in whose.homes:
        if home.strip("/\\"):  # not the root of all files
            text = _path(home).sub(HOME, text)
    text = re.sub(HOMES, HOME, text)
    for rule, instead in RULES:
        text = rule.sub(instead, text)
    for names, instead in ((whose.hosts, HOST), (whose.users, USER)):
        for name in names:
            text = _word(name).sub(instead, text)
    return text


def _longest(names: "set[str]") -> Tuple[str, ...]:
    return tuple(sorted({name for name in names if name}, key=lambda name: (-len(name), name)))


def _path(home: str) -> "Pattern[str]":
    """A folder however its separators are written (``C:\\\\Users`` in JSON); on Windows letters have no case."""
    parts = re.split(r"[/\\]+", home.rstrip("/\\"))
    flags = re.IGNORECASE if re.match(r"[A-Za-z]:", home) else 0
    return re.compile(r"[/\\]{1,2}".join(map(re.escape, parts)), flags)


def _word(name: str) -> "Pattern[str]":
    """A name that is not part of a longer word, nor one of the words that stand for what was taken out."""
    return re.compile(rf"(?<![\w<]){re.escape(name)}(?![\w>])", re.IGNORECASE)
