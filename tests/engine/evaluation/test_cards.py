"""The figures on the cards of shipped presets come out again from an evaluation of the same scenes."""

import re
import subprocess
import sys

import pytest

from wholescene.evaluation.run import evaluate
from wholescene.evaluation.settings import settings
from wholescene.presets.zoo import Zoo, shipped_folder

ROUNDED = 0.0006  # cards have three digits
SHIPPED = sorted(path.parent.name for path in shipped_folder().glob("*/weights.safetensors"))
PRAIRIE = re.compile(r"NAIP east (\d{4})-(\d\d)-(\d\d)")
DUBAI = {"t2": "val", "u13": "test"}


def figures(preset):
    """From all tables of a card with a column "scene": figures by scene and column."""
    found, headings = {}, []
    for line in (shipped_folder() / preset / "card.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            headings = []
        elif not headings:
            headings = cells
        elif headings[0] == "scene" and not set(line) <= set("|-: "):
            row = {name: cell for name, cell in zip(headings, cells, strict=True) if re.fullmatch(r"[01]\.\d+", cell)}
            found.setdefault(cells[0], {}).update({name: float(cell) for name, cell in row.items()})
    return found


def measured(preset, data, output, **fields):
    """The same columns from `wholescene evaluate`: IoU and F1 of water, or IoU by class and their means."""
    wanted = settings({"preset": preset, "data": str(data), **fields})
    result = evaluate(wanted, output, zoo=Zoo([shipped_folder()]))
    for scene in result.scenes:
        scores = scene.rows[0].row.scores
        columns = {"OA": scores.oa, **{entry.name: entry.iou for entry in scores.classes}}
        if len(scores.classes) == 2:
            columns |= {"IoU": scores.classes[1].iou, "F1": scores.classes[1].f1}
        else:
            others = [entry.iou for entry in scores.classes if entry.name != "vegetation"]
            columns |= {"mIoU": scores.miou, "mIoU without vegetation": sum(others) / len(others)}
        yield scene.name, columns


def assert_told(told, found, scene):
    same = set(told) & set(found)
    assert same, f"the card tells nothing of {scene} that could be measured"
    for column in same:
        assert found[column] == pytest.approx(told[column], abs=ROUNDED), (scene, column)


@pytest.mark.parametrize("preset", SHIPPED)
def test_every_shipped_card_has_figures_of_the_test_scenes(preset):
    told = figures(preset)
    assert "u13" in told
    if len(Zoo([shipped_folder()]).load(preset).classes) == 2:
        assert len([scene for scene in told if PRAIRIE.fullmatch(scene)]) == 7


def of_the_prairie(preset):
    """The rows of the card by what `wholescene evaluate` calls the scenes."""
    return {
        "".join(match.groups()): row for scene, row in figures(preset).items() if (match := PRAIRIE.fullmatch(scene))
    }


@pytest.mark.parametrize("preset", filter(of_the_prairie, SHIPPED))
def test_the_prairie_of_the_card_comes_out_again(preset, shared_data, tmp_path):
    told = of_the_prairie(preset)
    found = dict(measured(preset, shared_data / "naip", tmp_path, format="naip"))
    assert set(found) == set(told)
    for scene, columns in found.items():
        assert_told(told[scene], columns, scene)


@pytest.mark.full
@pytest.mark.parametrize("preset", SHIPPED)
def test_the_dubai_scenes_of_the_card_come_out_again(preset, shared_data, tmp_path):
    subprocess.run([sys.executable, shared_data / "dubai" / "build.py", tmp_path / "dubai"], check=True)
    told = figures(preset)
    water = len(Zoo([shipped_folder()]).load(preset).classes) == 2
    for scene, split in DUBAI.items():
        fields = {"format": "dubai:water" if water else "dubai", "split": split}
        found = dict(measured(preset, tmp_path / "dubai", tmp_path, **fields))
        assert_told(told[scene], found[scene], scene)
