"""What lands, written down before it happens: whoever comes after a crash knows what to do.

One SQLite file a repository, in WAL mode with `synchronous=FULL`: what was said to be written
survives a power cut. Each call opens it in a thread of its own and is one transaction.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from fleettui.model.change import ChangeKey
from fleettui.model.errors import OperationFailed
from fleettui.model.landing import Landing, LandingState, Strategy
from fleettui.model.text import clean
from fleettui.review.landing.journal_rows import (
    SCHEMA,
    Move,
    MovedPath,
    landing_of,
    move_of,
    move_row,
    path_of,
    path_row,
    upgrade,
)

T = TypeVar("T")

_BUSY_S = 30.0


class Journal:
    """The journal of one repository, in `folder`. Raises OperationFailed where it fails."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "journal.db"

    async def begin(
        self,
        *,
        key: ChangeKey,
        ref: str,
        before: str,
        after: str,
        head: str,
        strategy: Strategy,
        at: datetime,
    ) -> Landing:
        """Note an approved landing that is about to happen."""

        def work(db: sqlite3.Connection) -> Landing:
            values = (key.repo, key.machine, key.task, ref, before, after, head, strategy)
            row = db.execute(
                "INSERT INTO landings (repo, machine, task, ref, before, after, head, strategy,"
                " state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
                (*values, LandingState.APPROVED, at.timestamp()),
            ).fetchone()
            return landing_of(row)

        return await self._do(work)

    async def landings(self, *, limit: int = 100) -> tuple[Landing, ...]:
        """The newest landings, newest first, whatever became of them."""
        return await self._do(lambda db: _landings(db, "TRUE ORDER BY id DESC LIMIT ?", (limit,)))

    async def landed(self, *, limit: int = 100) -> tuple[Landing, ...]:
        """What is landed and not undone, newest first."""
        asked = "state = ? ORDER BY id DESC LIMIT ?"
        return await self._do(lambda db: _landings(db, asked, (LandingState.LANDED, limit)))

    async def landing(self, id: int) -> Landing | None:
        """The landing of that number."""
        found = await self._do(lambda db: _landings(db, "id = ?", (id,)))
        return found[0] if found else None

    async def set_state(self, id: int, state: LandingState, note: str = "") -> Landing:
        """Change how far a landing came; `note` is clean."""
        return await self._do(lambda db: _set_state(db, id, state, note))

    async def mark_pushed(self, commits: Collection[str]) -> None:
        """Note that the remote has these landed commits (`after`)."""

        def work(db: sqlite3.Connection) -> None:
            db.executemany(
                "UPDATE landings SET pushed = 1 WHERE after = ? AND pushed = 0",
                [(commit,) for commit in commits],
            )

        await self._do(work)

    async def start(self, move: Move, paths: Iterable[MovedPath]) -> Move:
        """Note a move before anything is touched; the landing is `landing` or `undoing` then."""
        rows = tuple(paths)
        during = LandingState.UNDOING if move.done is LandingState.UNDONE else LandingState.LANDING

        def work(db: sqlite3.Connection) -> Move:
            row = db.execute(
                "INSERT INTO moves (landing, ref, before, after, done, otherwise, git_dir,"
                " work_tree, pid, started, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " RETURNING *",
                move_row(move),
            ).fetchone()
            begun = move_of(row)
            db.executemany(
                "INSERT INTO paths VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (path_row(begun.id, path) for path in rows),
            )
            _set_state(db, move.landing, during, "")
            return begun

        return await self._do(work)

    async def finish(self, move: Move, state: LandingState, note: str = "") -> Landing:
        """Note that a move is over, and what its landing is now."""

        def work(db: sqlite3.Connection) -> Landing:
            db.execute("DELETE FROM paths WHERE move = ?", (move.id,))
            db.execute("DELETE FROM moves WHERE id = ?", (move.id,))
            return _set_state(db, move.landing, state, note)

        return await self._do(work)

    async def unfinished(self) -> tuple[Move, ...]:
        """Moves that nobody brought to an end, oldest first."""
        return await self._do(
            lambda db: tuple(map(move_of, db.execute("SELECT * FROM moves ORDER BY id")))
        )

    async def pending(self) -> bool:
        """Whether anything was begun, or approved, and not brought to an end."""
        asked = "SELECT 1 FROM landings WHERE state IN (?, ?, ?) LIMIT 1"
        states = (LandingState.APPROVED, LandingState.LANDING, LandingState.UNDOING)
        return await self._do(lambda db: bool(db.execute(asked, states).fetchone()))

    async def paths(self, move: Move) -> tuple[MovedPath, ...]:
        """What a move changes."""
        asked = "SELECT * FROM paths WHERE move = ? ORDER BY path"
        return await self._do(lambda db: tuple(map(path_of, db.execute(asked, (move.id,)))))

    async def known(self) -> dict[str, str] | None:
        """What the user's clone was last known to run by itself; None: never noted."""

        def work(db: sqlite3.Connection) -> dict[str, str] | None:
            if not db.execute("SELECT 1 FROM marks WHERE name = ''").fetchone():
                return None
            rows = db.execute("SELECT name, value FROM marks WHERE name != ''")
            return {name: value for name, value in rows}

        return await self._do(work)

    async def know(self, marks: dict[str, str]) -> None:
        """Note what the user's clone runs by itself."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM marks")
            db.executemany("INSERT INTO marks VALUES (?, ?)", [("", ""), *marks.items()])

        await self._do(work)

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._transaction, work)

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._open() as db:
                db.execute("BEGIN IMMEDIATE")
                done = work(db)
                db.execute("COMMIT")
                return done
        except sqlite3.Error as error:
            raise OperationFailed(
                f"the journal {clean(str(self._file))} fails: {clean(str(error))}",
                "is the disk full, or the folder not yours?",
            ) from None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise OperationFailed(
                f"cannot make {clean(str(self._file.parent))}: {error.strerror}"
            ) from None
        db = sqlite3.connect(self._file, timeout=_BUSY_S, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            if db.execute("PRAGMA user_version").fetchone()[0] != len(SCHEMA):
                upgrade(db)
            yield db
        finally:
            db.close()


def _landings(
    db: sqlite3.Connection, where: str, values: tuple[object, ...]
) -> tuple[Landing, ...]:
    rows = db.execute(f"SELECT * FROM landings WHERE {where}", values)
    return tuple(map(landing_of, rows))


def _set_state(db: sqlite3.Connection, id: int, state: LandingState, note: str) -> Landing:
    row = db.execute(
        "UPDATE landings SET state = ?, note = ? WHERE id = ? RETURNING *", (state, note, id)
    ).fetchone()
    if row is None:
        raise OperationFailed(f"the journal knows no landing {id}")
    return landing_of(row)
