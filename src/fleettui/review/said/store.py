"""What the human said, kept for ever: approvals, rejections, marks, comments, prompts.

One SQLite file, read whole when it is opened, so that asking costs no query; what is said is on
the disk when the call returns. Two running copies may share the file: each sees what the other
wrote with its next write or `refresh`.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from fleettui.hosts.threads import in_thread
from fleettui.model.change import Approval, ChangeKey, FileChange, Prompt, Rejection
from fleettui.model.errors import OperationFailed, Refused, UsageError
from fleettui.model.text import clean
from fleettui.review.said import rows as said_rows
from fleettui.review.said import writes as said_writes
from fleettui.review.said.database import Opened, failure, open_database, writing
from fleettui.review.said.rows import Content
from fleettui.review.said.values import NOTHING, KnownChange, Remark, Said, mark_of

TEXT_LIMIT = 10_000
"""Characters of a remark or a note."""

PROMPT_LIMIT = 1_000_000
"""Characters of a prompt, which is made of many remarks."""

KEPT = timedelta(days=90)
"""How long what was said of a change outlives the change."""

DEADLINE = 30.0
"""Seconds that the disk may take."""

T = TypeVar("T")

_SEEN_AGAIN = timedelta(hours=1)


def tidy(text: str, limit: int = TEXT_LIMIT) -> str:
    """Text that a human typed or pasted, safe to keep and to draw; newlines stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    return clean(text.strip("\n"), limit=limit, newlines=True)


