"""Files of the user's that git does not know, where a change has files: git may overwrite them."""

import os
import stat
from collections.abc import Collection, Iterator

_LOOKED_AT = 10_000


def find(
    root: str, added: Collection[bytes], removed: Collection[bytes], *, caseless: bool = False
) -> tuple[bytes, ...]:
    """Paths of such files below `root`, each once. `added` and `removed`: tracked paths.

    `caseless`: the disk takes names that differ in case for one. Blocking: call it in a thread.
    """
    leaving = _Leaving(removed, caseless)
    found: dict[bytes, None] = {}
    for path in added:
        for blocker in _blockers(os.fsencode(root), path, leaving):
            found[blocker] = None
    return tuple(found)


class _Leaving:
    """Files that the change takes away by itself."""

    def __init__(self, removed: Collection[bytes], caseless: bool) -> None:
        self._fold = _folded if caseless else bytes
        self._paths = {self._fold(path) for path in removed}

    def __contains__(self, path: bytes) -> bool:
        return self._fold(path) in self._paths


def _blockers(root: bytes, path: bytes, leaving: _Leaving) -> Iterator[bytes]:
    parts = path.split(b"/")
    for depth in range(1, len(parts) + 1):
        part = b"/".join(parts[:depth])
        mode = _mode(os.path.join(root, part))
        if mode is None:
            return
        if not stat.S_ISDIR(mode):
            if part not in leaving:
                yield part
            return
    for inner in _files_below(root, path):
        if inner not in leaving:
            yield inner


def _files_below(root: bytes, folder: bytes) -> Iterator[bytes]:
    looked_at = 0
    for at, folders, names in os.walk(os.path.join(root, folder)):
        links = [name for name in folders if os.path.islink(os.path.join(at, name))]
        for name in (*names, *links):
            looked_at += 1
            yield os.path.relpath(os.path.join(at, name), root)
        if looked_at > _LOOKED_AT:
            return


def _mode(path: bytes) -> int | None:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return None


def _folded(path: bytes) -> bytes:
    return path.decode("utf-8", "surrogateescape").casefold().encode("utf-8", "surrogateescape")
