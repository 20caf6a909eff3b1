"""The journal's tables, and its rows as values."""

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from fleettui.model.change import ChangeKey
from fleettui.model.errors import OperationFailed
from fleettui.model.landing import Landing, LandingState, Strategy

SCHEMA = (
    """
    CREATE TABLE landings (
      id INTEGER PRIMARY KEY, repo TEXT NOT NULL, machine TEXT NOT NULL, task TEXT NOT NULL,
      ref TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, head TEXT NOT NULL,
      strategy TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL,
      note TEXT NOT NULL DEFAULT '', pushed INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE moves (
      id INTEGER PRIMARY KEY, landing INTEGER NOT NULL REFERENCES landings (id),
      ref TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
      done TEXT NOT NULL, otherwise TEXT NOT NULL, git_dir BLOB, work_tree BLOB,
      pid INTEGER NOT NULL, started REAL NOT NULL, at REAL NOT NULL
    );
    CREATE TABLE paths (
      move INTEGER NOT NULL REFERENCES moves (id), path BLOB NOT NULL,
      old_mode INTEGER NOT NULL, new_mode INTEGER NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL,
      inode TEXT, size INTEGER, mtime_ns INTEGER,
      PRIMARY KEY (move, path)
    ) WITHOUT ROWID;
    CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
)
"""One script a step: the journal of version N becomes N + 1 by the script SCHEMA[N]."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """A file as the system saw it: whoever writes it anew changes at least one of these."""

    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class MovedPath:
    """A path that a move changes. Modes are git's, 0: not there. `mark`: the file before."""

    path: bytes
    old_mode: int
    new_mode: int
    old: str
    new: str
    mark: FileMark | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """The target branch on its way from one commit to another, for a landing or an undo.

    `git_dir` and `work_tree` are where it is checked out, None: nowhere. `at` (seconds since
    1970), `pid` and `started` (when that process began) tell who moves it. The landing becomes
    `done` when it is there, `otherwise` when everything is as it was.
    """

    id: int
    landing: int
    ref: str
    before: str
    after: str
    done: LandingState
    otherwise: LandingState
    git_dir: str | None
    work_tree: str | None
    pid: int
    started: float
    at: float


def upgrade(db: sqlite3.Connection, schema: tuple[str, ...] = SCHEMA) -> None:
    """Bring the tables to the newest version. Raises OperationFailed on one from the future."""
    db.execute("BEGIN IMMEDIATE")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(schema):
        db.execute("ROLLBACK")
        raise OperationFailed("the journal is of a newer fleettui", "update fleettui")
    for script in schema[version:]:
        for statement in filter(str.strip, script.split(";")):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {len(schema)}")
    db.execute("COMMIT")


def landing_of(row: sqlite3.Row) -> Landing:
    """A row of `landings`."""
    return Landing(
        id=row["id"],
        key=ChangeKey(row["repo"], row["machine"], row["task"]),
        ref=row["ref"],
        before=row["before"],
        after=row["after"],
        head=row["head"],
        strategy=Strategy(row["strategy"]),
        state=LandingState(row["state"]),
        at=datetime.fromtimestamp(row["at"], UTC),
        note=row["note"],
        pushed=bool(row["pushed"]),
    )


def move_of(row: sqlite3.Row) -> Move:
    """A row of `moves`."""
    return Move(
        id=row["id"],
        landing=row["landing"],
        ref=row["ref"],
        before=row["before"],
        after=row["after"],
        done=LandingState(row["done"]),
        otherwise=LandingState(row["otherwise"]),
        git_dir=None if row["git_dir"] is None else os.fsdecode(row["git_dir"]),
        work_tree=None if row["work_tree"] is None else os.fsdecode(row["work_tree"]),
        pid=row["pid"],
        started=row["started"],
        at=row["at"],
    )


def move_row(move: Move) -> tuple[object, ...]:
    """What a row of `moves` holds, without its number."""
    places = (_name(move.git_dir), _name(move.work_tree))
    commits = (move.ref, move.before, move.after)
    who = (move.pid, move.started, move.at)
    return (move.landing, *commits, move.done, move.otherwise, *places, *who)


def path_of(row: sqlite3.Row) -> MovedPath:
    """A row of `paths`."""
    known = row["inode"] is not None
    mark = FileMark(int(row["inode"]), row["size"], row["mtime_ns"]) if known else None
    return MovedPath(row["path"], row["old_mode"], row["new_mode"], row["old"], row["new"], mark)


def path_row(move: int, path: MovedPath) -> tuple[object, ...]:
    """What a row of `paths` holds. An inode may need all 64 bits, which SQLite has with sign."""
    mark = path.mark
    seen = (str(mark.inode), mark.size, mark.mtime_ns) if mark else (None, None, None)
    return (move, path.path, path.old_mode, path.new_mode, path.old, path.new, *seen)


def _name(path: str | None) -> bytes | None:
    return None if path is None else os.fsencode(path)