class Store:
    """The file below the state folder; `notes` tells what had to be done to open it.

    Every method that waits raises OperationFailed where the disk does not do its part.
    """

    def __init__(self, path: Path) -> None:
        self.notes: tuple[str, ...] = ()
        self._path = path
        self._lock = threading.Lock()
        self._opened: Opened[tuple[int, Content]] | None = None
        self._content = Content({}, ())
        self._version = -1
        self._seen_at: datetime | None = None

    async def open(self) -> None:
        """Make or read the file."""
        await self._answer(self._take_over)

    async def close(self) -> None:
        """Let the file go; it is opened again by the next call that needs it."""
        await self._answer(self._let_go)

    async def refresh(self) -> bool:
        """Take over what another copy wrote; whether there was something."""
        return await self._answer(self._take_over)

    def said(self, key: ChangeKey) -> Said:
        """What was said of a change, from memory."""
        return self._content.said.get(key, NOTHING)

    def known(self) -> tuple[KnownChange, ...]:
        """The list as it was last kept, from memory."""
        return self._content.known

    async def approve(self, key: ChangeKey, approval: Approval) -> None:
        """Keep a yes; a no to the same head is taken back."""
        tidied = replace(approval, by=clean(approval.by))
        await self._write([key], lambda file: said_writes.approve(file, key, tidied))

    async def unapprove(self, key: ChangeKey) -> None:
        """Take back every yes to a change."""
        await self._write([key], lambda file: said_writes.unapprove(file, key))

    async def acknowledge(self, key: ChangeKey, head: str, signal: str) -> None:
        """Keep that a signal of a head, `CODE:PATH`, was acknowledged."""
        await self._write([key], lambda file: said_writes.acknowledge(file, key, head, signal))

    async def reject(self, key: ChangeKey, rejection: Rejection) -> None:
        """Keep a no; a yes to the same head is taken back."""
        tidied = replace(rejection, note=tidy(rejection.note))
        await self._write([key], lambda file: said_writes.reject(file, key, tidied))

    async def mark(self, key: ChangeKey, file: FileChange, reviewed: bool = True) -> None:
        """Mark a file as reviewed, exactly as it is now; or no more."""
        mark = mark_of(file)
        await self._write([key], lambda db: said_writes.mark(db, key, mark, reviewed))

    async def comment(self, key: ChangeKey, remark: Remark) -> Remark:
        """Keep a comment; the same with its number. Its text is tidied; UsageError if empty."""
        text = tidy(remark.comment.text)
        if not text.strip():
            raise UsageError("a comment needs some text")
        tidied = replace(remark, comment=replace(remark.comment, text=text))
        number = await self._write([key], lambda file: said_writes.comment(file, key, tidied))
        return replace(tidied, comment=replace(tidied.comment, id=number))

    async def uncomment(self, key: ChangeKey, comment: int) -> None:
        """Forget a comment. Raises UsageError where there is none, Refused once it was sent."""
        await self._write([key], lambda file: said_writes.uncomment(file, key, comment))

    async def prompt(
        self, key: ChangeKey, head: str, text: str, at: datetime, comments: Collection[int]
    ) -> Prompt:
        """Keep a prompt (clean text) of these comments, which are sent now, all or none.

        Raises Refused where one of them is gone or was sent before, or they are too long.
        """
        if len(text) > PROMPT_LIMIT:
            raise Refused("the comments are too long for one prompt", "take some back")
        number = await self._write(
            [key], lambda file: said_writes.prompt(file, key, head, text, at, comments)
        )
        return Prompt(number, head, text, at)

    async def attempted(self, key: ChangeKey, prompt: int, attempt: str) -> None:
        """Keep which attempt a prompt became."""
        name = clean(attempt)
        await self._write([key], lambda file: said_writes.attempted(file, key, prompt, name))

    async def seen(self, heads: Mapping[ChangeKey, str], at: datetime) -> None:
        """Note which heads are there. Cheap where nothing is new."""
        new = [key for key, head in heads.items() if head not in self.said(key).seen]
        if not new and self._seen_at is not None and at - self._seen_at < _SEEN_AGAIN:
            return
        await self._write(new, lambda file: said_writes.seen(file, heads, at))
        self._seen_at = at

    async def keep(self, repo: str, rows: Sequence[KnownChange]) -> None:
        """Keep the list of a repository for who only reads it; what is no more in it goes."""
        rows = sorted(rows, key=lambda row: row.key)
        if rows != [row for row in self.known() if row.key.repo == repo]:
            await self._write([], lambda file: said_writes.keep(file, repo, rows))

    async def prune(self, now: datetime) -> None:
        """Forget changes that were not seen for 90 days."""
        await self._write(None, lambda file: said_writes.prune(file, now - KEPT))

    async def _write(
        self, keys: Collection[ChangeKey] | None, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        """Do `work` in one transaction; then read what was said of `keys` (None: of all)."""

        def write() -> T:
            connection = self._current()
            with writing(connection):
                done = work(connection)
            if keys is None or self._moved(connection):
                self._content = said_rows.read(connection)
            else:
                self._content = _again(connection, self._content, keys)
            return done

        return await self._answer(write)

    async def _answer(self, work: Callable[[], T]) -> T:
        """Do it in a thread, alone. What is cancelled is still done to its end."""

        def guarded() -> T:
            with self._lock:
                try:
                    return work()
                except sqlite3.OperationalError as error:
                    raise failure(self._path, error) from None
                except (sqlite3.Error, ValueError) as error:
                    # Damaged while it was open: opening it again moves it aside.
                    self._let_go()
                    raise failure(self._path, error) from None

        try:
            async with asyncio.timeout(DEADLINE):
                return await in_thread(guarded, name="fleettui-store")
        except TimeoutError:
            place = clean(str(self._path), limit=200)
            raise OperationFailed(f"{place}: the disk does not answer") from None

    def _current(self) -> sqlite3.Connection:
        """The open file. Another copy may have moved a damaged one aside meanwhile."""
        if self._opened is not None and self._inode() != self._opened.inode:
            self._let_go()
        if self._opened is None:
            self._opened = open_database(self._path, said_rows.STEPS, _read_first)
            self._version, self._content = self._opened.content
            self.notes += (self._opened.note,) if self._opened.note else ()
        return self._opened.connection

    def _inode(self) -> int | None:
        try:
            return self._path.stat().st_ino
        except OSError:
            return None

    def _moved(self, connection: sqlite3.Connection) -> bool:
        """Whether another connection wrote since this was asked last."""
        before, self._version = self._version, _version(connection)
        return self._version != before

    def _take_over(self) -> bool:
        before = self._content
        connection = self._current()
        if self._moved(connection):
            self._content = said_rows.read(connection)
        return self._content is not before

    def _let_go(self) -> None:
        if self._opened is not None:
            self._opened.connection.close()
            self._opened = None


def _version(connection: sqlite3.Connection) -> int:
    """It changes when another connection has written."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def _read_first(connection: sqlite3.Connection) -> tuple[int, Content]:
    return _version(connection), said_rows.read(connection)


def _again(connection: sqlite3.Connection, before: Content, keys: Collection[ChangeKey]) -> Content:
    said = dict(before.said)
    for key in keys:
        said.pop(key, None)
        said |= said_rows.read_said(connection, key)
    return Content(said, said_rows.read_known(connection))
