"""A command in a network namespace of its own, in which there is this machine and nothing else.

    python no_network.py COMMAND …

Needs ``unshare`` of util-linux and, for who is not root, user namespaces.
"""

import fcntl
import os
import shutil
import socket
import struct
import sys

SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40


def command(*arguments):
    """The command line that runs ``arguments`` without a network."""
    return [shutil.which("unshare"), "--map-root-user", "--net", sys.executable, "-I", __file__, *map(str, arguments)]


def raise_loopback():
    """Let this machine reach itself, as it can everywhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        fcntl.ioctl(door, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))


def is_cut_off():
    """Whether no packet gets out: there is no route to anywhere (a documentation address, RFC 5737)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        try:
            door.connect(("192.0.2.1", 80))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    raise_loopback()
    os.execvp(sys.argv[1], sys.argv[1:])
