"""What differs between two trees: an exact list, without any content.

The list of record is git's own without renames: a rename hides edits. What an added file
resembles is found in a second pass and is only a remark.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from fleettui.git.parse import RawChange, raw_changes
from fleettui.git.runner import Git, GitFailed, GitTooLarge
from fleettui.model.change import FileChange
from fleettui.model.errors import Malformed
from fleettui.model.text import clean

LIST_CAP = 16 * 1024 * 1024
"""Bytes of names and numbers: more files than that nobody looks at."""

LIST_DEADLINE = 15.0
"""Seconds for a list. Twenty small objects can mean ten thousand million files."""

LIST_MEMORY = 1536 * 1024**2
"""Bytes of address space for a list or a patch."""

PATH_LIMIT = 4096
"""Characters of a path that are shown; git refuses to check out longer ones."""

DIFF = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "--no-color")
"""What every diff is told: run nothing, leave nothing out."""

_RENAME_DEADLINE = 5.0
_RENAME_CAP = 4 * 1024 * 1024
_RENAME_LIMIT = 400
"""Above this many files on both sides git compares no contents, only whole files."""

_IN_THREAD = 64 * 1024
"""Bytes from which on a list is read in a thread, so that the event loop goes on."""

# Packs are mapped piece by piece, or the limit of memory would count a large one against git.
_SMALL_MAPS = ("core.packedGitWindowSize=64m", "core.packedGitLimit=256m")

_COUNT = re.compile(rb"[0-9]{1,15}")
_STATUSES = frozenset("ADMT")


async def list_files(
    q: Git, a: str, b: str, *, renames: bool = True, deadline: float = LIST_DEADLINE
) -> tuple[FileChange, ...]:
    """The files that differ between two trees or commits, in git's order.

    Raises GitTooLarge and GitTimedOut where there are too many, GitFailed where an object is
    missing. That no rename could be found is no failure.
    """
    args = ["diff-tree", "-r", "-z", "--raw", "--numstat", "--no-abbrev", "--no-renames", *DIFF]
    told = await _bounded(q, [*args, "--end-of-options", a, b, "--"], LIST_CAP, deadline)
    found = await _parsed(told)
    if renames and {"A", "D"} <= {file.status for file in found}:
        return with_origins(found, await _origins(q, a, b))
    return found


def frugal(q: Git) -> Git:
    """The same git with less memory, for what collects everything before it prints."""
    return replace(q, memory=min(q.memory, LIST_MEMORY), config=(*q.config, *_SMALL_MAPS))


async def read_blob(q: Git, oid: str, cap: int) -> bytes:
    """The content of a file. Raises GitTooLarge beyond `cap` bytes, before it is read whole."""
    return (await q.run(["cat-file", "blob", oid], cap=cap)).stdout


async def read_sizes(q: Git, oids: list[str]) -> dict[str, int]:
    """The sizes of objects in bytes; what is missing is left out."""
    if not oids:
        return {}
    asked = "".join(f"{oid}\n" for oid in oids).encode("ascii")
    told = await q.run(["cat-file", "--batch-check=%(objectname) %(objectsize)"], stdin=asked)
    pairs = (line.split(b" ") for line in told.stdout.splitlines())
    return {
        words[0].decode("ascii", "replace"): int(words[1])
        for words in pairs
        if len(words) == 2 and _COUNT.fullmatch(words[1])
    }


def files(raw: bytes) -> tuple[FileChange, ...]:
    """`git diff-tree -r -z --raw --numstat --no-abbrev --no-renames`."""
    fields = raw.split(b"\0")
    if fields.pop():
        raise Malformed("git's list of changes is cut off")
    end = 0
    while end < len(fields) and fields[end].startswith(b":"):
        end += 2
    changes = raw_changes(b"".join(field + b"\0" for field in fields[:end]))
    if len(changes) != len(fields) - end:
        raise Malformed("git counts the lines of other files than it lists")
    return tuple(map(_file_change, changes, fields[end:]))


def origins(raw: bytes) -> dict[bytes, tuple[bytes, int]]:
    """`git diff-tree -r -z --raw -M --diff-filter=R`: new path -> old path, percent alike."""
    fields = raw.split(b"\0")
    if fields.pop() or len(fields) % 3:
        raise Malformed("git's list of renames is cut off")
    found = {}
    for meta, old, new in zip(*(iter(fields),) * 3, strict=True):
        letter, _, percent = meta.rpartition(b" ")[2].partition(b"R")
        if letter or not _COUNT.fullmatch(percent) or int(percent) > 100:
            raise Malformed("git lists a rename that makes no sense")
        found[new] = (old, int(percent))
    return found


def with_origins(
    found: tuple[FileChange, ...], told: Mapping[bytes, tuple[bytes, int]]
) -> tuple[FileChange, ...]:
    """The files, each added one with what it resembles."""
    return tuple(
        replace(file, renamed_from=shown(told[file.raw_path][0]), similarity=told[file.raw_path][1])
        if file.status == "A" and file.raw_path in told
        else file
        for file in found
    )


def shown(path: bytes) -> str:
    """A path as clean text. Different paths never look the same, however long they are."""
    text = clean(path, limit=PATH_LIMIT)
    if len(path) <= PATH_LIMIT:
        return text
    # No path holds a NUL, so nothing else can look like this.
    return f"{text}\u2400{sha256(path).hexdigest()[:16]}"


async def _bounded(q: Git, args: list[str], cap: int, deadline: float) -> bytes:
    try:
        return (await frugal(q).run(args, cap=cap, deadline=deadline)).stdout
    except GitFailed as error:
        if "out of memory" in error.text.lower() or "cannot allocate" in error.text.lower():
            raise GitTooLarge("git needs more memory for the list of files than it may") from None
        raise


async def _parsed(raw: bytes) -> tuple[FileChange, ...]:
    return files(raw) if len(raw) < _IN_THREAD else await asyncio.to_thread(files, raw)


async def _origins(q: Git, a: str, b: str) -> dict[bytes, tuple[bytes, int]]:
    args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "-M", f"-l{_RENAME_LIMIT}"]
    asked = [*args, "--diff-filter=R", *DIFF, "--end-of-options", a, b, "--"]
    try:
        return origins(await _bounded(q, asked, _RENAME_CAP, _RENAME_DEADLINE))
    except (GitFailed, Malformed):
        return {}


def _file_change(change: RawChange, counted: bytes) -> FileChange:
    words = counted.split(b"\t", 2)
    if len(words) != 3 or words[2] != change.path or change.status not in _STATUSES:
        raise Malformed("git lists a change that makes no sense")
    added, removed, path = words
    return FileChange(
        raw_path=path,
        path=shown(path),
        status=change.status,
        old_mode=change.old_mode,
        new_mode=change.new_mode,
        old=change.old,
        new=change.new,
        additions=_lines(added),
        deletions=_lines(removed),
    )


def _lines(raw: bytes) -> int | None:
    if raw == b"-":
        return None
    if not _COUNT.fullmatch(raw):
        raise Malformed("git counts lines in no number")
    return int(raw)
