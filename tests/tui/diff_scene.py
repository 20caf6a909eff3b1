"""A diff and nothing else on a small screen, to be looked at as a reader does."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from fleettui.model.change import Comment, Side
from fleettui.model.patch import Patch, Row
from fleettui.tui.theme import load_themes, variable_defaults
from fleettui.tui.theme_files import theme_folders
from fleettui.tui.widgets.diff_messages import (
    Chosen,
    CursorMoved,
    FoldToggled,
    Position,
    Searched,
    TextWanted,
)
from fleettui.tui.widgets.diff_view import DiffView
from tests.tui import patches

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


def position_of(view: DiffView) -> Position:
    """Where the cursor is."""
    position = view.position
    assert position is not None
    return position
