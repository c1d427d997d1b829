"""What an installation on another machine would miss."""

import pytest
from packaging.requirements import Requirement

from small_wheels import write_wheel
from wholescene.bundling.completeness import lacks, require_all
from wholescene.bundling.target import Target
from wholescene.bundling.wheels import Wheel, wheels_in
from wholescene.wire.errors import BundlingIncomplete, BundlingWheel

WINDOWS, LINUX = Target("windows-x86_64", "3.12"), Target("linux-x86_64", "3.12")


def told(folder, *roots, target=WINDOWS):
    return [str(lack) for lack in lacks(map(Requirement, roots), wheels_in(folder), target, "the list")]


def test_all_that_is_needed_is_followed_to_its_end(tmp_path):
    write_wheel(tmp_path, "a", "1.0", ["b>=1"])
    write_wheel(tmp_path, "b", "1.0", ["C.c_c"])
    write_wheel(tmp_path, "c-c-c", "1.0", ["d", "a"])  # a circle, too
    assert told(tmp_path, "a") == ["d, needed by c-c-c, is not there"]
    write_wheel(tmp_path, "d", "1.0")
    assert told(tmp_path, "a") == []


@pytest.mark.parametrize(
    ("wheel", "why"),
    [
        ({"version": "1.9"}, "b>=2, needed by a, is there as 1.9 only"),
        ({"tag": "cp312-cp312-manylinux_2_28_x86_64"}, "is there for other platforms only"),
        ({"tag": "cp311-cp311-win_amd64"}, "is there for other platforms only"),
        ({"tag": "cp312-cp312-win_arm64"}, "is there for other platforms only"),
        ({"python": ">=3.13"}, "wants Python >=3.13"),
    ],
)
def test_a_wheel_that_does_not_fit_is_told(tmp_path, wheel, why):
    write_wheel(tmp_path, "a", "1.0", ["b>=2"])
    write_wheel(tmp_path, "b", **{"version": "2.0", **wheel})
    assert why in told(tmp_path, "a")[0]
    write_wheel(tmp_path, "b", "2.1", tag="cp39-abi3-win_amd64")  # one beside it that does
    assert told(tmp_path, "a") == []


def test_markers_count_for_there_and_not_for_here(tmp_path):
    write_wheel(tmp_path, "a", "1.0", ["colorama ; sys_platform == 'win32'", "uvloop ; sys_platform != 'win32'"])
    assert told(tmp_path, "a") == ["colorama, needed by a, is not there"]
    assert told(tmp_path, "a", target=LINUX) == ["uvloop, needed by a, is not there"]


def test_extras_count_where_they_are_asked_for(tmp_path):
    write_wheel(tmp_path, "a", "1.0", ["b ; extra == 'more'", "c"])
    write_wheel(tmp_path, "c", "1.0")
    write_wheel(tmp_path, "d", "1.0", ["a[more]"])
    assert told(tmp_path, "a") == []
    assert told(tmp_path, "a", "d") == ["b, needed by a, is not there"]


def test_all_of_it_is_in_the_error(tmp_path):
    with pytest.raises(BundlingIncomplete) as raised:
        require_all([Requirement("a"), Requirement("b==2")], [], WINDOWS, "the list")
    assert "a, needed by the list" in raised.value.message
    assert "b==2, needed by the list" in raised.value.message
    assert "windows-x86_64" in raised.value.message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a-1.0-py3-none-any.whl", b"no zip"),
        ("a-1.0.whl", None),
        ("a-1.0-py3-none-any.whl", b""),
    ],
)
def test_what_is_no_wheel_is_told(tmp_path, name, content):
    path = write_wheel(tmp_path / "good", "a", "1.0").rename(tmp_path / name)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BundlingWheel) as raised:
        Wheel.read(path)
    assert str(path) in raised.value.message


def test_metadata_that_cannot_be_read_is_told(tmp_path):
    path = write_wheel(tmp_path, "a", "1.0", ["b >=>1"])
    with pytest.raises(BundlingWheel):
        Wheel.read(path)
