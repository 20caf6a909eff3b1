"""`fleettui demo`: the whole product on a made-up fleet in a temporary folder.

Nothing outside that folder is read or written, and nothing listens beyond loopback.
"""

import argparse
import importlib
import sys

from fleettui.commands.output import is_terminal, say
from fleettui.model.errors import OperationFailed

SEED = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `fleettui demo`."""
    from fleettui.commands.parser import seconds
    from fleettui.commands.snapshot import FORMATS

    parser.add_argument(
        "--snapshot",
        dest="demo_snapshot",
        action="store_true",
        help="print one reading of the demo fleet and exit",
    )
    parser.add_argument(
        "--format", dest="demo_format", choices=FORMATS, help="how to print it (default: text)"
    )
    parser.add_argument(
        "--json",
        dest="demo_format",
        action="store_const",
        const="json",
        help="short for --format json",
    )
    parser.add_argument(
        "--every",
        dest="demo_every",
        type=seconds,
        metavar="SECONDS",
        help="print it again and again, until stopped",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, metavar="N", help="which figures the fleet shows"
    )


def run(args: argparse.Namespace) -> int:
    """Show the demo until the user leaves, or print it once; the exit code."""
    if sys.platform == "win32":
        raise OperationFailed("the demo runs scripts in sh, which Windows lacks", "use WSL")
    from fleettui.commands.demo.stage import staged

    printed = args.demo_snapshot or args.demo_format or args.demo_every
    if not printed and not is_terminal(sys.stdout):
        say("standard output is no terminal: printing one snapshot of the demo")
        printed = True
    if not printed:
        say("making up a fleet …")
    with staged(args.seed) as config:
        command = "snapshot" if printed else "dashboard"
        code: int = importlib.import_module(f"fleettui.commands.{command}").run(
            _namespace(args, str(config))
        )
        return code


def _namespace(args: argparse.Namespace, config: str) -> argparse.Namespace:
    """What `fleettui --snapshot` and `fleettui` would have read from their command line."""
    return argparse.Namespace(
        config=config,
        format=args.demo_format,
        every=args.demo_every,
        only=None,
        changes=False,
        strict=False,
    )
