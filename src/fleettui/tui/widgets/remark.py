"""Where the user writes a few lines: a comment, or a note."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import TextArea

from fleettui.model.text import clean
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import Line, Tone, cut
from fleettui.tui.review_keys import REMARK
from fleettui.tui.widgets.lines import Lines

LONGEST = 10_000
"""Characters of a remark."""


def draw_about(value: tuple[Line, str], width: int, height: int) -> Drawing:
    """What the remark is on, and the keys."""
    about, hint = value
    return Drawing((cut(about, width), cut(((hint, Tone.DIM),), width)))


class Text(TextArea):
    """Takes nothing that could act on the terminal, wherever it is pasted from."""

    async def on_paste(self, event: events.Paste) -> None:
        """Make what is pasted visible, and harmless."""
        event.prevent_default()
        event.stop()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
        self.insert(clean(text, limit=LONGEST, newlines=True))


class Remark(Vertical):
    """Calls `keep` with the text, once; the screen takes it away again."""

    DEFAULT_CSS = """
    Remark {
        height: auto;
        max-height: 60%;
        background: $panel;
        border-left: outer $accent;
        padding: 0 1;
        & > Lines { height: 2; overflow-y: hidden; background: $panel; }
        & > Text { height: auto; max-height: 8; min-height: 2; background: $panel; padding: 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = list(REMARK)

    def __init__(self, about: Line, does: str, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._about = about
        self._does = does
        self._keep = keep
        self._kept = False

    def compose(self) -> ComposeResult:
        """What it is about, then the text."""
        hint = f"enter {self._does} · ctrl+j new line · esc drops it"
        yield Lines(draw_about, (self._about, hint))
        yield Text(soft_wrap=True, compact=True, highlight_cursor_line=False)

    def ask(self) -> None:
        """Give the text the keyboard at once: the next key may already be there."""
        self.screen.set_focus(self.query_one(Text))

    @property
    def text(self) -> str:
        """What was written."""
        return self.query_one(Text).text.strip()[:LONGEST]

    async def action_save(self) -> None:
        """Keep it, once what was typed before has arrived."""
        arrived = asyncio.Event()
        if self.query_one(Text).call_later(arrived.set):
            await arrived.wait()
        if not self._kept:
            self._kept = True
            self._keep(self.text)

    def action_new_line(self) -> None:
        """Start a new line."""
        self.query_one(Text).insert("\n")
