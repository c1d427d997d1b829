"""Amounts of memory: decimal and binary prefixes (IEC 80000-13) are not the same."""

import pytest

from wholescene.wire.errors import SizeInvalid
from wholescene.wire.sizes import parse_size, size_words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("8GiB", 8_589_934_592),
        ("24GB", 24_000_000_000),
        ("512MiB", 536_870_912),
        ("1.5 GiB", 1_610_612_736),
        ("100kb", 100_000),
        ("2tib", 2_199_023_255_552),
        ("1000000", 1_000_000),
        (" 7 B ", 7),
    ],
)
def test_sizes_are_read(text, count):
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "GiB", "8 cows", "-1GB", "0", "0.1B", "1e9", "1,5GB", "8G", "nan", "٣GB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(SizeInvalid) as caught:
        parse_size(text)
    assert caught.value.code == "size.invalid"
    assert "512MiB" in caught.value.message


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (17_040, "17.0 kB"),
        (491_520_000, "492 MB"),
        (999_600_000, "1.00 GB"),
        (3_932_160_000, "3.93 GB"),
        (139_000_000_000, "139 GB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes_are_written_with_three_digits(count, words):
    assert size_words(count) == words
