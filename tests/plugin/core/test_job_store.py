"""Notes of running jobs in the profile."""

import json
import subprocess
import sys

import pytest
from qgis.core import QgsSettings
from wholescene_qgis.core.job import Job
from wholescene_qgis.core.job_store import SETTING, JobStore


@pytest.fixture(autouse=True)
def clean():
    QgsSettings().remove(SETTING)
    yield
    QgsSettings().remove(SETTING)


def job(job_id):
    return Job({"sources": ["/scene.tif"], "preset": "p"}, "scene", "P", id=job_id)


def ids(store):
    return [found.id for found in store.left_behind()]


def test_what_is_noted_is_found_until_it_is_forgotten():
    JobStore().note(job("a"))
    JobStore().note(job("b"))
    assert ids(JobStore()) == ["a", "b"]
    JobStore().forget(job("a"))
    assert ids(JobStore()) == ["b"]


def test_a_note_is_renewed():
    store, noted = JobStore(), job("a")
    store.note(noted)
    noted.output = "/out.tif"
    store.note(noted)
    assert [found.output for found in store.left_behind()] == ["/out.tif"]


def own_by(pid):
    records = json.loads(QgsSettings().value(SETTING))
    records["a"]["owner"] = pid
    QgsSettings().setValue(SETTING, json.dumps(records))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot be asked whether a process lives")
def test_jobs_of_another_living_qgis_are_left_to_it():
    JobStore().note(job("a"))
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    own_by(other.pid)
    assert ids(JobStore()) == []
    other.communicate(b"\n")
    assert ids(JobStore()) == ["a"]


@pytest.mark.parametrize("text", ["", "no json", "[1]", '{"x": 3}', '{"x": {"id": "x"}}'])
def test_damaged_notes_are_no_harm(text):
    QgsSettings().setValue(SETTING, text)
    assert ids(JobStore()) == []
    JobStore().note(job("a"))
    assert ids(JobStore()) == ["a"]
