"""``wholescene doctor`` from end to end."""

import json

import pytest

from wholescene.cli.main import main
from wholescene.holistic import doctor
from wholescene.holistic.doctor import Finding


def test_this_installation_is_well(capsys):
    """The presets that are shipped are ready, and maps can be written: nothing else is needed."""
    main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    topics = {finding["topic"]: finding for finding in found["findings"]}
    assert topics["presets"]["status"] == "ok"
    assert "water-lite" in topics["presets"]["finding"]
    assert topics["GDAL"]["finding"].split()[2:4] == ["GTiff,", "COG,"]
    assert "\n" not in found["status_line"]


@pytest.mark.parametrize("columns", [80, 120])
def test_findings_stand_in_rows(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= columns for line in lines)
    assert any(line.split()[1:2] == ["WholeScene"] for line in lines)


@pytest.mark.parametrize(("status", "code"), [("ok", 0), ("note", 0), ("problem", 1)])
def test_only_problems_fail(capsys, monkeypatch, status, code):
    finding = Finding("scratch", "/full/of/things [bold]", status, "Tidy up.")
    monkeypatch.setattr(doctor, "findings", lambda: [finding])
    assert main(["doctor"]) == code
    told = capsys.readouterr().out
    assert "/full/of/things [bold]" in told
    assert "Tidy up." in told


def test_the_report_holds_findings_and_logs_but_no_names_and_keys(capsys, engine_home, monkeypatch):
    finding = Finding("scratch", "/home/ada/scratch, 5 GB free", "ok", "Tidy up.")
    monkeypatch.setattr(doctor, "findings", lambda: [finding])
    (engine_home / "data").mkdir(parents=True)
    (engine_home / "data" / "worker.log").write_text(f"token=hunter2 {'ab' * 32}\nlast words\n")
    assert main(["doctor", "--report"]) == 0
    told = capsys.readouterr().out
    for words in ("[ok] scratch: ~/scratch, 5 GB free", "Tidy up.", "## worker.log", "token=<key> <key>", "last words"):
        assert words in told
    assert "hunter2" not in told
