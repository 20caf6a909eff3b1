"""`review list` and `review diff`: looking changes nothing."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Iterable

from fleettui.commands.output import Line, columns, emit, in_colour, is_terminal, json_text, paint
from fleettui.commands.review import documents
from fleettui.commands.review.choose import DONE, change_of, read
from fleettui.commands.review.shown import diff_lines, list_lines, stat_lines
from fleettui.model.change import Change, FileChange
from fleettui.model.errors import OperationFailed, UsageError
from fleettui.model.patch import Patch
from fleettui.model.review import RepoReview, ReviewView
from fleettui.model.review_port import Against, ReviewPort
from fleettui.model.text import clean

_WIDE = 100_000
_SLICE = 500
"""Rows that are printed at once."""


async def list_changes(review: ReviewPort, args: argparse.Namespace) -> int:
    """Print the changes that wait."""
    view = await read(review, args)
    shown = [(repo, _chosen(repo, args)) for repo in view.repos if args.repo in (None, repo.name)]
    if args.review_json:
        data = [documents.change(one, repo) for repo, changes in shown for one in changes]
        await emit(sys.stdout, json_text(data) + "\n")
        return _code(view, args)
    await _print(list_lines(shown, _room()))
    return _code(view, args)


def _chosen(repo: RepoReview, args: argparse.Namespace) -> list[Change]:
    return [
        change
        for change in repo.changes
        if args.machine in (None, change.key.machine) and (args.all or change.state not in DONE)
    ]


def _code(view: ReviewView, args: argparse.Namespace) -> int:
    """A repository that could not be read at all is a failure; a machine that is off is not."""
    broken = [repo for repo in view.repos if repo.problem and args.repo in (None, repo.name)]
    return 1 if broken else 0


async def diff(review: ReviewPort, args: argparse.Namespace) -> int:
    """Print a diff."""
    if args.context < 0:
        raise UsageError("--context cannot be negative", "give a number of lines")
    change = change_of(await read(review, args), args)
    if change.evaluation is None:
        why = change.problem or change.state.value
        raise OperationFailed(f"{change.key.branch} cannot be shown: {why}")
    patch = await _patch(review, change, args)
    # A type change is two parts of a patch with one file behind them.
    files = tuple({part.index: part.change for part in patch.files}.values())
    if args.review_json:
        await emit(sys.stdout, json_text(documents.files(patch, files)) + "\n")
    elif args.stat:
        await _print(stat_lines(files, _room()))
    else:
        await _print_diff(patch)
    if patch.cut:
        raise OperationFailed(f"the diff is not whole: {patch.cut}", "look at single files")
    return 0


async def _patch(review: ReviewPort, change: Change, args: argparse.Namespace) -> Patch:
    path = _path(change, args.file) if args.file is not None else None
    patch = Patch()
    stream = review.patch(
        change.key,
        Against(args.against),
        context=args.context,
        path=path,
        as_text=args.text,
    )
    async for grown in stream:
        patch = grown
    return patch


def _path(change: Change, name: str) -> bytes:
    files: tuple[FileChange, ...] = change.evaluation.files if change.evaluation else ()
    for file in files:
        if name in (file.path, file.raw_path.decode("utf-8", "surrogateescape")):
            return file.raw_path
    raise UsageError(f"no file {clean(name, limit=120)} in this change", "see --stat for its files")


async def _print_diff(patch: Patch) -> None:
    for start in range(0, len(patch), _SLICE):
        await _print(diff_lines(patch, start, min(len(patch), start + _SLICE)))


def _room() -> int:
    """Nothing is cut where no person looks."""
    return columns(sys.stdout) if is_terminal(sys.stdout) else _WIDE


async def _print(lines: Iterable[Line]) -> None:
    colour = in_colour(sys.stdout)
    await emit(sys.stdout, "".join(paint(line, colour=colour) + "\n" for line in lines))


LOOKS: dict[str, Callable[[ReviewPort, argparse.Namespace], Awaitable[int]]] = {
    "list": list_changes,
    "diff": diff,
}
