"""A diff that grows, is folded, remarked and searched."""

from textual.pilot import Pilot

from fleettui.model.change import Side
from fleettui.tui.widgets.diff_messages import (
    Chosen,
    CursorMoved,
    FoldToggled,
    Searched,
    TextWanted,
)
from fleettui.tui.widgets.diff_view import DiffView
from tests.tui import patches
from tests.tui.diff_scene import Small, comment, lines_of, play, position_of, sample, settle, told


async def test_folding_and_reviewing() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.show(sample(), folds={"long.txt": "generated"}, reviewed=["src/queue.py"])
        await pilot.pause()
        lines = lines_of(app)
        assert "✓" in lines[0]
        assert "reviewed · enter unfolds" in lines[0]
        assert "generated · enter unfolds" in lines[3]
        assert len([line for line in lines if line]) == 4
        view.choose()
        await pilot.pause()
        assert "@@ 10,3" in lines_of(app)[1]
        folds = told(app, FoldToggled)
        assert [(m.path, m.folded) for m in folds if isinstance(m, FoldToggled)] == [
            ("src/queue.py", False)
        ]
        view.move(4)
        view.toggle_fold()
        await pilot.pause()
        assert lines_of(app)[0].startswith("▌▸ ✓ M src/queue.py")
        view.mark(reviewed=[])
        await pilot.pause()
        assert lines_of(app)[0].startswith("▌▾   M src/queue.py")
        assert view.goto(2, Side.NEW, 3)
        await pilot.pause()
        assert any("line 3" in line for line in lines_of(app))

    await play(scene)


async def test_comments_stand_below_their_lines() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.move(4)
        view.mark(
            comments=[
                comment(1, 11),
                comment(2, None, outdated=True, quote="was()"),
                comment(3, 91, sent=1, text="long " * 40),
            ]
        )
        view.scroll_to(y=0, animate=False, force=True)
        await pilot.pause()
        lines = lines_of(app)
        assert "comment 2 · outdated" in lines[1]
        assert "was: was()" in lines[3]
        cursor = next(place for place, line in enumerate(lines) if line.startswith("▌"))
        assert "await self.run" in lines[cursor]
        assert "comment 1 · draft" in lines[cursor + 1]
        assert "remark 1" in lines[cursor + 2]
        wrapped = next(place for place, line in enumerate(lines) if "sent in prompt 1" in line)
        assert all("long" in line for line in lines[wrapped + 1 : wrapped + 4])
        view.move(1)
        position = position_of(view)
        assert position.comment is not None
        assert position.comment.id == 1
        view.choose()
        await pilot.pause()
        assert told(app, Chosen)
        view.move(1)
        position = position_of(view)
        assert (position.comment, position.line) == (None, 12)
        view.mark(comments=[])
        await pilot.pause()
        assert not any("comment" in line for line in lines_of(app))
        position = position_of(view)
        assert position.line == 12

    await play(scene)


async def test_growing_keeps_the_place() -> None:
    whole, growing = sample(), patches.empty()

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        assert lines_of(app)[0].split() == ["⟳", "reading", "…"]
        patches.copy_of(whole, 60, growing)
        view.grew()
        await pilot.pause()
        assert told(app, CursorMoved)
        view.move(30)
        await pilot.pause()
        before = lines_of(app)
        view.move(20)
        view.move_to_end(1)
        await pilot.pause()
        assert any("60 rows so far" in line for line in lines_of(app)) or view.max_scroll_y
        view.goto(2, Side.NEW, before_line := 20)
        await pilot.pause()
        before = lines_of(app)
        patches.copy_of(whole, len(whole), growing)
        view.grew()
        await pilot.pause()
        after = lines_of(app)
        assert [line for line in after if "▌" in line] == [line for line in before if "▌" in line]
        position = position_of(view)
        assert position.line == before_line
        assert not any("so far" in line for line in after)
        assert after[0].endswith("3/3")

    await play(scene, patch=growing)


async def test_growth_and_all_at_once_look_the_same() -> None:
    whole, growing = sample(), patches.empty()

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        for split in (False, True):
            for rows in range(1, len(whole) + 1, 23):
                patches.copy_of(whole, rows, growing)
                view.grew()
                await pilot.pause()
            patches.copy_of(whole, len(whole), growing)
            view.grew()
            view.split = split
            await settle(pilot, lambda: not view._inks.wanted.is_set())
            grown = lines_of(app)
            view.show(sample())
            await pilot.pause()
            assert lines_of(app) == grown

    await play(scene, (120, 40), patch=growing)


async def test_searching() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.find("line 15")
        await settle(pilot, lambda: view.search is not None and not view.search.ahead)
        assert view.search is not None
        assert len(view.search.rows) == 11
        position = position_of(view)
        assert position.line == 15
        assert view.search.number(view.spot.row) == 1
        assert view.find_next()
        position = position_of(view)
        assert position.line == 150
        assert view.find_next(-1)
        assert view.find_next(-1)
        position = position_of(view)
        assert position.line == 159
        await pilot.pause()
        strips = [view.render_line(y) for y in range(24)]
        found = next(strip for strip in strips if "line 159" in strip.text)
        match = next(segment for segment in found if segment.text == "line 15")
        assert match.style is not None
        assert match.style.bgcolor != view.rich_style.bgcolor
        assert told(app, Searched)
        view.toggle_fold()
        assert view.find_next()
        position = position_of(view)
        assert position.line == 15
        view.find("")
        assert not view.find_next()

    await play(scene)


async def test_a_binary_can_be_wanted_as_text() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.goto(1)
        view.move(1)
        view.choose()
        await pilot.pause()
        wanted = told(app, TextWanted)[0]
        assert isinstance(wanted, TextWanted)
        assert (wanted.path, wanted.index) == ("logo.png", 1)

    await play(scene)
