"""The diff on a screen: what stands where, under keys, mouse, growth and other sizes."""

import subprocess
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from fleettui.model.change import Comment, Side
from fleettui.model.patch import Patch, Row
from fleettui.model.text import is_clean
from fleettui.tui.draw.diff_text import Ground
from fleettui.tui.draw.paint import Tone
from fleettui.tui.theme import load_themes, variable_defaults
from fleettui.tui.theme_files import theme_folders
from fleettui.tui.widgets.diff_colours import DiffColours
from fleettui.tui.widgets.diff_messages import (
    Chosen,
    CursorMoved,
    FoldToggled,
    Searched,
    TextWanted,
)
from fleettui.tui.widgets.diff_view import DiffView
from tests.tui import patches

SIZES = [(80, 24), (120, 40), (200, 60)]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Small(App[None]):
    """A diff and nothing else."""

    def __init__(self, theme: str = "fleet-dark") -> None:
        super().__init__()
        for each in load_themes(theme_folders()).themes.values():
            self.register_theme(each)
        self.theme = theme
        self.told: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables."""
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        """The diff."""
        yield DiffView()

    def on_mount(self) -> None:
        """Keys go to the diff."""
        self.query_one(DiffView).focus()

    def on_diff_view_cursor_moved(self, message: CursorMoved) -> None:
        """Note it."""
        self.told.append(message)

    def on_diff_view_fold_toggled(self, message: FoldToggled) -> None:
        """Note it."""
        self.told.append(message)

    def on_diff_view_text_wanted(self, message: TextWanted) -> None:
        """Note it."""
        self.told.append(message)

    def on_diff_view_chosen(self, message: Chosen) -> None:
        """Note it."""
        self.told.append(message)

    def on_diff_view_searched(self, message: Searched) -> None:
        """Note it."""
        self.told.append(message)


def lines_of(app: App[None]) -> list[str]:
    """Every line of the screen, without the scrollbar."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return [strip.text[: width - 1].rstrip() for strip in strips[:height]]


def sample() -> Patch:
    """Three files: two hunks, a binary, a long one."""
    patch = patches.empty()
    patches.add_file(patch, patches.change("src/queue.py", additions=2, deletions=2))
    patches.add_hunk(patch, (10, 3), (10, 4), b"class Queue:")
    patches.add_rows(
        patch,
        [
            (Row.CONTEXT, b"for row in rows:"),
            (Row.REMOVED, b"    self.run(row)"),
            (Row.ADDED, b"    await self.run(row)"),
            (Row.ADDED, b"    self.done += 1"),
            (Row.CONTEXT, b"return rows"),
        ],
        10,
        10,
    )
    patches.add_hunk(patch, (90, 1), (91, 1))
    patches.add_rows(patch, [(Row.REMOVED, b"old"), (Row.ADDED, b"new")], 90, 91)
    binary = patches.change("logo.png", additions=None, deletions=None)
    patches.add_file(patch, binary)
    patches.add_row(patch, Row.BINARY)
    patches.add_file(patch, patches.change("long.txt", additions=200))
    patches.add_hunk(patch, (1, 0), (1, 200))
    patches.add_rows(patch, [(Row.ADDED, f"line {n}".encode()) for n in range(1, 201)])
    patch.complete = True
    return patch


def comment(number: int, line: int | None, **fields: object) -> Comment:
    """A comment on the first file."""
    values: dict[str, object] = {"text": f"remark {number}", **fields}
    path = "src/queue.py"
    return Comment(number, path, Side.NEW, line, at=NOW, head="1" * 40, **values)  # type: ignore[arg-type]


def told(app: Small, kind: type[Message]) -> list[Message]:
    """What the widget said."""
    return [message for message in app.told if type(message) is kind]


async def settle(pilot: Pilot[None], until: Callable[[], bool]) -> None:
    """Wait until something is so."""
    await pilot.pause(0.1)
    for _ in range(500):
        if until():
            break
        await pilot.pause(0.02)
    assert until()
    await pilot.pause()


Scene = Callable[[Small, DiffView, Pilot[None]], Awaitable[None]]


async def play(scene: Scene, size: tuple[int, int] = (80, 24), patch: Patch | None = None) -> None:
    """A scene on a small screen with the sample."""
    app = Small()
    async with app.run_test(size=size) as pilot:
        view = app.query_one(DiffView)
        view.show(patch if patch is not None else sample())
        await pilot.pause()
        await scene(app, view, pilot)


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
            position = view.position
            assert position is not None
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
        position = view.position
        assert position is not None
        assert position.comment is not None
        assert position.comment.id == 1
        view.choose()
        await pilot.pause()
        assert told(app, Chosen)
        view.move(1)
        position = view.position
        assert position is not None
        assert (position.comment, position.line) == (None, 12)
        view.mark(comments=[])
        await pilot.pause()
        assert not any("comment" in line for line in lines_of(app))
        position = view.position
        assert position is not None
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
        position = view.position
        assert position is not None
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
        position = view.position
        assert position is not None
        assert position.line == 15
        assert view.search.number(view.spot.row) == 1
        assert view.find_next()
        position = view.position
        assert position is not None
        assert position.line == 150
        assert view.find_next(-1)
        assert view.find_next(-1)
        position = view.position
        assert position is not None
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
        position = view.position
        assert position is not None
        assert position.line == 15
        view.find("")
        assert not view.find_next()

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


