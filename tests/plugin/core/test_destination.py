"""Where a class map goes when no file was named."""

import os

import pytest
from wholescene_qgis.core import destination
from wholescene_qgis.core.destination import folder_for, free_output
from wholescene_qgis.wire.errors import OutputUnwritable


@pytest.fixture
def read_only(monkeypatch):
    """Folders that may not be written to; root may write anywhere, so the system's answer is replaced."""
    closed = set()
    monkeypatch.setattr(destination.os, "access", lambda path, mode: path not in closed)
    return closed


def test_beside_the_scene_if_possible(tmp_path, read_only):
    (tmp_path / "project").mkdir()
    assert folder_for(str(tmp_path / "scene.tif"), str(tmp_path / "project")) == tmp_path


def test_else_in_the_folder_of_the_project(tmp_path, read_only):
    (tmp_path / "project").mkdir()
    read_only.add(str(tmp_path))
    assert folder_for(str(tmp_path / "scene.tif"), str(tmp_path / "project")) == tmp_path / "project"


@pytest.mark.parametrize("project", ["", "project"])
def test_never_anywhere_else_without_saying_so(tmp_path, read_only, project):
    read_only.update({str(tmp_path), str(tmp_path / "project")})
    with pytest.raises(OutputUnwritable):
        folder_for(str(tmp_path / "scene.tif"), str(tmp_path / project) if project else "")


@pytest.mark.parametrize("occupant", ["a.tif", "a.tif.aux.xml", "a.tif.ovr", "a.tif.msk"])
def test_names_are_numbered_until_nothing_is_in_the_way(tmp_path, occupant):
    (tmp_path / occupant).touch()
    assert free_output(tmp_path, "a") == tmp_path / "a_2.tif"


def test_a_broken_link_is_in_the_way_too(tmp_path):
    os.symlink(str(tmp_path / "gone"), str(tmp_path / "a.tif"))
    assert free_output(tmp_path, "a") == tmp_path / "a_2.tif"


def test_so_are_the_maps_of_jobs_under_way(tmp_path):
    assert free_output(tmp_path, "a", {str(tmp_path / "a.tif"), str(tmp_path / "a_2.tif")}) == tmp_path / "a_3.tif"
