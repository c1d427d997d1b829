"""Programs that an installation runs: nothing of them is left behind."""

import os
import time
from pathlib import Path

import pytest
from wholescene_qgis.core.install.process import TOO_LATE, run_python
from wholescene_qgis.wire.errors import Cancelled

PYTHON = "/usr/bin/python3"
# a program with a child that takes no hint
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(300)"
child = subprocess.Popen([sys.executable, "-c", child])
partial = sys.argv[1] + ".part"
open(partial, "w").write(f"{os.getpid()} {child.pid}")
os.replace(partial, sys.argv[1])
time.sleep(300)
"""


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_it_says_and_how_it_ends():
    told = run_python(PYTHON, ["-c", "import sys; print('ä'); sys.stderr.write('oh.\\n'); sys.exit(3)"], lambda: True)
    assert (told.code, told.said, told.complained) == (3, "ä\n", "oh.\n")
    assert told.last_words() == "oh"


def test_one_that_is_killed_has_not_done_well():
    told = run_python(PYTHON, ["-c", "import os; os.kill(os.getpid(), 9)"], lambda: True)
    assert not told.well


def test_cancelling_ends_it_and_its_children(tmp_path):
    note = tmp_path / "pids"
    with pytest.raises(Cancelled):
        run_python(PYTHON, ["-c", STUBBORN, str(note)], lambda: not note.exists())
    pids = [int(pid) for pid in note.read_text().split()]
    until = time.monotonic() + 5
    while any(lives(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in pids if lives(pid)] == []


def test_one_that_takes_too_long_is_ended():
    told = run_python(PYTHON, ["-c", "import time; time.sleep(300)"], lambda: True, seconds=1)
    assert told.code == TOO_LATE


def test_it_sees_nothing_of_qgis(monkeypatch):
    for name in ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "GDAL_DATA", "PROJ_LIB", "QT_PLUGIN_PATH"):
        monkeypatch.setenv(name, "/of/qgis")
    told = run_python(
        PYTHON, ["-c", "import os; print(sorted(n for n in os.environ if os.environ[n] == '/of/qgis'))"], lambda: True
    )
    assert told.said.strip() == "[]"
    assert os.environ["PYTHONHOME"] == "/of/qgis"
