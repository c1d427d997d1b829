"""The ``wholescene`` command: finds the subcommand, turns errors into a few lines and an exit code."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Sequence

from .. import __version__
from ..wire.errors import Cancelled, InternalError, WholeSceneError
from ..wire.report import visible
from . import (
    attention,
    bundle,
    dataset,
    demo,
    doctor,
    evaluate,
    finetune,
    import_weights,
    landscape,
    plan,
    presets,
    register,
    segment,
    serve,
    shutdown,
    status,
    train,
)

COMMANDS = (
    segment,
    attention,
    plan,
    doctor,
    presets,
    import_weights,
    dataset,
    train,
    finetune,
    evaluate,
    serve,
    status,
    shutdown,
    register,
    bundle,
    landscape,
    demo,
)
DONE, FAILED, INTERRUPTED = 0, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; 0 done, 1 an error, 2 wrong usage, 130 stopped by Ctrl-C."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    args = parser().parse_args(_with_negative_numbers(arguments))
    try:
        return int(args.run(args))
    except (KeyboardInterrupt, Cancelled):
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except WholeSceneError as error:
        report(error, as_json=getattr(args, "json", False))
        return FAILED
    except BrokenPipeError:  # "| head" has read enough
        sys.stderr.close()
        return FAILED
    except Exception as fault:  # ours: say so, with the place for the report
        traceback.print_exc(limit=-3)
        report(InternalError(detail=f"{type(fault).__name__}: {fault}"), as_json=getattr(args, "json", False))
        return FAILED


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="wholescene",
        description="Segment a whole remote-sensing scene at once: one scene, one answer.",
    )
    top.add_argument("--version", action="version", version=f"wholescene {__version__}")
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.register(subparsers)
    return top


def report(error: WholeSceneError, *, as_json: bool = False) -> None:
    """Say what is wrong and the way out: for machines on stdout, for people on stderr."""
    if as_json:
        print(json.dumps({"error": error.to_dict()}, indent=1))
        return
    told = "\n".join(map(visible, error.message.split("\n")))  # in it may stand what a file says of itself
    print(f"error: {told}\n       [{error.code}]", file=sys.stderr)


def _with_negative_numbers(arguments: list[str]) -> list[str]:
    """Tie ``--extent -71.2,…`` together: argparse takes a word that begins with a minus for an option."""
    tied = list(arguments)
    for place in range(len(tied) - 2, -1, -1):
        if tied[place] in ("--extent", "--at"):
            tied[place : place + 2] = [f"{tied[place]}={tied[place + 1]}"]
    return tied
