"""Sheets: exactly what is about to be done, before it is done."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from fleettui.model.errors import FleettuiError
from fleettui.model.landing import Strategy
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import BLANK, Line, Tone, tame
from fleettui.tui.draw.review_sheets import blocked_lines, fitted
from fleettui.tui.review_keys import SHEET
from fleettui.tui.widgets.hints import KeyHints
from fleettui.tui.widgets.lines import Lines

WhatT = TypeVar("WhatT")
_AROUND = 3
"""Lines of a sheet besides its plan: the border, and what the keys do."""


def _never(what: Any) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Plan(Generic[WhatT]):
    """What a sheet is about. `load` finds out what would happen, `lines` say it, `blocked` why
    it cannot be done; `does`: what enter does, in words; "": there is nothing to confirm."""

    title: str
    does: str
    load: Callable[[Strategy], Awaitable[WhatT]]
    lines: Callable[[WhatT, int], Sequence[Line]]
    blocked: Callable[[WhatT], Sequence[str]] = _never
    strategies: bool = False


@dataclass(frozen=True, slots=True)
class State(Generic[WhatT]):
    """How far it is: nothing yet, what would happen, or why that cannot be told. `early`: enter
    was pressed before there was anything to see."""

    plan: Plan[WhatT]
    strategy: Strategy
    what: WhatT | None = None
    failure: str = ""
    early: bool = False

    @property
    def ready(self) -> bool:
        """Whether enter would do something."""
        done = self.what is not None and bool(self.plan.does)
        return done and not self.plan.blocked(cast("WhatT", self.what))

    @property
    def open(self) -> bool:
        """Whether enter does something, or will."""
        return self.ready or (self.what is None and not self.failure and bool(self.plan.does))


def draw_sheet(value: State[Any], width: int, height: int) -> Drawing:
    """What would happen."""
    plan = value.plan
    if value.failure:
        lines: list[Line] = [*blocked_lines([value.failure], width), BLANK]
    elif value.what is None:
        lines = [BLANK, (("⟳ finding out exactly what would happen…", Tone.WORK),), BLANK]
    else:
        lines = [*plan.lines(value.what, width), BLANK]
    return Drawing(fitted(lines, width))


def draw_keys(value: State[Any], width: int, height: int) -> Drawing:
    """What enter and esc do; always in sight, however long the sheet is."""
    back: Line = (("esc ", Tone.KEY), ("changes nothing" if value.ready else "back", Tone.DIM))
    line: Line = (("enter ", Tone.KEY), (f"{value.plan.does}   ", Tone.TEXT), *back)
    if not value.ready:
        line = back
    if value.early:
        again = "press enter again: " if value.ready else ""
        early = f"▲ {again}it came before this could be read   "
        line = ((early, Tone.WARN), *line)
    return Drawing(fitted([line], width))


class Sheet(ModalScreen[WhatT | None]):
    """Shows a plan; its result is what is to be done, or None."""

    CSS_PATH = "sheets.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(SHEET)
    AUTO_FOCUS = ""

    def __init__(self, plan: Plan[WhatT], strategy: Strategy = Strategy.MERGE) -> None:
        super().__init__()
        self._state = State(plan, strategy)
        self._painted = False

    def compose(self) -> ComposeResult:
        """The sheet, and its keys."""
        with Vertical(id="sheet"):
            yield Lines(draw_sheet, self._state, id="plan")
            yield Lines(draw_keys, self._state, id="answers")
        yield KeyHints(self._why_not)

    def on_mount(self) -> None:
        """Find out what would happen."""
        self.query_one("#sheet").border_title = Content(tame(self._state.plan.title))
        self._find_out()

    @property
    def _lines(self) -> Lines[State[WhatT]]:
        return self.query_one("#plan", Lines)

    def _find_out(self) -> None:
        self._painted = False
        self._become(State(self._state.plan, self._state.strategy))
        self.run_worker(self._load(), group="sheet.load", exclusive=True)

    async def _load(self) -> None:
        plan, strategy = self._state.plan, self._state.strategy
        try:
            what = await plan.load(strategy)
        except FleettuiError as error:
            self._become(replace(self._state, failure=str(error)))
        else:
            self._become(replace(self._state, what=what))
            self.call_after_refresh(self._was_painted)

    def _was_painted(self) -> None:
        self._painted = True
        self.refresh_bindings()

    def _become(self, state: State[WhatT]) -> None:
        self._state = state
        needed = len(draw_sheet(state, self._width(), 1).lines)
        self.query_one("#sheet").styles.height = needed + _AROUND
        self._lines.value = state
        answers: Lines[State[WhatT]] = self.query_one("#answers", Lines)
        answers.value = state
        self.refresh_bindings()

    def _width(self) -> int:
        return self._lines.room.width or min(102, max(10, self.app.size.width - 6))

    def on_resize(self) -> None:
        """Be as high as the text is now."""
        self.call_after_refresh(self._become, self._state)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is blocked cannot be confirmed."""
        if action == "confirm":
            return self._state.open
        if action == "strategy":
            return self._state.plan.strategies
        return True

    def _why_not(self, action: str) -> str | None:
        seen = self._state.ready and self._painted
        return None if action != "confirm" or seen else "nothing to confirm yet"

    def action_confirm(self) -> None:
        """Do it, if it was seen: a key that was typed ahead confirms nothing."""
        if not (self._state.ready and self._painted):
            self._become(replace(self._state, early=True))
            return
        self._painted = False
        self.dismiss(self._state.what)

    def action_back(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def action_strategy(self) -> None:
        """Look at the next strategy."""
        every = list(Strategy)
        after = every[(every.index(self._state.strategy) + 1) % len(every)]
        self._state = State(self._state.plan, after)
        self._find_out()

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self._lines.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        lines = self._lines
        lines.scroll_relative(y=pages * max(1, lines.room.height - 1), animate=False)
