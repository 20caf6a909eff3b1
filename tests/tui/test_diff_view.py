"""The diff on a screen: what stands where, and where the cursor goes."""

import pytest
from textual.pilot import Pilot

from fleettui.model.change import Side
from fleettui.model.patch import Row
from fleettui.tui.widgets.diff_messages import CursorMoved
from fleettui.tui.widgets.diff_view import DiffView
from tests.tui import patches
from tests.tui.diff_scene import Small, lines_of, play, position_of, told

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("split", [False, True])
async def test_a_diff_stands_on_the_screen(size: tuple[int, int], split: bool) -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.split = split
        await pilot.pause()
        lines = lines_of(app)
        assert lines[0].startswith("▌▾   M src/queue.py  +2 −2")
        assert lines[0].endswith("1/3")
        assert "@@ 10,3 → 10,4 @@  class Queue:" in lines[1]
        text = [" ".join(line.replace("│", " ").split()) for line in lines[2:8]]
        if split:
            assert text[:3] == [
                "10 for row in rows: 10 for row in rows:",
                "11 − self.run(row) 11 + await self.run(row)",
                "12 + self.done += 1",
            ]
        else:
            assert text[:4] == [
                "10 10 for row in rows:",
                "11 − self.run(row)",
                "11 + await self.run(row)",
                "12 + self.done += 1",
            ]
        assert any("binary" in line and "enter shows it as text" in line for line in lines)

    await play(scene, size)


async def test_moving_by_line_hunk_file_and_page() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        def here() -> tuple[str, Row, Side, int]:
            position = position_of(view)
            return position.path, position.kind, position.side, position.line

        await pilot.press("down", "down", "down")
        assert here() == ("src/queue.py", Row.REMOVED, Side.OLD, 11)
        await pilot.press("down")
        assert here() == ("src/queue.py", Row.ADDED, Side.NEW, 11)
        assert view.move_hunk(1)
        assert here() == ("src/queue.py", Row.HUNK, Side.NEW, 0)
        assert view.move_hunk(-1)
        assert view.spot.row == 1
        assert not view.move_hunk(-1)
        assert view.move_file(1)
        assert here() == ("logo.png", Row.FILE, Side.NEW, 0)
        assert view.move_file(1)
        await pilot.pause()
        assert lines_of(app)[0].startswith("▌▾   M long.txt")
        await pilot.press("pagedown")
        assert here()[3] > 15
        await pilot.press("end")
        assert here() == ("long.txt", Row.ADDED, Side.NEW, 200)
        assert "line 200" in lines_of(app)[-1]
        assert not view.move_file(1)
        await pilot.press("pageup", "home")
        assert here() == ("src/queue.py", Row.FILE, Side.NEW, 0)
        last = told(app, CursorMoved)[-1]
        assert isinstance(last, CursorMoved)
        assert (last.position.file, last.position.files) == (0, 3)

    await play(scene)


async def test_the_head_of_a_file_stays_while_its_lines_scroll_by() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        assert view.goto(2, Side.NEW, 150)
        await pilot.pause()
        lines = lines_of(app)
        assert "long.txt" in lines[0]
        assert any(line.startswith("▌") and "line 150" in line for line in lines[1:])
        for _ in range(40):
            view.move(-1)
            await pilot.pause()
            assert any(line.startswith("▌") for line in lines_of(app)[1:])
        assert not view.goto(2, Side.NEW, 900)
        assert not view.goto(7)

    await play(scene)


async def test_choosing_lines_to_copy() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.move(3)
        assert view.chosen_text() == "    self.run(row)"
        view.choose_lines()
        view.move(2)
        await pilot.pause()
        assert (
            view.chosen_text() == "    self.run(row)\n    await self.run(row)\n    self.done += 1"
        )
        assert sum(line.startswith(("▌", "▏")) for line in lines_of(app)) == 3
        view.choose_lines()
        await pilot.pause()
        assert sum(line.startswith(("▌", "▏")) for line in lines_of(app)) == 1

    await play(scene)


async def test_the_mouse_puts_the_cursor_and_the_wheel_takes_it_along() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        await pilot.click(DiffView, offset=(20, 3))
        position = position_of(view)
        assert (position.kind, position.line) == (Row.REMOVED, 11)
        view.split = True
        await pilot.pause()
        await pilot.click(DiffView, offset=(60, 3))
        position = position_of(view)
        assert (position.side, position.line) == (Side.NEW, 11)
        await pilot.click(DiffView, offset=(10, 2))
        position = position_of(view)
        assert (position.side, position.line) == (Side.OLD, 10)
        view.turn_side()
        position = position_of(view)
        assert (position.side, position.line) == (Side.NEW, 10)
        view.scroll_to(y=60, animate=False, force=True)
        await pilot.pause()
        assert any("▌" in line for line in lines_of(app)[1:])
        await pilot.click(DiffView, offset=(5, 0))
        position = position_of(view)
        assert position.kind is Row.FILE

    await play(scene)


async def test_long_lines_are_shifted() -> None:
    patch = patches.patch_of([(Row.ADDED, b"0123456789" * 20)])

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        assert "0123456789" in lines_of(app)[2]
        assert "…" in lines_of(app)[2]
        await pilot.press("right", "right")
        assert "…789012345" in lines_of(app)[2]
        await pilot.press("left", "left", "left")
        assert "+ 0123456789" in lines_of(app)[2]

    await play(scene, patch=patch)


async def test_another_size_keeps_the_cursor_in_view() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.goto(2, Side.NEW, 120)
        for size in [(40, 10), (200, 60), (80, 24), (10, 3)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert any(line.startswith("▌") for line in lines_of(app))

    await play(scene)
