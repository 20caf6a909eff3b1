"""What git prints with `-z`, as values: pure and total functions of bytes.

Names and paths stay bytes, as git has them: they are identities here, and become clean text
only where they are shown. Everything that cannot be understood raises Malformed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fleettui.model.errors import Malformed

_OBJECT_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NUMBER = re.compile(rb"[0-9]{1,18}")
_VERSION = re.compile(rb"git version ([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?")
_TASK_BRANCH = re.compile(rb"agent/([a-z0-9][a-z0-9._-]{0,63})")
_MODE = re.compile(rb"[0-7]{6}")


@dataclass(frozen=True, slots=True)
class ListedWorktree:
    """One entry of `git worktree list --porcelain -z`; `branch` is the full name of the ref.

    `locked` and `prunable` hold the reason, b"" where none was given; None: it is not.
    """

    path: bytes
    head: str | None = None
    branch: bytes | None = None
    bare: bool = False
    locked: bytes | None = None
    prunable: bytes | None = None


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One line of `git status --porcelain=v2 -z`. `kind`: `1`, `2`, `u`, `?` or `!`.

    `staged` and `unstaged` are git's letters, `.` for unchanged; `origin` is set on renames.
    """

    kind: str
    path: bytes
    staged: str = "."
    unstaged: str = "."
    origin: bytes | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """`head` None: no commit yet; `branch` None: detached. `ahead`, `behind`: of the upstream."""

    head: str | None = None
    branch: bytes | None = None
    ahead: int | None = None
    behind: int | None = None
    entries: tuple[StatusEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """One ref as printed with `REF_FORMAT`; `committed_at` in seconds since 1970."""

    name: bytes
    head: str
    committed_at: int | None
    ahead: int | None = None
    behind: int | None = None


@dataclass(frozen=True, slots=True)
class RawChange:
    """One entry of `git diff-tree -r -z --raw --no-abbrev --no-renames`; modes are octal."""

    old_mode: int
    new_mode: int
    old: str
    new: str
    status: str
    path: bytes


REF_FORMAT = "%(refname)%00%(objectname)%00%(committerdate:unix)%00"
"""For `git for-each-ref --format`; see `ref_format` for counts against a base."""


def ref_format(base: str | None = None) -> str:
    """`REF_FORMAT`, with `%(ahead-behind:BASE)` where the git is at least 2.41 (`base` given)."""
    return f"{REF_FORMAT}%(ahead-behind:{base})%00" if base else f"{REF_FORMAT}%00"


def version(raw: bytes) -> tuple[int, int, int]:
    """`git version`: `git version 2.39.5 (Apple Git-154)` -> (2, 39, 5)."""
    found = _VERSION.match(raw)
    if not found:
        raise Malformed("git does not tell its version")
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch


def object_id(raw: bytes) -> str:
    """A whole object name, 40 or 64 hexadecimal digits, with or without a newline."""
    body = raw.removesuffix(b"\n")
    if not _OBJECT_ID.fullmatch(body):
        raise Malformed("git does not answer with an object name")
    return body.decode("ascii")


def task_of(branch: bytes | None) -> str | None:
    """The task id of `agent/{task}`, given with or without `refs/heads/`; None on any other."""
    found = _TASK_BRANCH.fullmatch((branch or b"").removeprefix(b"refs/heads/"))
    return found[1].decode("ascii") if found else None


def left_right(raw: bytes) -> tuple[int, int]:
    """`git rev-list --left-right --count A...B`: commits only in A, commits only in B."""
    return _pair(raw.split())


def worktrees(raw: bytes) -> tuple[ListedWorktree, ...]:
    """`git worktree list --porcelain -z`, the main worktree first."""
    return tuple(
        _worktree(record.split(b"\0"))
        for record in raw.removesuffix(b"\0").split(b"\0\0")
        if record
    )


def status(raw: bytes) -> Status:
    """`git status --porcelain=v2 --branch -z`. A last record that was cut off is left out."""
    records = iter(raw.split(b"\0")[:-1])
    headers: dict[bytes, bytes] = {}
    entries: list[StatusEntry] = []
    for record in records:
        if record.startswith(b"# "):
            key, _, value = record[2:].partition(b" ")
            headers[key] = value
        elif record:
            entries.append(_status_entry(record, records))
    head, branch = headers.get(b"branch.oid"), headers.get(b"branch.head")
    counts = _upstream_counts(headers.get(b"branch.ab"))
    return Status(
        head=None if head in (None, b"(initial)") else object_id(head),
        branch=None if branch in (None, b"(detached)") else branch,
        ahead=counts[0],
        behind=counts[1],
        entries=tuple(entries),
    )


def refs(raw: bytes) -> tuple[Ref, ...]:
    """`git for-each-ref` with `ref_format`; a date that git cannot tell becomes None."""
    fields = [field.removeprefix(b"\n") for field in raw.split(b"\0")]
    if fields.pop() or len(fields) % 4:
        raise Malformed("git's list of refs is cut off")
    found = []
    for name, head, date, counts in zip(*(iter(fields),) * 4, strict=True):
        when = int(date) if _NUMBER.fullmatch(date) else None
        ahead, behind = _pair(counts.split()) if counts else (None, None)
        found.append(Ref(name, object_id(head), when, ahead, behind))
    return tuple(found)


def raw_changes(raw: bytes) -> tuple[RawChange, ...]:
    """`git diff-tree -r -z --raw --no-abbrev --no-renames`: what changed, without any content."""
    fields = raw.split(b"\0")
    if fields.pop() or len(fields) % 2:
        raise Malformed("git's list of changes is cut off")
    return tuple(_raw_change(meta, path) for meta, path in zip(*(iter(fields),) * 2, strict=True))


def attributes(raw: bytes) -> tuple[tuple[bytes, bytes, bytes], ...]:
    """`git check-attr -z`: path, attribute, value; a triple that was cut off is left out."""
    fields = raw.split(b"\0")[:-1]
    return tuple(zip(*(iter(fields),) * 3, strict=False))


def _worktree(lines: list[bytes]) -> ListedWorktree:
    told = {key: value for key, _, value in (line.partition(b" ") for line in lines)}
    if b"worktree" not in told:
        raise Malformed("git lists a worktree without a path")
    head = told.get(b"HEAD")
    return ListedWorktree(
        path=told[b"worktree"],
        head=None if head is None or not head.strip(b"0") else object_id(head),
        branch=told.get(b"branch"),
        bare=b"bare" in told,
        locked=told.get(b"locked"),
        prunable=told.get(b"prunable"),
    )


_STATUS_FIELDS = {b"1": 8, b"2": 9, b"u": 10, b"?": 1, b"!": 1}
"""How many fields stand before the path, which may itself hold spaces."""


def _status_entry(record: bytes, rest: Iterator[bytes]) -> StatusEntry:
    kind = record[:1]
    if kind not in _STATUS_FIELDS:
        raise Malformed("git's status has a line of an unknown kind")
    fields = record.split(b" ", _STATUS_FIELDS[kind])
    if len(fields) <= _STATUS_FIELDS[kind] or fields[0] != kind:
        raise Malformed("git's status has a line that is cut off")
    letters = fields[1].decode("ascii", "replace") if kind in b"12u" else ".."
    if len(letters) != 2:
        raise Malformed("git's status has a line without its two letters")
    origin = next(rest, b"") if kind == b"2" else None
    return StatusEntry(kind.decode("ascii"), fields[-1], letters[0], letters[1], origin)


def _upstream_counts(raw: bytes | None) -> tuple[int | None, int | None]:
    if raw is None:
        return None, None
    ahead, _, behind = raw.partition(b" ")
    return _pair([ahead.removeprefix(b"+"), behind.removeprefix(b"-")])


def _pair(words: list[bytes]) -> tuple[int, int]:
    if len(words) != 2 or not all(map(_NUMBER.fullmatch, words)):
        raise Malformed("git does not answer with two counts")
    return int(words[0]), int(words[1])


def _raw_change(meta: bytes, path: bytes) -> RawChange:
    words = meta.removeprefix(b":").split(b" ")
    if len(words) != 5 or not meta.startswith(b":") or not path:
        raise Malformed("git lists a change that makes no sense")
    old_mode, new_mode, old, new, letter = words
    if not (_MODE.fullmatch(old_mode) and _MODE.fullmatch(new_mode) and letter.isalpha()):
        raise Malformed("git lists a change that makes no sense")
    return RawChange(
        int(old_mode, 8),
        int(new_mode, 8),
        object_id(old),
        object_id(new),
        letter.decode("ascii"),
        path,
    )