async def test_the_mouse_puts_the_cursor_and_the_wheel_takes_it_along() -> None:
    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        await pilot.click(DiffView, offset=(20, 3))
        position = view.position
        assert position is not None
        assert (position.kind, position.line) == (Row.REMOVED, 11)
        view.split = True
        await pilot.pause()
        await pilot.click(DiffView, offset=(60, 3))
        position = view.position
        assert position is not None
        assert (position.side, position.line) == (Side.NEW, 11)
        await pilot.click(DiffView, offset=(10, 2))
        position = view.position
        assert position is not None
        assert (position.side, position.line) == (Side.OLD, 10)
        view.turn_side()
        position = view.position
        assert position is not None
        assert (position.side, position.line) == (Side.NEW, 10)
        view.scroll_to(y=60, animate=False, force=True)
        await pilot.pause()
        assert any("▌" in line for line in lines_of(app)[1:])
        await pilot.click(DiffView, offset=(5, 0))
        position = view.position
        assert position is not None
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


HOSTILE: list[bytes] = [
    b"\x1b]52;c;ZXZpbA==\x07",
    b"\x1b[2J\x9b31m",
    "c1 \x9b2J \x85 \x90".encode(),
    "bidi \u202e\u2066 zw\u200b tag\U000e0041".encode(),
    b"HIDDEN\rvisible\r",
    b"\xff\xfe\x00",
    ("e" + "\u0301" * 30).encode(),
]


@pytest.mark.parametrize("split", [False, True])
async def test_nothing_that_acts_reaches_the_screen(split: bool) -> None:
    rows = [(kind, line) for line in HOSTILE for kind in (Row.REMOVED, Row.ADDED, Row.CONTEXT)]
    patch = patches.patch_of(rows, path="a\x1b[2J\u202e.py")
    patch.counts.clear()

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.split = split
        view.mark(comments=[comment(1, 3, text="\x1b[2J\u202e")])
        await settle(pilot, lambda: not view._inks.wanted.is_set())
        for y in range(24):
            strip = view.render_line(y)
            assert is_clean(strip.text)
            assert strip.cell_length == 80
            assert all(segment.control is None for segment in strip)
        assert any("␍" in line for line in lines_of(app))

    await play(scene, patch=patch)


@pytest.mark.parametrize("theme", ["fleet-light", "fleet-contrast", "ansi-dark"])
async def test_a_diff_in_other_colours(theme: str) -> None:
    app = Small(theme)
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.query_one(DiffView)
        view.show(sample())
        await settle(pilot, lambda: not view._inks.wanted.is_set())
        added = next(s for y in range(24) if "await" in (s := view.render_line(y)).text)
        word = next(segment for segment in added if segment.text == "await")
        assert word.style is not None
        assert word.style.bold
        app.theme = "fleet-forest"
        await pilot.pause()
        again = next(s for y in range(24) if "await" in (s := view.render_line(y)).text)
        other = next(segment for segment in again if segment.text == "await")
        assert other.style != word.style


@pytest.mark.parametrize("name", list(BUILTIN_THEMES))
def test_every_theme_has_colours_for_a_diff(name: str) -> None:
    app = Small()
    app.theme = name
    colours = DiffColours({**app.get_css_variables()})
    styles = {
        colours.style(tone, ground, cursor=cursor)
        for tone in Tone
        for ground in Ground
        for cursor in (False, True)
    }
    assert len(styles) > 10


async def test_what_git_prints_in_a_real_repository(tmp_path: Path) -> None:
    def git(*args: str) -> bytes:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *args]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout

    git("init", "-q")
    code = tmp_path / "queue.py"
    code.write_text('def run(rows):\n    """Run."""\n    for row in rows:\n        row.run()\n')
    git("add", ".")
    git("commit", "-qm", "one")
    code.write_text('def run(rows):\n    """Run."""\n    for row in rows:\n        row.start()')
    patch = patches.parse(git("diff", "--no-renames"))

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        await settle(pilot, lambda: not view._inks.wanted.is_set())
        lines = lines_of(app)
        assert "row.run()" in lines[5]
        assert "row.start()" in lines[6]
        assert "no newline at the end of the file" in lines[7]
        keyword = next(segment for segment in view.render_line(2) if segment.text == "def")
        plain = next(segment for segment in view.render_line(4) if segment.text.endswith("row "))
        assert keyword.style is not None
        assert plain.style is not None
        assert keyword.style.color != plain.style.color

    await play(scene, patch=patch)
