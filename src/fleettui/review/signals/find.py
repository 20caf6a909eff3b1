"""Everything that is found in one change, with two git processes."""

import asyncio
import contextlib

from fleettui.git.runner import Git, GitTimedOut, GitTooLarge
from fleettui.model.change import Evaluation, FileChange, Signal
from fleettui.review.reading.evaluate import EMPTY_TREE
from fleettui.review.reading.listing import DIFF
from fleettui.review.signals import entries, stored
from fleettui.review.signals.added import PIECE, Pieces
from fleettui.review.signals.codes import Code
from fleettui.review.signals.content import Content
from fleettui.review.signals.findings import Findings
from fleettui.review.signals.generated import generated
from fleettui.review.signals.names import deceptive, odd
from fleettui.review.signals.places import place

MANY_FILES = 500
"""Files from which on a change is too large for a human to review."""

MANY_LINES = 10_000
"""Changed lines from which on it is, without those of generated and lock files."""

EXAMINED = 4000
"""Files of one change whose contents are examined."""

DIFF_CAP = 64 * 1024 * 1024
"""Bytes of the diff of one change that are looked at."""

_IN_THREAD = 8 * 1024
"""Bytes from which on a piece is looked at in a thread: what was made for it takes its time."""

_DEADLINE = 30.0
_SLICE = 200
_VERBS = {"A": "new: ", "D": "removed: "}


async def find(q: Git, evaluation: Evaluation) -> tuple[Signal, ...]:
    """What to know of a change, what blocks first, then by path.

    `q` is the quarantine, where nothing that an agent configured is in force. Raises GitFailed
    where git refuses, as for an object that is missing, and Malformed.
    """
    findings = Findings()
    await _without_contents(evaluation, findings)
    if evaluation.too_large is None:
        try:
            await _contents(q, evaluation, findings)
        except (GitTimedOut, GitTooLarge) as error:
            findings.add(Code.UNREAD, "", f"not examined to its end: {error.text}")
    return findings.signals()


async def _without_contents(evaluation: Evaluation, findings: Findings) -> None:
    if evaluation.too_large is not None:
        findings.add(Code.TOO_LARGE, "", f"not examined: {evaluation.too_large}")
    if evaluation.base is None and evaluation.ahead and evaluation.too_large is None:
        findings.add(Code.UNRELATED_HISTORY, "", "no commit in common with the target")
    if len(evaluation.files) >= MANY_FILES:
        findings.add(Code.TOO_LARGE, "", f"{len(evaluation.files)} files")
    lines = 0
    for number, file in enumerate(evaluation.files):
        if generated(file.raw_path) is None:
            lines += (file.additions or 0) + (file.deletions or 0)
        _by_path(file, findings)
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    if lines >= MANY_LINES:
        findings.add(Code.TOO_LARGE, "", f"{lines} changed lines")


def _by_path(file: FileChange, findings: Findings) -> None:
    removed = file.status == "D"
    entries.modes(file, findings)
    if where := place(file.raw_path):
        code, why = where
        # Nothing runs, and nobody obeys, what is not there any more.
        harmless = removed and code is not Code.GIT_SETTINGS
        told = _VERBS.get(file.status, "") + why
        findings.add(code, file.path, told, blocking=False if harmless else None)
    if removed:
        return
    for why in odd(file.raw_path):
        findings.add(Code.ODD_NAME, file.path, why)
    for why in deceptive(file.raw_path):
        findings.add(Code.DECEPTIVE_NAME, file.path, why)


async def _contents(q: Git, evaluation: Evaluation, findings: Findings) -> None:
    files = evaluation.files[:EXAMINED]
    if len(files) < len(evaluation.files):
        rest = len(evaluation.files) - len(files)
        findings.add(Code.UNREAD, "", f"the contents of {rest} files were not examined")
    content = Content(files, findings)
    await stored.examine(q, evaluation, files, content, findings)
    if any(file.additions or file.deletions for file in files):
        await _lines(q, evaluation, content)
    await asyncio.to_thread(content.end)


async def _lines(q: Git, evaluation: Evaluation, content: Content) -> None:
    """Stream the diff. Lines of removed files are left out by git itself (`-D`)."""
    if evaluation.tree is not None:
        pair = (evaluation.target, evaluation.tree)
    else:
        pair = (evaluation.base or EMPTY_TREE[len(evaluation.head)], evaluation.head)
    args = ["diff-tree", "-r", "-p", "-U0", "-D", "--no-renames", *DIFF]
    prefixes = ["--src-prefix=a/", "--dst-prefix=b/"]
    pieces = Pieces()
    asked = [*args, *prefixes, "--end-of-options", *pair, "--"]
    async with contextlib.aclosing(q.stream(asked, cap=DIFF_CAP, deadline=_DEADLINE)) as output:
        async for chunk in output:
            if len(chunk) < _IN_THREAD:
                _look(pieces, chunk, content)
                await asyncio.sleep(0)
            else:
                await asyncio.to_thread(_look, pieces, chunk, content)
    for piece in pieces.end():
        content.look(piece)


def _look(pieces: Pieces, chunk: bytes, content: Content) -> None:
    """In small steps: no other thread runs while one expression searches one piece."""
    for start in range(0, len(chunk), PIECE):
        for piece in pieces.feed(chunk[start : start + PIECE]):
            content.look(piece)
