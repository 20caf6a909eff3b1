"""Files that a move left half written: whose they are now, and putting them back.

A file is compared with the old and the new content in the form in which git writes it to disk,
with line endings and encodings as the attributes of that commit say.
"""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from enum import Enum, auto

from fleettui.git import parse
from fleettui.git.runner import Git
from fleettui.model.errors import Malformed
from fleettui.review.landing import work_files
from fleettui.review.landing.journal_rows import Move, MovedPath
from fleettui.review.landing.obstacles import DEADLINE, GITLINK

_AT_ONCE = 32 * 1024 * 1024
"""Bytes of content in memory at a time, if no single file is larger."""

_CAP = 2 * work_files.READ_CAP
_ATTRIBUTES = b".gitattributes"


class Condition(Enum):
    """What a file is after a move that did not end well."""

    AS_BEFORE = auto()
    OURS = auto()
    """New, a part of it, or gone: the move did that, and it is put back."""
    EDITED = auto()
    """Somebody else wrote it since."""


async def entries(git: Git, paths: Collection[bytes]) -> dict[bytes, tuple[int, str]]:
    """Mode and blob of these paths in the index; a path with a conflict has mode -1."""
    told = await git.run(["ls-files", "-s", "-z"], deadline=DEADLINE)
    return await asyncio.to_thread(_entries, told.stdout, frozenset(paths))


async def conditions(
    git: Git, root: str, move: Move, paths: Sequence[MovedPath]
) -> dict[MovedPath, Condition]:
    """What became of each path below `root`."""
    index = await entries(git, [path.path for path in paths])
    found, doubtful = await asyncio.to_thread(_at_a_glance, root, paths, index)
    doubtful = await _unlike(git, root, doubtful, found)
    for commit in (move.after, move.before):
        if doubtful:
            async with _as_written(git, commit) as writing:
                doubtful = await _unlike(writing, root, doubtful, found, written=True)
    return found | dict.fromkeys(doubtful, Condition.EDITED)


async def put_back(git: Git, root: str, paths: Sequence[MovedPath]) -> tuple[MovedPath, ...]:
    """Make these paths what they were; those where something of the user's is in the way.

    Raises GitFailed and OSError, as on a full disk; it can be tried again.
    """
    left = await asyncio.to_thread(_cleared, root, paths)
    wanted = [path.path for path in paths if path.old_mode and path not in left]
    first = [path for path in wanted if os.path.basename(path) == _ATTRIBUTES]
    for some in (first, wanted):
        if some:
            asked = b"".join(path + b"\0" for path in some)
            await git.run(
                ["checkout-index", "-f", "-u", "-q", "-z", "--stdin"],
                stdin=asked,
                deadline=DEADLINE,
            )
    return left


def _entries(raw: bytes, wanted: frozenset[bytes]) -> dict[bytes, tuple[int, str]]:
    found = {}
    for line in raw.split(b"\0")[:-1]:
        meta, tab, path = line.partition(b"\t")
        if path in wanted:
            words = meta.split(b" ")
            if len(words) != 3 or not tab:
                raise Malformed("git's index makes no sense")
            mode = int(words[0], 8) if words[2] == b"0" else -1
            found[path] = (mode, parse.object_id(words[1]))
    return found


def _at_a_glance(
    root: str, paths: Sequence[MovedPath], index: Mapping[bytes, tuple[int, str]]
) -> tuple[dict[MovedPath, Condition], list[MovedPath]]:
    found, doubtful = {}, []
    for path in paths:
        mark = work_files.mark(root, path.path)
        if GITLINK in (path.old_mode, path.new_mode) or mark == path.mark:
            found[path] = Condition.AS_BEFORE
        elif index.get(path.path) != ((path.old_mode, path.old) if path.old_mode else None):
            found[path] = Condition.EDITED
        elif mark is None or work_files.is_folder(root, path.path):
            found[path] = Condition.OURS
        else:
            doubtful.append(path)
    return found, doubtful


