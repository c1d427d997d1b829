"""docs/peers.md names tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "peers.md").read_text("utf-8"))))


def test_all_ten_complaints_name_a_test():
    rows = re.findall(r"^\| (\d+) \|.*`tests/", (ROOT / "docs" / "peers.md").read_text("utf-8"), flags=re.MULTILINE)
    assert rows == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_the_named_tests_exist(file, test):
    assert re.search(rf"^ *def {test}\(", (ROOT / file).read_text("utf-8"), flags=re.MULTILINE)
