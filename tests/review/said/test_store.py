import asyncio
import os
import random
import signal
import sqlite3
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleettui.model.change import (
    Approval,
    ChangeKey,
    ChangeState,
    Comment,
    FileChange,
    Rejection,
    Side,
)
from fleettui.model.errors import OperationFailed, Refused, UsageError
from fleettui.model.text import is_clean
from fleettui.review.said.database import open_database
from fleettui.review.said.store import PROMPT_LIMIT, TEXT_LIMIT, Store
from fleettui.review.said.values import NOTHING, KnownChange, Remark
from fleettui.review.said.writes import HEADS_KEPT

KEY = ChangeKey("app", "brain", "t-1")
OTHER = ChangeKey("app", "mini", "t-1")
NOW = datetime(2026, 5, 4, 3, 2, 1, 654321, tzinfo=UTC)
HEAD, NEWER, TREE = "a" * 40, "b" * 40, "c" * 40
ROUNDS = 60 if os.environ.get("FLEETTUI_SOAK") else 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review" / "review.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = Store(path)
    await store.open()
    yield store
    await store.close()


async def test_everything_said_survives_a_restart(store: Store, path: Path) -> None:
    await store.seen({KEY: HEAD}, NOW)
    await store.acknowledge(KEY, HEAD, "runs-later:.github/workflows/ci.yml")
    await store.mark(KEY, _file())
    remark = await store.comment(KEY, _remark("Why?\nReally?"))
    prompt = await store.prompt(KEY, HEAD, "1. Why?", NOW, [remark.comment.id])
    await store.attempted(KEY, prompt.id, "t-1/2")
    approval = Approval(HEAD, NEWER, TREE, NOW, "Ada", ("symlink:a", "runs-later:b"))
    await store.approve(KEY, approval)
    await store.reject(OTHER, Rejection(HEAD, NOW, "not now"))
    known = KnownChange(KEY, HEAD, ChangeState.READY, NOW, NOW + timedelta(seconds=1))
    await store.keep("app", [known])

    again = Store(path)
    await again.open()
    said = again.said(KEY)
    assert said == store.said(KEY)
    assert said.seen == {HEAD: NOW}
    assert said.acknowledged == {HEAD: frozenset({"runs-later:.github/workflows/ci.yml"})}
    assert said.reviewed([_file()]) == {"src/app.py"}
    assert said.remarks == (replace(remark, comment=replace(remark.comment, sent=prompt.id)),)
    assert said.prompts == (replace(prompt, attempt="t-1/2"),)
    assert said.approvals == {NEWER: approval}
    assert said.reviewed_head == NEWER
    assert again.said(OTHER).rejections == {HEAD: Rejection(HEAD, NOW, "not now")}
    assert again.known() == (known,)
    assert again.notes == ()
    await again.close()


async def test_a_mark_holds_exactly_while_the_file_is_the_same(store: Store) -> None:
    await store.mark(KEY, _file())
    said = store.said(KEY)
    assert said.reviewed([_file()]) == {"src/app.py"}
    assert not said.reviewed([replace(_file(), new="e" * 40)])
    assert not said.reviewed([replace(_file(), old="e" * 40)])
    assert not said.reviewed([replace(_file(), new_mode=0o100755)])
    assert not said.reviewed([replace(_file(), raw_path=b"src/other.py")])
    await store.mark(KEY, _file(), False)
    assert not store.said(KEY).reviewed([_file()])


async def test_a_verdict_takes_back_the_opposite_one_of_the_same_head(store: Store) -> None:
    await store.reject(KEY, Rejection(HEAD, NOW, "no"))
    await store.approve(KEY, Approval(TREE, NEWER, TREE, NOW, "Ada"))
    assert set(store.said(KEY).rejections) == {HEAD}
    await store.approve(KEY, Approval(TREE, HEAD, TREE, NOW, "Ada"))
    assert not store.said(KEY).rejections
    assert store.said(KEY).reviewed_head == HEAD
    await store.reject(KEY, Rejection(NEWER, NOW))
    assert set(store.said(KEY).approvals) == {HEAD}
    await store.unapprove(KEY)
    assert not store.said(KEY).approvals


async def test_a_comment_can_be_taken_back_until_it_is_sent(store: Store) -> None:
    first = await store.comment(KEY, _remark("one"))
    second = await store.comment(KEY, _remark("two"))
    await store.uncomment(KEY, first.comment.id)
    assert [one.comment.text for one in store.said(KEY).remarks] == ["two"]
    with pytest.raises(UsageError, match="no comment"):
        await store.uncomment(OTHER, second.comment.id)
    await store.prompt(KEY, HEAD, "text", NOW, [second.comment.id])
    with pytest.raises(Refused, match="already sent"):
        await store.uncomment(KEY, second.comment.id)


