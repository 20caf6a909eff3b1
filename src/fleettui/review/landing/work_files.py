"""Files of a work tree by git's paths, never through a symbolic link.

A link in place of a folder would lead anywhere: each part of a path is opened as a folder, and
the file itself is looked at, not what it points to. All of it blocks: call it in a thread.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from fleettui.review.landing.journal_rows import FileMark

READ_CAP = 256 * 1024 * 1024
"""Bytes of a file that are compared; git itself has trouble with more."""

_FOLDER = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def mark(root: str, path: bytes) -> FileMark | None:
    """What tells a file from one that was written anew; None: there is none."""
    with _folder_of(root, path) as (folder, name):
        if folder is None:
            return None
        try:
            seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return None
        return FileMark(seen.st_ino, seen.st_size, seen.st_mtime_ns)


def reachable(root: str, path: bytes) -> bool:
    """Whether what is there of the folders above a path are folders."""
    at = os.fsencode(root)
    for part in path.split(b"/")[:-1]:
        at = os.path.join(at, part)
        try:
            mode = os.lstat(at).st_mode
        except FileNotFoundError:
            return True
        except OSError:
            return False
        if not stat.S_ISDIR(mode):
            return False
    return True


def is_folder(root: str, path: bytes) -> bool:
    """Whether a real folder is at a path."""
    with _folder_of(root, path) as (folder, name):
        if folder is None:
            return False
        with contextlib.suppress(OSError):
            return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        return False


def read(root: str, path: bytes) -> bytes | None:
    """What a file holds, or what a link points to; None: there is no file that can be read."""
    with _folder_of(root, path) as (folder, name):
        if folder is None:
            return None
        try:
            mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                return os.fsencode(os.readlink(name, dir_fd=folder))
            if not stat.S_ISREG(mode):
                return None
            with open(os.open(name, _FILE, dir_fd=folder), "rb") as file:
                return file.read(READ_CAP)
        except OSError:
            return None


def remove(root: str, path: bytes) -> None:
    """Remove a file, and the folders above it that are empty then. Raises OSError."""
    with _folder_of(root, path) as (folder, name):
        if folder is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
    parts = path.split(b"/")[:-1]
    while parts:
        if not remove_folder(root, b"/".join(parts)):
            return
        parts.pop()


def remove_folder(root: str, path: bytes) -> bool:
    """Remove an empty folder; whether it is gone."""
    with _folder_of(root, path) as (folder, name):
        if folder is None:
            return True
        try:
            os.rmdir(name, dir_fd=folder)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


@contextmanager
def _folder_of(root: str, path: bytes) -> Iterator[tuple[int | None, bytes]]:
    """The folder that a path is in, opened (None: it cannot be), and the last part of the path."""
    *parts, name = path.split(b"/")
    folder = _opened(root, parts)
    try:
        yield folder, name
    finally:
        if folder is not None:
            os.close(folder)


def _opened(root: str, parts: list[bytes]) -> int | None:
    try:
        at = os.open(root, _FOLDER)
    except OSError:
        return None
    for part in parts:
        try:
            inner = os.open(part, _FOLDER, dir_fd=at)
        except OSError:
            return None
        finally:
            os.close(at)
        at = inner
    return at
