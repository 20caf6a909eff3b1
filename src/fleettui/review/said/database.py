"""Opening an SQLite file of ours: private, durable, and shared by two running copies.

Write-ahead log, `synchronous=FULL`: what was committed is there after `kill -9` and after a
power cut. A file that cannot be read is moved aside, never deleted and never written to again.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from fleettui.model.errors import OperationFailed
from fleettui.model.text import clean

BUSY_S = 5.0
"""Seconds that a writer waits for another one."""

OPENING_S = 10.0
"""Seconds to wait for another copy that is opening the same file."""

Step = Sequence[str]
"""The statements that lead from one version of a schema to the next."""

T = TypeVar("T")

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""Everything else (busy, full, no permission) says nothing about the file."""

_SIDES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Opened(Generic[T]):
    """An open file, what was read from it, and `note`: what had to be done to open it, or ""."""

    connection: sqlite3.Connection
    content: T
    note: str
    inode: int


def open_database(
    path: Path, steps: Sequence[Step], read: Callable[[sqlite3.Connection], T]
) -> Opened[T]:
    """Open or make the file, bring its schema up to date and `read` it; blocks.

    The connection may be used by any thread, one at a time. A file that is damaged, or that
    `read` cannot read, is moved aside. Raises OperationFailed where the file is of a newer
    version, or the disk does not let us.
    """
    note = ""
    with _alone(path):
        try:
            connection, content = _open(path, steps, read)
        except (sqlite3.Error, ValueError, TypeError) as error:
            if not _damaged(error):
                raise failure(path, error) from None
            note = _move_aside(path)
            try:
                connection, content = _open(path, steps, read)
            except sqlite3.Error as again:
                raise failure(path, again) from None
        return Opened(connection, content, note, path.stat().st_ino)


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def failure(path: Path, error: Exception) -> OperationFailed:
    """What to tell when the file cannot be read or written."""
    place = clean(str(path), limit=200)
    return OperationFailed(f"{place}: {clean(str(error))}", "check the disk and its permissions")


def _open(
    path: Path, steps: Sequence[Step], read: Callable[[sqlite3.Connection], T]
) -> tuple[sqlite3.Connection, T]:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        _check(connection)
        _migrate(connection, path, steps)
        return connection, read(connection)
    except BaseException:
        connection.close()
        raise


def _check(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise ValueError("the file is damaged")


def _migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Step]) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise OperationFailed(
            f"{clean(str(path), limit=200)} was written by a newer fleettui", "update fleettui"
        )
    for number in range(version, len(steps)):
        if number:
            _back_up(connection, path.with_name(f"{path.name}.v{number}"))
        with writing(connection):
            for statement in steps[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")


def _back_up(connection: sqlite3.Connection, place: Path) -> None:
    """A whole copy beside the file; the name appears when the copy is complete."""
    partial = place.with_name(f"{place.name}.part")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_EXCL | os.O_CLOEXEC, 0o600))
    copy = sqlite3.connect(partial)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    partial.replace(place)


def _damaged(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        code: int | None = getattr(error, "sqlite_errorcode", None)
        return code is None or code & 0xFF in _DAMAGED
    return True


def _move_aside(path: Path) -> str:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z"
    kept = f"{path.name}.damaged-{stamp}"
    for side in _SIDES:
        with suppress(FileNotFoundError):
            path.with_name(path.name + side).rename(path.with_name(kept + side))
    return f"{clean(path.name)} was damaged: it is kept as {clean(kept)}, and a new one begins"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Only one copy at a time makes, migrates or moves the file."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        lock = os.open(
            path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise failure(path, error) from None
    try:
        _wait_for(lock, path)
        yield
    except OSError as error:
        raise failure(path, error) from None
    finally:
        os.close(lock)


def _wait_for(lock: int, path: Path) -> None:
    expires = time.monotonic() + OPENING_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > expires:
                place = clean(str(path), limit=200)
                raise OperationFailed(f"{place} is being opened by another fleettui") from None
            time.sleep(0.02)
        else:
            return
