"""Options for comparisons, from the command line to the request."""

import argparse

import pytest

from wholescene.cli import modes
from wholescene.wire.request import SegmentRequest


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    parser.set_defaults(parser=parser)
    modes.add_options(parser)
    return modes.fields(parser.parse_args(arguments))


def asked(*arguments):
    return SegmentRequest(("a.tif",), "p", **parsed(*arguments))


def test_nothing_said_is_the_request_without_these_fields():
    assert asked() == SegmentRequest(("a.tif",), "p")


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        (["--mode", "crop"], {"mode": "crop"}),
        (
            ["--mode", "crop", "--crop", "1024", "--overlap", "0.25", "--weighting", "gaussian"],
            {"mode": "crop", "crop": 1024, "overlap": 0.25, "weighting": "gaussian"},
        ),
        (["--mode", "crop", "--overlap", "0"], {"mode": "crop", "overlap": 0}),
        (["--spim-stages", "3,1,2"], {"spim_stages": (1, 2, 3)}),
        (["--spim-stages", "none"], {"spim_stages": ()}),
        (["--spim-heads", "8"], {"spim_heads": 8}),
        (
            ["--spim-within", "grid", "--spim-grid", "1024,2048"],
            {"spim_within": "grid", "spim_grid": (1024, 2048)},
        ),
    ],
)
def test_what_is_said_reaches_the_request(arguments, fields):
    assert asked(*arguments) == SegmentRequest(("a.tif",), "p", **fields)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--crop", "512"],
        ["--overlap", "0.5"],
        ["--weighting", "gaussian"],
        ["--mode", "crop", "--crop", "31"],
        ["--mode", "crop", "--overlap", "1"],
        ["--mode", "crop", "--overlap", "nan"],
        ["--mode", "crop", "--overlap", "half"],
        ["--mode", "crop", "--spim-within", "grid"],
        ["--spim-grid", "512,512"],
        ["--spim-within", "grid", "--spim-grid", "512"],
        ["--spim-within", "grid", "--spim-grid", "500,512"],
        ["--spim-stages", "all"],
        ["--spim-stages", ""],
        ["--spim-heads", "0"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_ends_with_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        parsed(*arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
