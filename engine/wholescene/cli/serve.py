"""``wholescene serve``: the engine that QGIS and other clients talk to."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from . import resources
from .threads import wait_asleep


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "serve",
        help="run the engine for QGIS and other clients",
        description="Run the engine until 'wholescene shutdown', Ctrl-C, or nobody needed it for a while.",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument(
        "--idle-exit",
        type=float,
        default=900.0,
        metavar="SECONDS",
        help="end after so long without clients and jobs; 0: never (default 900)",
    )
    parser.add_argument("--connection", type=Path, metavar="FILE", help="where to leave the connection file")
    parser.add_argument(
        "--bind",
        metavar="tcp://HOST:PORT",
        help="let other machines reach the engine there, encrypted; HOST: an address or an interface such as eth0",
    )
    parser.add_argument(
        "--attached-only",
        action="store_true",
        help="compute nothing here: jobs wait for a worker group that attaches itself, see docs/headless.md",
    )
    parser.add_argument(
        "--print-connection",
        action="store_true",
        help="for scripts and SSH: find the running engine, or start one that stays when this command ends; "
        "print its address and key as one line of JSON",
    )
    parser.add_argument("--json", action="store_true", help="with --print-connection: errors as JSON too")
    group = resources.add_options(parser)
    resources.add_devices(group)
    resources.add_patience(group)


def run(args: argparse.Namespace) -> int:
    """Serve; returns when the engine has ended, or is found."""
    if args.print_connection:
        return print_connection(args)
    from ..service.run import serve

    wait_asleep()  # the worker inherits it
    return serve(
        connection=args.connection,
        idle_exit=args.idle_exit or None,
        crew=resources.crew(args),
        bind=args.bind,
        attached_only=args.attached_only,
    )


def print_connection(args: argparse.Namespace) -> int:
    """Print how the engine of this user is reached, with its key, and start one if there is none."""
    from ..service.launch import found_or_started

    resources.crew(args)  # options that contradict each other end here, not in the log of a process
    info = found_or_started(passed_on(args), args.connection)
    values = {name: getattr(info, name) for name in ("endpoint", "key", "pid", "protocol", "version")}
    print(json.dumps(values), flush=True)
    return 0


def passed_on(args: argparse.Namespace) -> list[str]:
    """The options for the engine that is started in the background."""
    values = {
        "idle-exit": args.idle_exit,
        "bind": args.bind,
        "ranks": args.ranks,
        "threads": args.threads,
        "memory": args.memory,
        "device-memory": args.device_memory,
        "devices": args.devices and ",".join(args.devices),
        "silent-seconds": args.silent_seconds,
    }
    given = [f"--{name}={value}" for name, value in values.items() if value is not None]
    return given + ["--attached-only"] * args.attached_only
