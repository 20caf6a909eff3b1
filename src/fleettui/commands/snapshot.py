"""`fleettui --snapshot`: the whole fleet as text, JSON, one line or metrics, once or for ever."""

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

from fleettui.commands.parser import seconds
from fleettui.model.errors import UsageError
from fleettui.model.text import clean

if TYPE_CHECKING:
    from fleettui.fleet.monitor import Only
    from fleettui.model.fleet import Fleet
    from fleettui.model.view import FleetView

FORMATS = ("text", "json", "line", "prometheus")

NOT_OK = 4
"""The exit code of `--strict` when some source is not fine."""


class Reader(Protocol):
    """What reads the fleet. Connections stay open between two readings."""

    @property
    def fleet(self) -> "Fleet":
        """The configuration."""

    async def read_once(self, deadline: float, only: "Only | None" = None) -> "FleetView":
        """Read everything at the same time, each source within `deadline` seconds."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `every` is in seconds, None: once."""

    format: str = "text"
    every: float | None = None
    only: tuple[str, ...] = ()
    changes: bool = False
    strict: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of the snapshot; each of them but `--snapshot` implies it."""
    group = parser.add_argument_group("snapshot", "read the fleet and print it, without a screen")
    group.add_argument("--snapshot", action="store_true", help="print the fleet once and exit")
    group.add_argument("--format", choices=FORMATS, help="how to print it (default: text)")
    group.add_argument(
        "--json", dest="format", action="store_const", const="json", help="short for --format json"
    )
    group.add_argument(
        "--every", type=seconds, metavar="SECONDS", help="print it again and again, until stopped"
    )
    group.add_argument(
        "--only",
        action="append",
        metavar="MACHINE|SOURCE",
        help="only this machine or this source; may be repeated",
    )
    group.add_argument(
        "--changes", action="store_true", help="with --every: only what changed since the last"
    )
    group.add_argument(
        "--strict", action="store_true", help="exit with 4 when some source is not ok"
    )


def asked(args: argparse.Namespace) -> list[str]:
    """The flags of the snapshot that were given."""
    names = ("snapshot", "format", "every", "only", "changes", "strict")
    return [f"--{name}" for name in names if getattr(args, name, None)]


def options_of(args: argparse.Namespace) -> Options:
    """Check what was given. Raises UsageError for what does not go together."""
    if args.changes and args.format == "prometheus":
        raise UsageError("--changes does not go with --format prometheus", "leave out one of them")
    return Options(
        format=args.format or "text",
        every=args.every,
        only=tuple(args.only or ()),
        changes=args.changes,
        strict=args.strict,
    )


def run(args: argparse.Namespace) -> int:
    """Print the fleet; the exit code. Raises UsageError and ConfigError."""
    import asyncio

    return asyncio.run(_run(args, options_of(args)))


async def _run(args: argparse.Namespace, options: Options) -> int:
    from fleettui.commands.services import open_fleet

    async with open_fleet(args) as reader:
        return await run_snapshot(reader, options, sys.stdout)


async def run_snapshot(reader: Reader, options: Options, out: TextIO | None) -> int:
    """Read and print, once or until a signal comes or nobody reads `out`; the exit code.

    Raises UsageError for an `--only` that names nothing, OperationFailed where `out` cannot be
    written.
    """
    import asyncio

    from fleettui.commands.endings import ended_by_signals
    from fleettui.commands.output import ReaderGone
    from fleettui.commands.snapshots.recorder import Recorder
    from fleettui.tasks.overview import Overviews

    only = only_of(reader.fleet, options.only)
    recorder = Recorder(reader, Overviews(reader.fleet), options, only, out)
    with ended_by_signals() as caught:
        try:
            if options.every is None:
                await recorder.print()
            else:
                await recorder.print_for_ever(options.every)
        except ReaderGone:
            pass
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not caught or task is None:
                raise
            task.uncancel()
            if options.every is None or recorder.fine is None:
                return 128 + caught[0]
    return NOT_OK if options.strict and recorder.fine is False else 0


def only_of(fleet: "Fleet", words: tuple[str, ...]) -> "Only":
    """The part of the fleet that `--only` names. Raises UsageError, naming the nearest word."""
    from fleettui.config.problems import nearest
    from fleettui.fleet.monitor import parts
    from fleettui.model.reading import Source

    known = [machine.name for machine in fleet.machines] + [source.value for source in Source]
    for word in words:
        if word not in known:
            text = f"--only {clean(word, limit=60)}: there is no such machine or source"
            raise UsageError(text, f"the nearest is {nearest(word, known, cutoff=0.0)}")
    return parts(fleet, words)
