"""What worktrees.sh prints, as values: pure and total functions of bytes."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fleettui.git import parse
from fleettui.model.errors import Malformed
from fleettui.model.text import clean

PATH_LIMIT = 1024
"""Characters of a path that are kept."""

_LATEST = 253402300799
_NOT_FILTERED = (b"unspecified", b"unset", b"set", b"")


@dataclass(frozen=True, slots=True)
class Counts:
    """Commits only in the base, only in the head, and the time of the head."""

    behind: int | None = None
    ahead: int | None = None
    committed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """One worktree as the machine told of it. `real` is its folder without symbolic links.

    `locked` and `problem` are clean lines, empty where there is nothing to say.
    """

    path: bytes
    real: bytes
    branch: bytes | None
    head: str | None
    dirty: bool | None
    counts: Counts
    locked: str
    problem: str


@dataclass(frozen=True, slots=True)
class More:
    """So many more worktrees are not read; `folder` is where they are listed."""

    number: int
    folder: bytes


@dataclass(frozen=True, slots=True)
class Clone:
    """One clone: `index` is its place in the question, `problem` why it could not be read."""

    index: int
    path: bytes
    problem: str
    trees: tuple[Tree, ...] = ()
    more: More | None = None


def fields(raw: bytes) -> list[bytes]:
    """The NUL-ended fields that a section printed in hexadecimal; one cut off is left out."""
    try:
        whole = bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        raise Malformed("the answer is not hexadecimal") from None
    return whole.split(b"\0")[:-1]


def clones(told: list[bytes]) -> tuple[Clone, ...]:
    """The clones in the order of the question; the last may be cut off. Raises Malformed."""
    found: list[Clone] = []
    rest = iter(told)
    for kind in rest:
        try:
            if kind == b"clone":
                index, path, problem = next(rest), next(rest), next(rest)
                found.append(Clone(_count(index) or 0, path, clean(problem)))
            elif kind == b"tree" and found:
                found[-1] = _with(found[-1], tree=_tree(rest))
            elif kind == b"more" and found:
                more = More(_count(next(rest)) or 0, next(rest))
                found[-1] = _with(found[-1], more=more)
            else:
                raise Malformed("the list of worktrees makes no sense")
        except StopIteration:
            break
    return tuple(found)


def _with(clone: Clone, *, tree: Tree | None = None, more: More | None = None) -> Clone:
    trees = clone.trees if tree is None else (*clone.trees, tree)
    return Clone(clone.index, clone.path, clone.problem, trees, more or clone.more)


def _tree(rest: Iterator[bytes]) -> Tree:
    place = [next(rest) for _ in range(4)]
    head, locked, problem, counts, outcome, error = (next(rest) for _ in range(6))
    records, filters = _until_dot(rest), _until_dot(rest)
    _, path, admin, real = place
    status = _status(records)
    return Tree(
        path=path or admin,
        real=real,
        branch=(status and status.branch) or _branch_of(head),
        head=status.head if status else _detached_at(head),
        dirty=_dirty(status, filters, complete=outcome == b"0"),
        counts=_counts(counts),
        locked=clean(locked, limit=120),
        problem=clean(problem, limit=120) or _failure(status, error),
    )


def _until_dot(rest: Iterator[bytes]) -> list[bytes]:
    """A list that ends with `.`, which is no path and no line of git's status."""
    found: list[bytes] = []
    while (field := next(rest)) != b".":
        found.append(field)
    return found


def _status(records: list[bytes]) -> parse.Status | None:
    """None where git did not get as far as the first line."""
    told = [record + b"\0" for record in records if record]
    # The script keeps the beginning only, so the last line may be cut in two.
    for whole in (told, told[:-1]):
        if whole and whole[0].startswith(b"# branch.oid "):
            with contextlib.suppress(Malformed):
                return parse.status(b"".join(whole))
    return None


def _dirty(status: parse.Status | None, filters: list[bytes], *, complete: bool) -> bool | None:
    """Whether anything differs from the last commit, untracked files included.

    Where all that differs goes through a filter (Git LFS), nobody knows without running it.
    """
    if status is None:
        return None
    if not status.entries:
        return False if complete else None
    told = parse.attributes(b"".join(field + b"\0" for field in filters))
    filtered = {path for path, _, value in told if value not in _NOT_FILTERED}
    unsure = all(
        entry.kind == "1"
        and (entry.staged, entry.unstaged) == (".", "M")
        and entry.path in filtered
        for entry in status.entries
    )
    return None if unsure else True


def _failure(status: parse.Status | None, error: bytes) -> str:
    """Why git could not look at the worktree; a deadline that passed is no problem of it."""
    if status is not None or not error:
        return ""
    return clean(error.removeprefix(b"fatal: ").removeprefix(b"error: "), limit=160)


def _branch_of(head: bytes) -> bytes | None:
    """The branch in a file HEAD; `.invalid` stands where the refs are not kept in files."""
    branch = head.removeprefix(b"ref: refs/heads/")
    return None if branch in (head, b"", b".invalid") else branch


def _detached_at(head: bytes) -> str | None:
    try:
        return parse.object_id(head)
    except Malformed:
        return None


def _counts(raw: bytes) -> Counts:
    """`HEAD BASE BEHIND AHEAD TIME`, with `-` where a number is not known."""
    words = raw.split(b" ")
    if len(words) != 5:
        return Counts()
    when = _count(words[4])
    committed_at = None if when is None or when > _LATEST else datetime.fromtimestamp(when, UTC)
    return Counts(_count(words[2]), _count(words[3]), committed_at)


_DIGITS = re.compile(rb"[0-9]{1,15}")


def _count(raw: bytes) -> int | None:
    return int(raw) if _DIGITS.fullmatch(raw) else None