async def _unlike(
    git: Git,
    root: str,
    paths: Sequence[MovedPath],
    found: dict[MovedPath, Condition],
    *,
    written: bool = False,
) -> list[MovedPath]:
    """Paths that are neither old nor new nor a part of them; `found` gets the others.

    `written`: compare with what git writes to disk, not with what it stores.
    """
    unlike = []
    for some in _groups(paths, await _sizes(git, paths)):
        asked = [(path, oid) for path in some for oid in _blobs(path)]
        forms: dict[MovedPath, list[bytes]] = {}
        contents = await _contents(git, [(oid, path.path) for path, oid in asked], written=written)
        for (path, _), content in zip(asked, contents, strict=True):
            forms.setdefault(path, []).append(content)
        ours = await asyncio.to_thread(_parts, root, forms)
        found |= dict.fromkeys(ours, Condition.OURS)
        unlike += [path for path in some if path not in ours]
    return unlike


@asynccontextmanager
async def _as_written(git: Git, commit: str) -> AsyncIterator[Git]:
    """git that sees the attributes of a commit, and no files."""
    with tempfile.TemporaryDirectory(prefix="fleettui-") as folder:
        nothing = os.path.join(folder, "nothing")
        os.mkdir(nothing)
        index = os.path.join(folder, "index")
        there = replace(git, work_tree=nothing, env={**git.env, "GIT_INDEX_FILE": index})
        await there.run(["read-tree", "--end-of-options", commit], deadline=DEADLINE)
        yield there


async def _sizes(git: Git, paths: Sequence[MovedPath]) -> dict[str, int]:
    oids = sorted({oid for path in paths for oid in _blobs(path)})
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    told = await git.run(
        ["cat-file", "--batch-check=%(objectsize)"], stdin=asked, deadline=DEADLINE
    )
    sizes = told.stdout.splitlines()
    if len(sizes) != len(oids) or not all(map(bytes.isdigit, sizes)):
        raise Malformed("git does not know what it wrote")
    return dict(zip(oids, map(int, sizes), strict=True))


async def _contents(git: Git, asked: Sequence[tuple[str, bytes]], *, written: bool) -> list[bytes]:
    """Blobs, in order. git tells the size before its conversion, so a mark ends each of them."""
    mark = f"end-{secrets.token_hex(16)}".encode()
    lines = (oid.encode() + (b" " + path if written else b"") for oid, path in asked)
    told = await git.run(
        ["cat-file", "--batch=%(objecttype)", "-z", *(["--filters"] if written else [])],
        stdin=b"".join(line + b"\0" + mark + b"\0" for line in lines),
        deadline=DEADLINE,
        cap=_CAP,
    )
    found = []
    for part in told.stdout.split(b"\n" + mark + b" missing\n")[:-1]:
        kind, _, content = part.partition(b"\n")
        if kind != b"blob":
            raise Malformed("git does not know what it wrote")
        found.append(content)
    return found


def _blobs(path: MovedPath) -> list[str]:
    modes = ((path.old_mode, path.old), (path.new_mode, path.new))
    return [oid for mode, oid in modes if mode]


def _groups(paths: Sequence[MovedPath], sizes: Mapping[str, int]) -> Iterator[list[MovedPath]]:
    some: list[MovedPath] = []
    octets = 0
    for path in paths:
        own = sum(sizes[oid] for oid in _blobs(path))
        if some and octets + own > _AT_ONCE:
            yield some
            some, octets = [], 0
        some.append(path)
        octets += own
    if some:
        yield some


def _parts(root: str, forms: Mapping[MovedPath, Sequence[bytes]]) -> set[MovedPath]:
    """Paths whose file is one of their forms, or the beginning of one."""
    found = set()
    for path, known in forms.items():
        content = work_files.read(root, path.path)
        if content is not None and any(form.startswith(content) for form in known):
            found.add(path)
    return found


def _cleared(root: str, paths: Iterable[MovedPath]) -> tuple[MovedPath, ...]:
    """Remove what was added; the paths that something of the user's keeps from coming back."""
    listed = list(paths)
    for path in listed:
        if not path.old_mode:
            work_files.remove(root, path.path)
    return tuple(
        path
        for path in listed
        if path.old_mode
        and not (
            work_files.reachable(root, path.path)
            and (
                not work_files.is_folder(root, path.path)
                or work_files.remove_folder(root, path.path)
            )
        )
    )
