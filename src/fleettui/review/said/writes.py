"""Writing what was said to SQLite, each act one function within a transaction of the caller's.

Texts are tidy already. What contradicts what is stored raises Refused or UsageError, and the
transaction leaves nothing behind.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from fleettui.model.change import Approval, ChangeKey, Rejection
from fleettui.model.errors import Refused, UsageError
from fleettui.review.said.rows import OF_KEY, TABLES, key_values, stamp
from fleettui.review.said.values import KnownChange, Mark, Remark

HEADS_KEPT = 50
"""Heads of one change of which it is known when they were first seen."""


def approve(connection: sqlite3.Connection, key: ChangeKey, approval: Approval) -> None:
    """A yes to a head takes back the no to it."""
    _forget(connection, "rejection", key, approval.head)
    _insert(
        connection,
        "approval",
        key,
        head=approval.head,
        target=approval.target,
        tree=approval.tree,
        at=stamp(approval.at),
        by=approval.by,
        acknowledged=json.dumps(list(approval.acknowledged)),
    )
    _reviewed(connection, key, approval.head, approval.at)


def unapprove(connection: sqlite3.Connection, key: ChangeKey) -> None:
    """Take back every yes."""
    connection.execute(f"DELETE FROM approval WHERE {OF_KEY}", key_values(key))


def acknowledge(connection: sqlite3.Connection, key: ChangeKey, head: str, signal: str) -> None:
    """A signal of a head."""
    _insert(connection, "acknowledgement", key, head=head, signal=signal)


def reject(connection: sqlite3.Connection, key: ChangeKey, no: Rejection) -> None:
    """A no to a head takes back the yes to it."""
    _forget(connection, "approval", key, no.head)
    _insert(connection, "rejection", key, head=no.head, at=stamp(no.at), note=no.note)
    _reviewed(connection, key, no.head, no.at)


def mark(connection: sqlite3.Connection, key: ChangeKey, mark: Mark, reviewed: bool) -> None:
    """One mark a file: that of what it was last."""
    connection.execute(
        f"DELETE FROM mark WHERE {OF_KEY} AND raw_path = ?", (*key_values(key), mark.raw_path)
    )
    if reviewed:
        _insert(
            connection,
            "mark",
            key,
            raw_path=mark.raw_path,
            path=mark.path,
            old=mark.old,
            new=mark.new,
            old_mode=mark.old_mode,
            new_mode=mark.new_mode,
        )


def comment(connection: sqlite3.Connection, key: ChangeKey, remark: Remark) -> int:
    """The number of the new comment."""
    said = remark.comment
    number = _insert(
        connection,
        "comment",
        key,
        head=said.head,
        raw_path=remark.raw_path,
        path=said.path,
        side=said.side,
        line=said.line or 0,
        blob=remark.blob,
        quote=said.quote,
        text=said.text,
        at=stamp(said.at),
    )
    _reviewed(connection, key, said.head, said.at)
    return number


def uncomment(connection: sqlite3.Connection, key: ChangeKey, number: int) -> None:
    """Raises UsageError where there is none, Refused once it was sent."""
    of = (*key_values(key), number)
    found = connection.execute(f"SELECT sent FROM comment WHERE {OF_KEY} AND id = ?", of)
    row = found.fetchone()
    if row is None:
        raise UsageError(f"{key.branch} has no comment {number}")
    if row[0] is not None:
        raise Refused(f"comment {number} was already sent", "write another one")
    connection.execute(f"DELETE FROM comment WHERE {OF_KEY} AND id = ?", of)


def prompt(
    connection: sqlite3.Connection,
    key: ChangeKey,
    head: str,
    text: str,
    at: datetime,
    comments: Collection[int],
) -> int:
    """The number of the new prompt; Refused where a comment of it is gone or was sent."""
    number = _insert(connection, "prompt", key, head=head, text=text, at=stamp(at))
    for one in comments:
        sent = connection.execute(
            f"UPDATE comment SET sent = ? WHERE {OF_KEY} AND id = ? AND sent IS NULL",
            (number, *key_values(key), one),
        )
        if sent.rowcount != 1:
            raise Refused(f"comment {one} was sent or taken back meanwhile", "send again")
    _reviewed(connection, key, head, at)
    return number


def attempted(connection: sqlite3.Connection, key: ChangeKey, number: int, attempt: str) -> None:
    """Which attempt a prompt became."""
    connection.execute(
        f"UPDATE prompt SET attempt = ? WHERE {OF_KEY} AND id = ?",
        (attempt, *key_values(key), number),
    )


def seen(connection: sqlite3.Connection, heads: Mapping[ChangeKey, str], at: datetime) -> None:
    """Which heads are there. The time at which one was first seen stays."""
    for key, head in heads.items():
        of, when = key_values(key), stamp(at)
        connection.execute(
            "INSERT INTO change (repo, machine, task, last_seen) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (repo, machine, task) DO UPDATE"
            " SET last_seen = max(last_seen, excluded.last_seen)",
            (*of, when),
        )
        connection.execute(
            "INSERT OR IGNORE INTO head (repo, machine, task, head, first_seen)"
            " VALUES (?, ?, ?, ?, ?)",
            (*of, head, when),
        )
        connection.execute(
            f"DELETE FROM head WHERE {OF_KEY} AND head NOT IN (SELECT head FROM head"
            f" WHERE {OF_KEY} ORDER BY first_seen DESC, rowid DESC LIMIT ?)",
            (*of, *of, HEADS_KEPT),
        )


def keep(connection: sqlite3.Connection, repo: str, rows: Sequence[KnownChange]) -> None:
    """The whole list of a repository."""
    connection.execute("DELETE FROM known WHERE repo = ?", (repo,))
    for row in rows:
        _insert(
            connection,
            "known",
            row.key,
            head=row.head,
            state=row.state,
            since=None if row.since is None else stamp(row.since),
            observed_at=stamp(row.observed_at),
        )


def prune(connection: sqlite3.Connection, before: datetime) -> None:
    """Forget changes that were last seen before a time. `change` comes last: it tells which."""
    border = stamp(before)
    for table in TABLES:
        connection.execute(
            f"DELETE FROM {table} WHERE (repo, machine, task) IN"
            " (SELECT repo, machine, task FROM change WHERE last_seen < ?)",
            (border,),
        )
    connection.execute("DELETE FROM known WHERE observed_at < ?", (border,))


def _insert(connection: sqlite3.Connection, table: str, key: ChangeKey, **values: Any) -> int:
    row = {"repo": key.repo, "machine": key.machine, "task": key.task, **values}
    done = connection.execute(
        f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )
    return done.lastrowid or 0


def _forget(connection: sqlite3.Connection, table: str, key: ChangeKey, head: str) -> None:
    connection.execute(f"DELETE FROM {table} WHERE {OF_KEY} AND head = ?", (*key_values(key), head))


def _reviewed(connection: sqlite3.Connection, key: ChangeKey, head: str, at: datetime) -> None:
    connection.execute(
        "INSERT INTO change (repo, machine, task, reviewed_head, last_seen)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (repo, machine, task) DO UPDATE"
        " SET reviewed_head = excluded.reviewed_head,"
        " last_seen = max(last_seen, excluded.last_seen)",
        (*key_values(key), head, stamp(at)),
    )