async def test_a_prompt_takes_all_its_comments_or_none(store: Store) -> None:
    first = await store.comment(KEY, _remark("one"))
    second = await store.comment(KEY, _remark("two"))
    await store.prompt(KEY, HEAD, "text", NOW, [first.comment.id])
    with pytest.raises(Refused, match="meanwhile"):
        await store.prompt(KEY, HEAD, "again", NOW, [second.comment.id, first.comment.id])
    said = store.said(KEY)
    assert [one.comment.sent for one in said.remarks] == [said.prompts[0].id, None]
    assert len(said.prompts) == 1
    with pytest.raises(Refused, match="too long"):
        await store.prompt(KEY, HEAD, "x" * (PROMPT_LIMIT + 1), NOW, [])


async def test_texts_are_bounded_and_safe_to_draw(store: Store) -> None:
    hostile = "\x1b]52;c;eA==\x07 \u202eevil\r\n\tnext\n"
    kept = (await store.comment(KEY, _remark(hostile))).comment.text
    assert is_clean(kept, newlines=True)
    assert kept.split("\n")[1] == "    next"
    long = (await store.comment(KEY, _remark("x" * 20_000))).comment.text
    assert len(long) == TEXT_LIMIT
    with pytest.raises(UsageError, match="needs some text"):
        await store.comment(KEY, _remark(" \n\n "))
    await store.reject(KEY, Rejection(HEAD, NOW, hostile))
    assert is_clean(store.said(KEY).rejections[HEAD].note, newlines=True)


async def test_the_first_time_a_head_was_seen_stays(store: Store) -> None:
    await store.seen({KEY: HEAD}, NOW)
    await store.seen({KEY: NEWER}, NOW + timedelta(minutes=1))
    await store.seen({KEY: HEAD}, NOW + timedelta(days=1))
    assert store.said(KEY).seen == {HEAD: NOW, NEWER: NOW + timedelta(minutes=1)}
    for number in range(HEADS_KEPT + 5):
        await store.seen({KEY: f"{number:040x}"}, NOW + timedelta(days=2, seconds=number))
    assert len(store.said(KEY).seen) == HEADS_KEPT
    assert HEAD not in store.said(KEY).seen


async def test_what_vanished_is_forgotten_after_ninety_days(store: Store) -> None:
    for key in (KEY, OTHER):
        await store.seen({key: HEAD}, NOW)
        await store.comment(key, _remark("why"))
        await store.mark(key, _file())
        await store.acknowledge(key, HEAD, "symlink:a")
        await store.approve(key, Approval(TREE, HEAD, TREE, NOW, "Ada"))
    await store.keep("app", [KnownChange(KEY, HEAD, ChangeState.READY, NOW, NOW)])
    await store.prune(NOW + timedelta(days=89))
    assert store.said(KEY).remarks
    await store.seen({OTHER: HEAD}, NOW + timedelta(days=50))
    await store.prune(NOW + timedelta(days=91))
    assert store.said(KEY) == NOTHING
    assert store.said(OTHER).remarks
    assert store.said(OTHER).approvals
    assert store.known() == ()


async def test_the_known_list_is_kept_by_repository(store: Store) -> None:
    web = KnownChange(replace(KEY, repo="web"), HEAD, ChangeState.CONFLICTS, None, NOW)
    app = KnownChange(KEY, HEAD, ChangeState.READY, NOW, NOW)
    await store.keep("web", [web])
    await store.keep("app", [KnownChange(OTHER, HEAD, ChangeState.READY, NOW, NOW), app])
    await store.keep("app", [app])
    assert store.known() == (app, web)
    await store.keep("app", [])
    assert store.known() == (web,)


async def test_only_the_user_can_read_it(store: Store, path: Path) -> None:
    await store.comment(KEY, _remark("secret"))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"review.db", "review.db-wal"} <= set(modes)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_two_copies_see_what_the_other_says(store: Store, path: Path) -> None:
    other = Store(path)
    await other.open()
    await store.comment(KEY, _remark("one"))
    assert await other.refresh()
    assert other.said(KEY) == store.said(KEY)
    assert not await other.refresh()
    await other.comment(OTHER, _remark("two"))
    await store.acknowledge(KEY, HEAD, "symlink:a")
    assert store.said(OTHER).remarks[0].comment.text == "two"
    await other.close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"not a database at all" * 500),
        lambda path: path.write_bytes(path.read_bytes()[:5000] + b"\xff" * 9000),
        lambda path: _execute(path, "DROP TABLE comment"),
        lambda path: _execute(path, "UPDATE comment SET at = 'yesterday'"),
    ],
    ids=["no database", "overwritten", "a table is missing", "a time that is none"],
)
async def test_a_damaged_file_is_kept_aside_and_told(
    path: Path, damage: Callable[[Path], object]
) -> None:
    store = Store(path)
    await store.comment(KEY, _remark("one"))
    await store.close()
    damage(path)
    begin = _begin(path)
    again = Store(path)
    await again.open()
    assert again.said(KEY).remarks == ()
    (note,) = again.notes
    assert "review.db was damaged" in note
    (aside,) = [file for file in path.parent.iterdir() if file.name.endswith("Z")]
    assert aside.name in note
    assert _begin(aside) == begin
    await again.comment(KEY, _remark("two"))
    assert len(again.said(KEY).remarks) == 1
    await again.close()


