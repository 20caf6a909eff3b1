"""The line in which the user types what to look for."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from fleettui.tui import keys
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import Tone, pad, right
from fleettui.tui.widgets.lines import Lines

_DRAWABLE = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
"""Nothing that is pasted here may act on the terminal."""


def draw_prompt(value: str, width: int, height: int) -> Drawing:
    """The slash before the text."""
    return Drawing((pad(((" / ", Tone.KEY),), width),))


def draw_count(value: tuple[int, str], width: int, height: int) -> Drawing:
    """How many were found, and that in words."""
    shown, text = value
    return Drawing((((right(f"{text} ", width), Tone.DIM if shown else Tone.WARN),),))


class FilterBar(Horizontal):
    """Calls `look_for` on each change and shows what `count` then says."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        background: $panel;
        & > Lines { width: 3; height: 1; overflow-y: hidden; background: $panel; }
        & > #count { width: 20; }
        & > Input { width: 1fr; background: $panel; padding: 0; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = list(keys.FILTER)

    def __init__(
        self,
        look_for: Callable[[str], None],
        count: Callable[[], tuple[int, str]],
        placeholder: str = "name, role, model, branch or state",
    ) -> None:
        super().__init__()
        self._look_for = look_for
        self._count = count
        self._text = Input(
            placeholder=placeholder, restrict=_DRAWABLE, compact=True, select_on_focus=False
        )
        self._found = Lines(draw_count, count(), id="count")

    def compose(self) -> ComposeResult:
        """Prompt, text, count."""
        yield Lines(draw_prompt, "")
        yield self._text
        yield self._found

    def ask(self) -> None:
        """Give the text the keyboard, at once: the next key may already be there."""
        self.screen.set_focus(self._text)

    async def action_done(self) -> None:
        """Give the keyboard back, once what was typed before is in the text and was looked for."""
        arrived = asyncio.Event()
        if self._text.call_later(arrived.set):
            await arrived.wait()
        self._look()
        self.screen.set_focus(None)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look()

    def _look(self) -> None:
        """Look for what stands there now, which may be more than the event knew of."""
        self._look_for(self._text.value)
        self.show_count()

    def show_count(self) -> None:
        """Tell anew how many were found."""
        self._found.value = self._count()
