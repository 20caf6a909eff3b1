"""Comments on lines: where a line is when the file has moved on.

A comment belongs to a line of a blob. In a later blob of the same path the line is looked for
through the hunks between the two: what was not changed is found again, what was changed or
removed makes the comment outdated, with the line quoted as it was.
"""

import asyncio
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fleettui.git.runner import Git, GitFailed, GitTooLarge
from fleettui.model.change import Comment, FileChange, Side
from fleettui.model.errors import UsageError
from fleettui.model.text import clean
from fleettui.review.reading.listing import DIFF, read_blob
from fleettui.review.said.values import Remark

QUOTE_LIMIT = 400
"""Characters of a quoted line."""

BLOB_CAP = 5_000_000
"""Bytes of a file that can be commented by line."""

_HUNKS_CAP = 32 * 1024 * 1024
_HUNK = re.compile(rb"^@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@", re.M)
_SUBMODULE = 0o160000


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `start` up to `start + count` (not included) were replaced by `added` other ones."""

    start: int
    count: int
    added: int


def hunks(raw: bytes) -> tuple[Hunk, ...]:
    """The hunks of one file's `git diff -U0`, from the top down."""
    found = []
    for match in _HUNK.finditer(raw):
        start, count, _, added = match.groups()
        lines = 1 if count is None else int(count)
        # Where nothing was removed git names the line before the place.
        first = int(start) if lines else int(start) + 1
        found.append(Hunk(first, lines, 1 if added is None else int(added)))
    return tuple(found)


def moved(line: int, between: Sequence[Hunk]) -> int | None:
    """Where line `line` (from 1) is behind these hunks; None: it was changed or removed."""
    shift = 0
    for hunk in between[: bisect_right(between, line, key=lambda hunk: hunk.start)]:
        if line < hunk.start + hunk.count:
            return None
        shift += hunk.added - hunk.count
    return line + shift


async def remark(
    q: Git,
    files: Sequence[FileChange],
    *,
    path: str,
    line: int,
    side: Side,
    text: str,
    head: str,
    at: datetime,
) -> Remark:
    """A new comment on a line (0: on the whole file) of one of the `files` of a change.

    Raises UsageError where there is no such file or line, and what reading a blob raises.
    """
    file = next((file for file in files if file.path == path), None)
    if file is None:
        raise UsageError(f"{clean(path)} is not changed by it", "name one of its files")
    quote = await _line(q, file, side, line) if line else ""
    comment = Comment(0, path, side, line, text, at, head, quote=quote)
    return Remark(comment, file.raw_path, _blob(file, side))


async def place(
    q: Git, remarks: Sequence[Remark], files: Sequence[FileChange]
) -> tuple[Comment, ...]:
    """The comments with their lines in the `files` as they are now, in the same order.

    One git process for each file that is not what it was. Raises GitMissing and GitTimedOut.
    """
    now = {file.raw_path: file for file in files}
    wanted: set[tuple[str, str]] = set()
    for remark in remarks:
        file = now.get(remark.raw_path)
        blob = _blob(file, remark.comment.side) if file else ""
        if remark.comment.line and blob.strip("0") and blob != remark.blob:
            wanted.add((remark.blob, blob))
    try:
        async with asyncio.TaskGroup() as group:
            asked = {pair: group.create_task(_between(q, *pair)) for pair in wanted}
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    found = {pair: task.result() for pair, task in asked.items()}
    return tuple(_placed(remark, now, found) for remark in remarks)


def _placed(
    remark: Remark,
    now: Mapping[bytes, FileChange],
    found: Mapping[tuple[str, str], tuple[Hunk, ...] | None],
) -> Comment:
    comment, file = remark.comment, now.get(remark.raw_path)
    if file is None:
        return replace(comment, line=None, outdated=True)
    blob = _blob(file, comment.side)
    if blob == remark.blob or (not comment.line and blob.strip("0")):
        return comment
    between = found.get((remark.blob, blob))
    line = moved(comment.line, between) if between is not None and comment.line else None
    return replace(comment, line=line, outdated=line is None)


async def _between(q: Git, before: str, after: str) -> tuple[Hunk, ...] | None:
    """The hunks from one blob to another; None where one is gone or they are too many."""
    asked = ["diff", "-U0", "--text", "--no-renames", *DIFF, "--end-of-options", before, after]
    try:
        told = await q.run(asked, cap=_HUNKS_CAP)
    except GitTooLarge:
        return None
    except GitFailed as error:
        if error.exit_status is None:
            raise
        return None
    return await asyncio.to_thread(hunks, told.stdout)


async def _line(q: Git, file: FileChange, side: Side, line: int) -> str:
    blob = _blob(file, side)
    where = "before" if side is Side.OLD else "after"
    if not blob.strip("0"):
        raise UsageError(f"{file.path} is not there {where} the change")
    if (file.old_mode if side is Side.OLD else file.new_mode) == _SUBMODULE:
        raise UsageError(f"{file.path} is a submodule and has no lines", "comment on line 0")
    data = await read_blob(q, blob, BLOB_CAP)
    lines = await asyncio.to_thread(data.split, b"\n")
    if not lines[-1]:
        lines.pop()
    if not 1 <= line <= len(lines):
        raise UsageError(
            f"{file.path} has no line {line} {where} the change", f"it has {len(lines)}"
        )
    return quoted(lines[line - 1])


def quoted(raw: bytes) -> str:
    """A line of a file, clean and with its tabs as spaces."""
    text = raw.removesuffix(b"\r")[: 4 * QUOTE_LIMIT].decode("utf-8", "surrogateescape")
    return clean(text.expandtabs(4), limit=QUOTE_LIMIT)


def _blob(file: FileChange, side: Side) -> str:
    return file.old if side is Side.OLD else file.new
