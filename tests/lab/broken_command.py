"""A command that fails in the way that it is asked to: what the command line must survive."""

import argparse
import sys

from fleettui.model.errors import OperationFailed, Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to fail."""
    parser.add_argument("how", choices=("bug", "refuse", "interrupt", "group", "babble"))
    parser.add_argument("--gently", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Fail."""
    match args.how:
        case "bug":
            raise KeyError("some\x1b[2Jthing\nwent wrong")
        case "refuse":
            raise Refused("agent/t-1 moved\x1b[2J", "look at it again")
        case "interrupt":
            raise KeyboardInterrupt
        case "group":
            inner = ExceptionGroup("inner", [OperationFailed("no room", "make some")])
            raise ExceptionGroup("outer", [inner])
        case _:
            for number in range(100_000):
                print(number)
            sys.stdout.flush()
            return 0
