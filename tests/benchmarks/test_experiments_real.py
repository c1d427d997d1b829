"""The real experiment: its recipes cost alike, and what is committed sees the test scene, once."""

import hashlib
import subprocess

import msgspec
import pytest
from benchmarks.experiments import real
from benchmarks.experiments.ledger import RESULT, Ledger
from benchmarks.experiments.variants import cells

from wholescene.training.config import Config, read_config


def test_the_recipes_are_configurations_of_train_and_see_as_many_pixels():
    assert len(list(real.TOMLS.glob("*.toml"))) == 6
    for path in real.TOMLS.glob("*.toml"):
        config = read_config(path)
        assert sum(stage.steps * stage.batch * stage.size**2 for stage in config.stages) == 200 * 2_097_152
        assert path.stem == config.preset.name


def test_variants_read_the_scenes_of_the_work_folder(tmp_path):
    found = real.variants(tmp_path)
    assert [variant.name for variant in found][:3] == ["crop-256", "crop-512", "crop-1024"]
    for variant in found:
        config = msgspec.convert(variant.config, Config)
        assert config.data.sources[0].folder == str(tmp_path / "dubai")
        assert variant.split == "val"


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with one recipe, not committed yet."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "crop-256.toml").write_bytes((real.TOMLS / "crop-256.toml").read_bytes())
    monkeypatch.setattr(real, "TOMLS", folder)
    return folder


def trained(work):
    planned = list(cells("real", real.variants(work), 2))
    for cell in planned:
        folder = work / "runs" / cell.key
        folder.mkdir(parents=True)
        (folder / RESULT).write_text("{}")
    return planned


def test_only_committed_recipes_see_the_test_scene(repository, tmp_path):
    planned = trained(tmp_path)
    with pytest.raises(real.Uncommitted):
        real.test(planned, Ledger(tmp_path / "log.jsonl"), tmp_path)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "recipe")
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert real.commit_of(repository / "crop-256.toml") == head.stdout.strip()
    (repository / "crop-256.toml").write_text("changed = true\n")
    with pytest.raises(real.Uncommitted):
        real.commit_of(repository / "crop-256.toml")


def test_each_recipe_and_seed_sees_it_once(repository, tmp_path, monkeypatch):
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "recipe")
    planned, log, looked = trained(tmp_path), Ledger(tmp_path / "log.jsonl"), []

    def evaluation(cell, toml, told, commit, work):
        looked.append(cell.seed)
        return {"toml_sha256": told, "seed": cell.seed, "commit": commit}

    monkeypatch.setattr(real, "evaluation", evaluation)
    real.test(planned[:1], log, tmp_path)
    real.test(planned, log, tmp_path)
    real.test(planned, log, tmp_path)
    assert looked == [0, 1]
    told = hashlib.sha256((repository / "crop-256.toml").read_bytes()).hexdigest()
    assert {line["toml_sha256"] for line in log.lines()} == {told}


def test_what_is_not_trained_is_not_tested(repository, tmp_path):
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "recipe")
    log = Ledger(tmp_path / "log.jsonl")
    real.test(list(cells("real", real.variants(tmp_path), 1)), log, tmp_path)
    assert log.lines() == []
