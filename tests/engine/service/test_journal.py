"""The journal, read back with SQLite itself."""

import sqlite3

import pytest

from wholescene.service.journal import KEPT_JOBS, Journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "journal.sqlite"


def test_the_last_state_is_on_disk_at_once(path):
    journal = Journal(path, "one")
    for state in ("queued", "planning"):
        journal.record("j1", state, {"preset": "p"}, "/out.tif")
    other = sqlite3.connect(path)
    assert other.execute("SELECT state, output FROM jobs").fetchall() == [("planning", "/out.tif")]
    other.close()
    journal.close()


def test_what_was_left_running_fails_and_names_its_part_file(path):
    journal = Journal(path, "one")
    journal.record("running", "decoding", {}, "/out.tif", "/out.part.tif")
    journal.record("waiting", "queued", {})
    journal.record("finished", "done", {})
    journal.close()
    journal = Journal(path, "one")
    left = {job: part and str(part) for job, part in journal.fail_left_behind()}
    assert left == {"running": "/out.part.tif", "waiting": None}
    assert journal.fail_left_behind() == []
    died = journal.find("running")
    assert died["error"]["code"] == "job.engine_died"
    assert died["error"]["params"] == {"state": "decoding"}  # what it was doing
    assert died["output"] == "/out.tif"
    assert journal.find("waiting")["error"]["params"] == {"state": "queued"}
    assert journal.find("finished")["state"] == "done"
    assert journal.find("nobody") is None
    journal.close()


def test_jobs_of_another_engine_are_left_alone(path):
    here, there = Journal(path, "here"), Journal(path, "there")
    there.record("theirs", "decoding", {})
    assert here.fail_left_behind() == []
    assert there.find("theirs")["state"] == "decoding"
    here.close()
    there.close()


def test_a_damaged_journal_is_put_aside(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database, " * 500)
    journal = Journal(path, "one")
    journal.record("j1", "queued", {})
    journal.close()
    assert path.with_name("journal.sqlite.damaged").read_bytes().startswith(b"this is no database")
    assert Journal(path, "one").find("j1")["state"] == "queued"


def test_a_journal_that_cannot_be_written_stops_nothing(path):
    path.mkdir(parents=True)
    journal = Journal(path, "one")
    journal.record("j1", "queued", {})
    assert journal.find("j1")["state"] == "queued"


def test_it_does_not_grow_for_ever(path):
    journal = Journal(path, "one")
    for number in range(KEPT_JOBS + 5):
        journal.record(f"j{number}", "done", {})
    journal.fail_left_behind()
    assert journal.find("j4") is None
    assert journal.find(f"j{KEPT_JOBS + 4}") is not None
    journal.close()
