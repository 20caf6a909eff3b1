"""Packs that git began to write and did not finish.

`git fetch` leaves them where they are when it fails or is ended, and what a machine sends can be
made to fail after a gigabyte, again and again. A pack under way looks just the same, so whoever
writes packs holds a share of a lock, which git inherits: while nobody holds one, all that is
unfinished is nobody's.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.hosts.threads import in_thread
from fleettui.review.intake import quarantine_files as files
from fleettui.review.workspace import Workspace


@asynccontextmanager
async def packing(ws: Workspace, git: Git) -> AsyncIterator[Git]:
    """`git`, for what writes packs into the quarantine. Raises OSError."""
    lock = ws.folder / "packing"
    fd = await in_thread(partial(_open, lock))
    try:
        await in_thread(partial(_take, fd, shared=True))
        yield replace(git, pass_fds=(*git.pass_fds, fd))
    finally:
        os.close(fd)
        with suppress(OSError):
            await in_thread(partial(_clean, lock, ws.quarantine))


def _clean(lock: Path, place: Path) -> None:
    if not files.unfinished(place):
        return
    fd = _open(lock)
    try:
        if _take(fd, shared=False):
            files.remove_unfinished(place, older=0.0)
    finally:
        os.close(fd)


def _open(lock: Path) -> int:
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _take(fd: int, *, shared: bool) -> bool:
    """A share is waited for: who holds all of it only removes a few files."""
    if sys.platform == "win32":
        return shared
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
