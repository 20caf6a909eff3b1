"""How what was said lies in SQLite: the schema, and reading it whole or for one change."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fleettui.model.change import (
    Approval,
    ChangeKey,
    ChangeState,
    Comment,
    Prompt,
    Rejection,
    Side,
)
from fleettui.review.said.values import KnownChange, Mark, Remark, Said

_KEY = "repo TEXT NOT NULL, machine TEXT NOT NULL, task TEXT NOT NULL"

TABLES = ("head", "approval", "acknowledgement", "rejection", "mark", "comment", "prompt", "change")
"""Every table with rows of one change."""

STEPS = (
    (
        f"CREATE TABLE change ({_KEY}, reviewed_head TEXT, last_seen TEXT NOT NULL,"
        " PRIMARY KEY (repo, machine, task))",
        f"CREATE TABLE head ({_KEY}, head TEXT NOT NULL, first_seen TEXT NOT NULL,"
        " PRIMARY KEY (repo, machine, task, head))",
        f"CREATE TABLE approval ({_KEY}, head TEXT NOT NULL, target TEXT NOT NULL,"
        " tree TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, acknowledged TEXT NOT NULL,"
        " PRIMARY KEY (repo, machine, task, head))",
        f"CREATE TABLE acknowledgement ({_KEY}, head TEXT NOT NULL, signal TEXT NOT NULL,"
        " PRIMARY KEY (repo, machine, task, head, signal))",
        f"CREATE TABLE rejection ({_KEY}, head TEXT NOT NULL, at TEXT NOT NULL,"
        " note TEXT NOT NULL, PRIMARY KEY (repo, machine, task, head))",
        f"CREATE TABLE mark ({_KEY}, raw_path BLOB NOT NULL, path TEXT NOT NULL,"
        " old TEXT NOT NULL, new TEXT NOT NULL, old_mode INTEGER NOT NULL,"
        " new_mode INTEGER NOT NULL, PRIMARY KEY (repo, machine, task, raw_path))",
        f"CREATE TABLE comment (id INTEGER PRIMARY KEY AUTOINCREMENT, {_KEY},"
        " head TEXT NOT NULL, raw_path BLOB NOT NULL, path TEXT NOT NULL, side TEXT NOT NULL,"
        " line INTEGER NOT NULL, blob TEXT NOT NULL, quote TEXT NOT NULL, text TEXT NOT NULL,"
        " at TEXT NOT NULL, sent INTEGER)",
        "CREATE INDEX comment_of ON comment (repo, machine, task)",
        f"CREATE TABLE prompt (id INTEGER PRIMARY KEY AUTOINCREMENT, {_KEY},"
        " head TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, attempt TEXT)",
        "CREATE INDEX prompt_of ON prompt (repo, machine, task)",
        f"CREATE TABLE known ({_KEY}, head TEXT NOT NULL, state TEXT NOT NULL, since TEXT,"
        " observed_at TEXT NOT NULL, PRIMARY KEY (repo, machine, task))",
    ),
)
"""From each version of the schema to the next: only ever add to the end."""

OF_KEY = "repo = ? AND machine = ? AND task = ?"


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is stored, as read at one moment."""

    said: dict[ChangeKey, Said]
    known: tuple[KnownChange, ...]


def read(connection: sqlite3.Connection) -> Content:
    """All of it. Raises ValueError where a row makes no sense."""
    connection.execute("BEGIN")
    try:
        return Content(read_said(connection), read_known(connection))
    finally:
        connection.execute("COMMIT")


def read_known(connection: sqlite3.Connection) -> tuple[KnownChange, ...]:
    """The last known list."""
    rows = connection.execute(
        "SELECT repo, machine, task, head, state, since, observed_at FROM known"
        " ORDER BY repo, machine, task"
    )
    return tuple(
        KnownChange(
            ChangeKey(*row[:3]),
            row[3],
            ChangeState(row[4]),
            None if row[5] is None else moment(row[5]),
            moment(row[6]),
        )
        for row in rows
    )


def read_said(
    connection: sqlite3.Connection, key: ChangeKey | None = None
) -> dict[ChangeKey, Said]:
    """What was said of every change, or of one."""
    drafts: defaultdict[ChangeKey, _Draft] = defaultdict(_Draft)
    select = _Select(connection, key)
    for of, head, at in select("head", "head, first_seen", "first_seen"):
        drafts[of].seen[head] = moment(at)
    for of, head, target, tree, at, by, acknowledged in select(
        "approval", "head, target, tree, at, by, acknowledged", "at"
    ):
        signals = tuple(map(str, json.loads(acknowledged)))
        drafts[of].approvals[head] = Approval(target, head, tree, moment(at), by, signals)
    for of, head, signal in select("acknowledgement", "head, signal", "signal"):
        drafts[of].acknowledged.setdefault(head, set()).add(signal)
    for of, head, at, note in select("rejection", "head, at, note", "at"):
        drafts[of].rejections[head] = Rejection(head, moment(at), note)
    for of, *mark in select("mark", "raw_path, path, old, new, old_mode, new_mode", "path"):
        drafts[of].marks[mark[0]] = Mark(*mark)
    for of, *row in select("comment", _COMMENT, "id"):
        drafts[of].remarks.append(_remark(row))
    for of, number, head, text, at, attempt in select(
        "prompt", "id, head, text, at, attempt", "id"
    ):
        drafts[of].prompts.append(Prompt(number, head, text, moment(at), attempt))
    for of, reviewed_head in select("change", "reviewed_head", "task"):
        drafts[of].reviewed_head = reviewed_head
    return {of: draft.said() for of, draft in drafts.items()}


def stamp(at: datetime) -> str:
    """A time as it is stored: always in UTC, so that text sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """A stored time."""
    return datetime.fromisoformat(text)


_COMMENT = "id, head, raw_path, path, side, line, blob, quote, text, at, sent"


def _remark(row: list[Any]) -> Remark:
    number, head, raw_path, path, side, line, blob, quote, text, at, sent = row
    comment = Comment(
        number, path, Side(side), line, text, moment(at), head, quote=quote, sent=sent
    )
    return Remark(comment, raw_path, blob)


@dataclass(frozen=True, slots=True)
class _Select:
    """Rows of a table, each led by the key of its change."""

    connection: sqlite3.Connection
    key: ChangeKey | None

    def __call__(self, table: str, columns: str, order: str) -> Iterator[tuple[Any, ...]]:
        where = "" if self.key is None else f" WHERE {OF_KEY}"
        args = () if self.key is None else key_values(self.key)
        query = f"SELECT repo, machine, task, {columns} FROM {table}{where} ORDER BY {order}"
        for repo, machine, task, *rest in self.connection.execute(query, args):
            yield ChangeKey(repo, machine, task), *rest


def key_values(key: ChangeKey) -> tuple[str, str, str]:
    """For `OF_KEY`."""
    return key.repo, key.machine, key.task


@dataclass(slots=True)
class _Draft:
    seen: dict[str, datetime] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    rejections: dict[str, Rejection] = field(default_factory=dict)
    marks: dict[bytes, Mark] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    reviewed_head: str | None = None

    def said(self) -> Said:
        return Said(
            seen=self.seen,
            approvals=self.approvals,
            acknowledged={head: frozenset(keys) for head, keys in self.acknowledged.items()},
            rejections=self.rejections,
            marks=self.marks,
            remarks=tuple(self.remarks),
            prompts=tuple(self.prompts),
            reviewed_head=self.reviewed_head,
        )
