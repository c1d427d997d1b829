"""Splits go by scene, and what shows the same ground stays together."""

import pytest

from wholescene.training.data import Pair, Part
from wholescene.training.data.splits import by_folder, divide, read_split
from wholescene.wire.errors import SplitInvalid, SplitLeak

NAMES = ("t1", "t2", "t3", "vienna1", "vienna2", "vienna10")


def pairs(names=NAMES, group=None):
    return [Pair(name, (f"{name}.tif",), None, group or name) for name in names]


def split_of(tmp_path, text):
    path = tmp_path / "split.toml"
    path.write_text(text)
    return read_split(path)


def divided(tmp_path, text, *, complete=True, of=None):
    found = divide(of or pairs(), split_of(tmp_path, text), "split.toml", complete=complete)
    return {name: [pair.name for pair in chosen] for name, chosen in found.splits.items()}, found


def test_names_patterns_and_the_rest(tmp_path):
    found, _ = divided(tmp_path, 'rest = "train"\nval = ["vienna?"]\ntest = ["t2"]')
    assert found == {"train": ["t1", "t3", "vienna10"], "val": ["vienna1", "vienna2"], "test": ["t2"]}


def test_what_is_not_named_is_left_out(tmp_path):
    assert divided(tmp_path, 'train = ["t1"]')[0] == {"train": ["t1"]}


def test_a_scene_that_is_not_there_is_an_error_in_ones_own_split_and_a_note_in_a_published_one(tmp_path):
    with pytest.raises(SplitInvalid, match="there is no labelled scene t9"):
        divided(tmp_path, 'train = ["t1", "t9"]')
    found, whole = divided(tmp_path, 'train = ["t1", "t9"]', complete=False)
    assert found == {"train": ["t1"]}
    assert "t9" in whole.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        'groups = [["t1", "t3"]]\ntrain = ["t1"]\ntest = ["t3"]',
        'train = ["t1"]\nval = ["t*"]',
        'train = [{scenes = "t1", columns = [0, 100]}]\ntest = [{scenes = "t1", columns = [99]}]',
        'train = [{scenes = "t1", columns = [0, 100]}]\ntest = ["t1"]',
    ],
    ids=["group", "twice", "overlapping parts", "part of the whole"],
)
def test_a_leak_is_an_error(tmp_path, text):
    with pytest.raises(SplitLeak, match="share t1"):
        divided(tmp_path, text)


def test_parts_that_do_not_overlap_are_no_leak(tmp_path):
    text = 'train = [{scenes = "t1", columns = [0, 100]}]\ntest = [{scenes = "t1", rows = [0, 9], columns = [100]}]'
    _, found = divided(tmp_path, text)
    assert found.splits["train"][0].part == Part(columns=(0, 100))
    assert found.splits["test"][0].part == Part((0, 9), (100, None))


def test_ground_may_be_shared_where_the_split_says_so(tmp_path):
    text = 'train = ["t1"]\nval = ["t3"]\ntest = ["t2"]\ngroups = [["t1", "t3"]]\nmay_share = [["val", "train"]]'
    _, found = divided(tmp_path, text)
    assert "t1 and t3" in found.notes[0]
    with pytest.raises(SplitLeak, match="train and test share"):
        divided(tmp_path, text.replace('test = ["t2"]', 'test = ["t3"]').replace('val = ["t3"]', 'val = ["t2"]'))


def test_one_group_of_the_data_set_stays_together(tmp_path):
    with pytest.raises(SplitLeak, match=r"t1 and t2 \(group place\)"):
        divided(tmp_path, 'train = ["t1"]\ntest = ["t2"]', of=pairs(group="place"))


def test_folders_are_a_split_too_and_may_leak(tmp_path):
    chosen = [("train", pairs()[0]), ("val", pairs()[1]), (None, pairs()[2])]
    split = split_of(tmp_path, "")
    found = by_folder(chosen, split, "folder").splits
    assert {name: [pair.name for pair in there] for name, there in found.items()} == {
        "train": ["t1", "t3"],
        "val": ["t2"],
    }
    with pytest.raises(SplitLeak):
        by_folder(chosen, split_of(tmp_path, 'groups = [["t1", "t2"]]'), "folder")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("train = 3", "train"),
        ('tran = ["t1"]', "tran"),
        ('train = [{scenes = "t1", columns = []}]', "columns"),
        ('train = [{scenes = "t1", columns = [-5]}]', "columns"),
        ("train = [", "TOML"),
    ],
)
def test_a_broken_file_is_refused_with_the_field(tmp_path, text, detail):
    with pytest.raises(SplitInvalid) as caught:
        split_of(tmp_path, text)
    assert detail.casefold() in caught.value.message.casefold()


def test_a_part_named_twice_would_count_twice(tmp_path):
    with pytest.raises(SplitInvalid, match="names t1 twice"):
        divided(tmp_path, 'train = ["t1", {scenes = "t1", rows = [3, 4]}]')
    assert divided(tmp_path, 'train = ["t1", "t1"]')[0] == {"train": ["t1"]}


def test_the_rest_has_to_be_a_split(tmp_path):
    with pytest.raises(SplitInvalid, match="rest"):
        divided(tmp_path, 'rest = "others"')


def test_no_file_is_told(tmp_path):
    with pytest.raises(SplitInvalid):
        read_split(tmp_path / "none.toml")
