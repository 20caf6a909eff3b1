"""The command line: which command is meant, and what becomes of its errors."""

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleettui.commands import output, snapshot
from fleettui.commands.parser import CommandParser, Parser, read
from fleettui.model.errors import FleettuiError, UsageError

INTERRUPTED = 130
"""The exit code after ctrl+c, as shells count it (128 + SIGINT)."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the module with its `add_arguments(parser)` and `run(args) -> int`, its help."""

    module: str
    help: str


COMMANDS = {
    "init": Command("fleettui.commands.init", "find machines and models, and write a fleet.toml"),
    "doctor": Command("fleettui.commands.doctor", "check the set-up, and say how to mend it"),
    "review": Command("fleettui.commands.review", "look at what agents made, approve and land it"),
    "demo": Command("fleettui.commands.demo", "show everything on a made-up fleet"),
}


def main(argv: Sequence[str] | None = None, *, commands: Mapping[str, Command] = COMMANDS) -> int:
    """Run a command line (without the program's name); the exit code. Raises nothing."""
    words = list(sys.argv[1:] if argv is None else argv)
    code = _outcome(words, commands)
    if not output.settle(sys.stdout) and code == 0:
        output.say("cannot write to standard output: make room, or write it elsewhere")
        return 1
    return code


def _outcome(words: Sequence[str], commands: Mapping[str, Command]) -> int:
    """The only place where every exception is caught: behind it is the user's terminal."""
    try:
        return _call(words, commands)
    except SystemExit as leaving:  # argparse, after --help and --version
        return leaving.code if isinstance(leaving.code, int) else 0
    except BaseException as error:
        return _failed(error, words)


def _failed(raised: BaseException, words: Sequence[str]) -> int:
    from fleettui.commands import crash

    error = crash.expected(raised)
    if isinstance(error, output.ReaderGone):
        return 0
    if isinstance(error, BrokenPipeError) and output.reader_gone(sys.stdout):
        return 0
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, FleettuiError):
        output.say(str(error))
        return error.exit_code
    return crash.report(error, _config(words))


def _call(words: Sequence[str], commands: Mapping[str, Command]) -> int:
    parser, parsers = _parsers(commands)
    args = read(parser, parsers, words)
    if args.command is None:
        return _bare(args)
    flags = snapshot.asked(args)
    if flags:
        raise UsageError(
            f"{flags[0]} before {args.command}", f"see fleettui {args.command} -h for its options"
        )
    code: int = importlib.import_module(commands[args.command].module).run(args)
    return code


def _parsers(commands: Mapping[str, Command]) -> tuple[Parser, dict[str, CommandParser]]:
    parser = Parser(
        prog="fleettui",
        description="A terminal dashboard for a personal fleet of machines, models and agents. "
        "Without a command it opens the dashboard; where standard output is no terminal, it "
        "prints one snapshot.",
    )
    snapshot.add_arguments(parser)
    group = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=CommandParser
    )
    return parser, {
        name: group.add_parser(
            name, help=command.help, description=command.help, module=command.module
        )
        for name, command in commands.items()
    }


def _bare(args: argparse.Namespace) -> int:
    if snapshot.asked(args):
        return snapshot.run(args)
    if output.is_terminal(sys.stdout):
        dashboard = importlib.import_module("fleettui.commands.dashboard")
        code: int = dashboard.run(args)
        return code
    output.say("standard output is no terminal: printing one snapshot (see --snapshot in -h)")
    return snapshot.run(args)


def _config(words: Sequence[str]) -> str | None:
    """What --config names, also where the rest of the command line makes no sense."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--config")
    try:
        known, _ = parser.parse_known_args(list(words))
    except argparse.ArgumentError:
        return None
    config: str | None = known.config
    return config
