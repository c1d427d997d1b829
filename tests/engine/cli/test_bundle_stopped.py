"""A bundle that is stopped politely, as at the end of a session: nothing half made stays."""

import signal
import subprocess
import sys

from small_wheels import write_wheel
from wholescene import __version__

WORK = """
import os, signal, sys
from wholescene.bundling import make as making
from wholescene.cli.main import main

def collecting(*_args, **_how):
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()

making.collect = collecting  # the moment: pip is at work
sys.exit(main(["bundle", "--without-python", "--output", sys.argv[1], "--wheel", sys.argv[2]]))
"""


def test_a_polite_kill_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    wheel = write_wheel(tmp_path, "wholescene", __version__)
    command = [sys.executable, "-c", WORK, str(folder / "bundle.zip"), str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 128 + signal.SIGINT, done.stderr  # as after Ctrl-C; refused for another reason: 1
    assert list(folder.iterdir()) == []
