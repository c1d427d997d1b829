"""``wholescene plan`` from end to end."""

import json

import pytest

from wholescene.cli.main import main


@pytest.fixture
def scene(tmp_path):
    """A scene of 12,800² pixels without a single stored block."""
    import rasterio
    from rasterio.transform import from_origin

    path = tmp_path / "large.tif"
    profile = {"driver": "GTiff", "width": 12_800, "height": 12_800, "count": 3, "dtype": "uint8", "tiled": True}
    place = {"crs": "EPSG:32632", "transform": from_origin(560_000, 5_310_000, 4, 4)}
    with rasterio.open(path, "w", SPARSE_OK=True, **profile, **place):
        return path


def as_json(capsys, *arguments):
    assert main(["plan", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_plan_for_four_gpus_that_are_not_here(scene, capsys):
    """Stage maps of 3.93, 1.97, 0.98 and 0.49 GB, on four devices of 24 GiB, with the margins of their regions."""
    devices = ("--devices", 4, "--device-memory", "24GiB", "--memory", "256GiB")
    found = as_json(capsys, scene, "--preset", "fbp", *devices)
    assert found["devices"] == {"kind": "cuda", "count": 4, "assumed": True}
    assert found["network"] == {"height": 12_800, "width": 12_800}
    planned = found["schedule"]
    sizes = {entry["feature"]: entry["bytes"] / 1e9 for entry in planned["maps"]}
    for stage, gigabytes in enumerate((3.93, 1.97, 0.98, 0.49)):
        assert sizes[f"stage{stage}"] == pytest.approx(gigabytes, rel=0.08)
        assert planned["attention"][stage]["pooled"] is False
    assert planned["device_bytes"] <= 24 << 30
    assert planned["exchange"]["attention"] / 1e9 == pytest.approx(11.8 + 5.9 + 2.9 + 1.5, rel=0.02)
    assert not found["ready"]
    assert "wholescene import" in found["missing"]


def test_the_tables_say_what_will_be(scene, capsys):
    assert main(["plan", str(scene), "--preset", "water-lite", "--ranks", "2", "--memory", "4GiB"]) == 0
    told = capsys.readouterr().out
    for words in (
        "12,800 × 12,800 pixels with water-lite",
        "2 ranks, ",
        "at most 1 region each",
        "stage3.spim",
        "10,000 pooled",
        "together",
    ):
        assert words in told
    assert "cannot run yet" not in told


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_cut_off_or_broken_up(scene, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    main(["plan", str(scene), "--preset", "fbp", "--devices", "4", "--device-memory", "24GiB", "--memory", "256GiB"])
    told = capsys.readouterr().out
    assert "…" not in told
    row = next(line for line in told.splitlines() if line.startswith("stage0.spim") and "pooled" in line)
    assert row.split()[:5] == ["stage0.spim", "10,240,000", "10,240,000", "not", "pooled"]
    assert row.rstrip().endswith("GB")


def test_what_cannot_fit_is_refused_with_numbers(scene, capsys):
    assert main(["plan", str(scene), "--preset", "fbp", "--memory", "8GiB", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "plan.memory"
    assert error["params"]["allowed_mb"] == 8589
    assert error["params"]["needed_mb"] > 15_000


@pytest.mark.parametrize(
    "wrong",
    [
        ("--memory", "8cows"),
        ("--ranks", "0"),
        ("--ranks", "2", "--devices", "4"),
        ("--device", "cpu", "--device-memory", "24GiB"),
    ],
)
def test_options_that_make_no_sense_show_the_usage(scene, capsys, wrong):
    with pytest.raises(SystemExit) as caught:
        main(["plan", str(scene), "--preset", "water-lite", *wrong])
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_gpus_of_unknown_size_that_are_not_here(scene, capsys):
    assert main(["plan", str(scene), "--preset", "water-lite", "--devices", "64"]) == 1
    assert "--device-memory" in capsys.readouterr().err


def test_half_precision_was_not_validated(scene, capsys):
    assert main(["plan", str(scene), "--preset", "water-lite", "--precision", "fp16"]) == 1
    assert "compute.precision" in capsys.readouterr().err
