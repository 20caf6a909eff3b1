"""`fleettui review`: what agents made; look at it, say yes or no, land it, push it."""

import argparse
from collections.abc import Callable
from typing import Any

from fleettui.commands.parser import Parser
from fleettui.model.errors import UsageError

_AGAINST = ("lands", "made", "since")
_STRATEGIES = ("merge", "squash", "rebase")

SUBCOMMANDS = {
    "list": "changes that wait, with conflicts and signals",
    "diff": "the diff of a change, as the review screen shows it",
    "approve": "say yes to exactly this head, as it would be merged now",
    "unapprove": "take back a yes that has not landed",
    "reject": "say no to the head as it is",
    "comment": "remark on a line",
    "send": "give the collected comments to an agent, as a new attempt",
    "merge": "land exactly what was approved",
    "undo": "take back the last landing of a repository",
    "push": "push the target branch of a repository",
    "trust": "accept changed hooks and filters of the user's clone",
    "remove": "delete the branch and worktree of a landed or rejected change",
}


class _SubParser(Parser):
    """`--config` may stand before or after the subcommand."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(config_default=argparse.SUPPRESS, **settings)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `fleettui review` and their flags."""
    group = parser.add_subparsers(
        dest="review_command",
        metavar="SUBCOMMAND",
        title="subcommands",
        parser_class=_SubParser,
    )
    made = {name: group.add_parser(name, help=text, description=text)
            for name, text in SUBCOMMANDS.items()}  # fmt: skip
    for name, one in made.items():
        _ADD.get(name, _branch)(one)
        one.add_argument("--repo", metavar="R", help="the repository, by its name in fleet.toml")
        one.add_argument("--json", dest="review_json", action="store_true", help="print JSON")
        one.add_argument(
            "--no-fetch", action="store_true", help="use what is known, ask no machine"
        )


def _branch(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument(
        "branch", nargs="?" if optional else None, metavar="BRANCH", help="agent/TASK, or TASK"
    )
    parser.add_argument("--machine", metavar="M", help="the machine, where two have the branch")


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="rejected and merged ones, too")
    parser.add_argument("--machine", metavar="M", help="only changes of this machine")


def _diff(parser: argparse.ArgumentParser) -> None:
    _branch(parser)
    parser.add_argument(
        "--against",
        choices=_AGAINST,
        default="lands",
        help="lands: what the target becomes (the default); made: what the agent did; since: "
        "what is new since the head that was last reviewed",
    )
    parser.add_argument("--context", type=int, default=3, metavar="N", help="lines around changes")
    parser.add_argument("--file", metavar="F", help="only this file")
    parser.add_argument("--text", action="store_true", help="show binaries as lines, too")
    parser.add_argument("--stat", action="store_true", help="only the files and their counts")


def _approve(parser: argparse.ArgumentParser) -> None:
    _branch(parser)
    parser.add_argument("--head", metavar="SHA", required=True, help="the commit that you saw")
    parser.add_argument(
        "--ack",
        action="append",
        default=[],
        metavar="CODE:PATH",
        help="acknowledge a signal; may be repeated",
    )


def _reject(parser: argparse.ArgumentParser) -> None:
    _branch(parser)
    parser.add_argument("--note", default="", metavar="TEXT", help="why")


def _comment(parser: argparse.ArgumentParser) -> None:
    _branch(parser)
    parser.add_argument("--file", required=True, metavar="F", help="the path, as the diff has it")
    parser.add_argument(
        "--line", required=True, type=int, metavar="N", help="its line; 0: the whole file"
    )
    parser.add_argument("--text", required=True, help="the remark")
    parser.add_argument(
        "--old", action="store_true", help="the line is one of the old file (it was removed)"
    )


def _merge(parser: argparse.ArgumentParser) -> None:
    _branch(parser, optional=True)
    parser.add_argument("--head", metavar="SHA", help="refuse unless this is what was approved")
    parser.add_argument("--strategy", choices=_STRATEGIES, default="merge", help="default: merge")
    parser.add_argument("--push", action="store_true", help="then push the target")
    parser.add_argument(
        "--all-approved",
        action="store_true",
        help="land all approved changes of a repository, each on the result of the one before",
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would land")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _repo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show what it would do")


def _remove(parser: argparse.ArgumentParser) -> None:
    _branch(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what it would do")


_ADD: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "list": _list,
    "diff": _diff,
    "approve": _approve,
    "reject": _reject,
    "comment": _comment,
    "merge": _merge,
    "undo": _repo,
    "push": _repo,
    "remove": _remove,
    "trust": lambda _: None,
}


def run(args: argparse.Namespace) -> int:
    """Do what the subcommand says; the exit code. Raises FleettuiError."""
    import asyncio

    name = args.review_command
    if name is None:
        names = ", ".join(SUBCOMMANDS)
        raise UsageError("review needs a subcommand", f"one of {names}")
    if name == "merge" and bool(args.branch) == args.all_approved:
        raise UsageError("merge needs a BRANCH or --all-approved", "give one of them")
    return asyncio.run(_run(args, name))


async def _run(args: argparse.Namespace, name: str) -> int:
    from fleettui.commands.review import acts, landings, looks
    from fleettui.commands.services import open_review

    known = {**looks.LOOKS, **acts.ACTS, **landings.LANDINGS}
    async with open_review(args) as review:
        return await known[name](review, args)
