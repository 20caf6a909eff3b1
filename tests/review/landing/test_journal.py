"""The journal, in real SQLite files."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleettui.model.change import ChangeKey
from fleettui.model.errors import OperationFailed
from fleettui.model.landing import Landing, LandingState, Strategy
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.journal_rows import SCHEMA, FileMark, Move, MovedPath, upgrade

WHEN = datetime(2026, 5, 4, 12, 0, 0, 250000, tzinfo=UTC)
KEY = ChangeKey("app", "brain", "t-1")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "app")


async def begun(journal: Journal, after: str = "b" * 40) -> Landing:
    return await journal.begin(
        key=KEY,
        ref="refs/heads/main",
        before="a" * 40,
        after=after,
        head="c" * 40,
        strategy=Strategy.SQUASH,
        at=WHEN,
    )


def move_of(landing: Landing, *, undo: bool = False) -> Move:
    states = (LandingState.LANDED, LandingState.FAILED)
    if undo:
        states = (LandingState.UNDONE, LandingState.LANDED)
    return Move(
        *(0, landing.id, landing.ref, landing.before, landing.after, *states),
        *("/u/.git", "/u/\udcff", 17, 2.5, 3.5),
    )


async def test_a_landing_is_what_was_written(journal: Journal, tmp_path: Path) -> None:
    landing = await begun(journal)
    assert landing == Landing(
        *(landing.id, KEY, "refs/heads/main", "a" * 40, "b" * 40, "c" * 40),
        *(Strategy.SQUASH, LandingState.APPROVED, WHEN),
    )
    again = Journal(tmp_path / "state" / "app")
    assert await again.landings() == (landing,)
    assert await again.landing(landing.id) == landing
    assert await again.landing(99) is None
    assert (tmp_path / "state/app").stat().st_mode & 0o777 == 0o700


async def test_a_move_is_in_it_until_it_is_finished(journal: Journal) -> None:
    landing = await begun(journal)
    paths = (
        MovedPath(b"\xff\n", 0o100644, 0, "d" * 40, "0" * 40, FileMark(2**64 - 1, 5, 7)),
        MovedPath(b"new", 0, 0o120000, "0" * 40, "e" * 40),
    )
    move = await journal.start(move_of(landing), reversed(paths))
    assert (await journal.landings())[0].state is LandingState.LANDING
    assert await journal.unfinished() == (move,)
    assert move.work_tree == "/u/\udcff"
    assert set(await journal.paths(move)) == set(paths)
    assert await journal.pending()
    done = await journal.finish(move, move.done, "fine")
    assert (done.state, done.note) == (LandingState.LANDED, "fine")
    assert (await journal.unfinished(), await journal.paths(move)) == ((), ())
    assert not await journal.pending()


async def test_an_undo_is_under_way_as_such(journal: Journal) -> None:
    landing = await begun(journal)
    await journal.set_state(landing.id, LandingState.LANDED)
    assert [one.id for one in await journal.landed()] == [landing.id]
    await journal.start(move_of(landing, undo=True), ())
    assert (await journal.landings())[0].state is LandingState.UNDOING
    assert await journal.landed() == ()


async def test_what_was_pushed_is_noted(journal: Journal) -> None:
    one, two = await begun(journal, "1" * 40), await begun(journal, "2" * 40)
    await journal.mark_pushed([one.after])
    assert [landing.pushed for landing in await journal.landings()] == [False, True]
    assert (await journal.landings())[0].id == two.id


async def test_it_is_durable(journal: Journal, tmp_path: Path) -> None:
    await begun(journal)
    with sqlite3.connect(tmp_path / "state/app/journal.db") as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA user_version").fetchone() == (len(SCHEMA),)
    db.close()


async def test_an_older_one_is_brought_up_to_date(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    upgrade(db, SCHEMA[:1])
    db.execute("INSERT INTO marks VALUES ('', '')")
    upgrade(db, (*SCHEMA[:1], "ALTER TABLE marks ADD COLUMN more TEXT; CREATE TABLE other (x)"))
    assert db.execute("SELECT name, more FROM marks").fetchall() == [("", None)]
    assert db.execute("PRAGMA user_version").fetchone() == (2,)
    db.close()


async def test_one_from_the_future_is_not_touched(journal: Journal, tmp_path: Path) -> None:
    await begun(journal)
    db = sqlite3.connect(tmp_path / "state/app/journal.db", isolation_level=None)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(OperationFailed, match="newer fleettui: update fleettui"):
        await journal.landings()


async def test_a_broken_one_is_said(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "state/app").mkdir(parents=True)
    (tmp_path / "state/app/journal.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(OperationFailed, match=r"journal\.db fails: file is not a database"):
        await begun(journal)


async def test_an_unknown_landing_is_said(journal: Journal) -> None:
    with pytest.raises(OperationFailed, match="knows no landing 7"):
        await journal.set_state(7, LandingState.LANDED)