async def test_a_copy_follows_when_the_file_was_replaced(store: Store, path: Path) -> None:
    await store.comment(KEY, _remark("one"))
    os.rename(path, path.with_name("aside.db"))
    other = Store(path)
    await other.comment(OTHER, _remark("two"))
    await store.comment(OTHER, _remark("three"))
    assert [one.comment.text for one in store.said(OTHER).remarks] == ["two", "three"]
    await other.close()


async def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    store = Store(path)
    await store.comment(KEY, _remark("one"))
    await store.close()
    _execute(path, "PRAGMA user_version = 99")
    with pytest.raises(OperationFailed, match="newer fleettui"):
        await Store(path).open()
    assert not [file for file in path.parent.iterdir() if "damaged" in file.name]


async def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "review").write_text("a file where the folder should be")
    with pytest.raises(OperationFailed, match="review"):
        await Store(tmp_path / "review" / "review.db").open()


def test_each_new_version_begins_with_a_backup(path: Path) -> None:
    steps = [["CREATE TABLE a (x)"], ["ALTER TABLE a ADD COLUMN y"], ["CREATE TABLE b (x)"]]
    old = open_database(path, steps[:1], lambda file: file.execute("SELECT * FROM a").fetchall())
    old.connection.execute("INSERT INTO a VALUES (1)")
    old.connection.close()
    new = open_database(path, steps, lambda file: file.execute("SELECT * FROM a").fetchall())
    new.connection.close()
    assert new.content == [(1, None)]
    for version, columns in ((1, 1), (2, 2)):
        backup = path.with_name(f"review.db.v{version}")
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        copy = sqlite3.connect(backup)
        assert copy.execute("PRAGMA user_version").fetchone() == (version,)
        assert len(copy.execute("SELECT * FROM a").fetchone()) == columns
        copy.close()


def test_a_new_version_that_fails_leaves_the_old_one(path: Path) -> None:
    good = [["CREATE TABLE a (x)"]]
    open_database(path, good, lambda file: None).connection.close()
    wrong = [*good, ["ALTER TABLE a ADD COLUMN y", "INSERT INTO nowhere VALUES (1)"]]
    open_database(path, wrong[:1], lambda file: None).connection.close()
    with pytest.raises(OperationFailed, match="nowhere"):
        open_database(path, wrong, lambda file: None)
    copy = sqlite3.connect(path)
    assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    assert [row[1] for row in copy.execute("PRAGMA table_info(a)")] == ["x"]
    copy.close()


@pytest.mark.soak
async def test_what_was_answered_survives_kill_9(path: Path) -> None:
    chance = random.Random(5)
    answered: list[str] = []
    for round_ in range(ROUNDS):
        writer = await _writer(path, f"r{round_}", 10_000)
        assert writer.stdout is not None
        for _ in range(chance.randint(1, 30)):
            answered.append((await writer.stdout.readline()).decode().strip())
        await asyncio.sleep(chance.random() / 50)
        writer.send_signal(signal.SIGKILL)
        rest = await writer.stdout.read()
        answered += rest.decode().split("\n")[:-1]
        await writer.wait()
        store = Store(path)
        await store.open()
        kept = [one.comment.text for one in store.said(KEY).remarks]
        assert store.notes == ()
        assert len(kept) == len(set(kept))
        assert set(answered) <= set(kept)
        assert len(kept) - len(answered) <= round_ + 1
        await store.close()


async def test_two_processes_can_write_at_once(path: Path) -> None:
    writers = [await _writer(path, name, 25) for name in ("one", "two")]
    for writer in writers:
        await writer.communicate()
        assert writer.returncode == 0
    store = Store(path)
    await store.open()
    texts = [one.comment.text for one in store.said(KEY).remarks]
    assert sorted(texts) == sorted(f"{name} {n}" for name in ("one", "two") for n in range(25))
    numbers = {one.comment.id for one in store.said(KEY).remarks}
    assert len(numbers) == 50
    await store.close()


_WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from fleettui.model.change import ChangeKey, Comment, Side
from fleettui.review.said.values import Remark
from fleettui.review.said.store import Store

KEY, NOW = ChangeKey("app", "brain", "t-1"), datetime.now(UTC)

async def main():
    path, name, count = sys.argv[1:]
    store = Store(Path(path))
    for number in range(int(count)):
        comment = Comment(0, "a", Side.NEW, 7, f"{name} {number}", NOW, "a" * 40)
        await store.comment(KEY, Remark(comment, b"a", "2" * 40))
        print(f"{name} {number}", flush=True)
    await store.close()

asyncio.run(main())
"""


async def _writer(path: Path, name: str, count: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, str(path), name, str(count), stdout=PIPE
    )


def _begin(path: Path) -> bytes:
    return path.read_bytes()[:100]


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def _file() -> FileChange:
    return FileChange(
        b"src/app.py", "src/app.py", "M", 0o100644, 0o100644, "1" * 40, "2" * 40, 3, 1
    )


def _remark(text: str) -> Remark:
    comment = Comment(0, "src/app.py", Side.NEW, 7, text, NOW, HEAD, quote="print(1)")
    return Remark(comment, b"src/app.py", "2" * 40)
