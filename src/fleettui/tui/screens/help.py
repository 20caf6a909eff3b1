"""What every key does, from the keys themselves."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.dom import DOMNode
from textual.screen import ModalScreen

from fleettui.tui import keys
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import BLANK, Line, Tone, cells, cut, left, pad
from fleettui.tui.widgets.hints import KeyHints
from fleettui.tui.widgets.lines import Lines

Row = tuple[str, str]
Group = tuple[str, tuple[Row, ...]]


def draw_help(groups: tuple[Group, ...], width: int, height: int) -> Drawing:
    """Groups of keys, each with what it does; in two columns where they are many."""
    drawn = [_group(title, rows) for title, rows in groups]
    lines = _stacked(drawn)
    if width >= _TWO_COLUMNS and len(lines) > _ONE_COLUMN:
        half = (width - 3) // 2
        split = min(range(1, len(drawn) + 1), key=lambda at: _height(drawn, at))
        sides = zip_longest(_stacked(drawn[:split]), _stacked(drawn[split:]), fillvalue=BLANK)
        gap = ("   ", Tone.TEXT)
        lines = [(*pad(one, half), gap, *cut(other, half)) for one, other in sides]
    lines += [BLANK, ((f"{_LEGEND}", Tone.DIM),)]
    return Drawing(tuple(cut(line, width) for line in lines))


def _group(title: str, rows: Sequence[Row]) -> list[Line]:
    column = max(_KEY, *(cells(key) for key, _ in rows)) if rows else 0
    head: Line = ((title, Tone.ACCENT),)
    return [
        head,
        *(((f"  {left(key, column)}  ", Tone.KEY), (text, Tone.TEXT)) for key, text in rows),
    ]


def _stacked(groups: Sequence[list[Line]]) -> list[Line]:
    lines: list[Line] = []
    for group in groups:
        lines += [*([BLANK] if lines else []), *group]
    return lines


def _height(groups: Sequence[list[Line]], split: int) -> int:
    return max(len(_stacked(groups[:split])), len(_stacked(groups[split:])))


_WIDTH, _WIDEST = 88, 154
_TWO_COLUMNS = 108
"""Cells from which keys stand in two columns, and lines up to which they need not."""
_ONE_COLUMN = 30
_KEY = 6
"""The least cells of the column of keys."""
_STEP = re.compile(r"\(-?1\)$")
_LEGEND = "● fine   ▲ attention   ✕ down   ◌ stale or unknown   ⟳ working   ∞ stays loaded"


def rows(bindings: Iterable[tuple[Binding, str]]) -> tuple[Row, ...]:
    """One row an action; the numbers are one row together, and so are a step and the one back."""
    texts: dict[str, tuple[list[str], list[str]]] = {}
    for binding, key in bindings:
        if binding.group is keys.NUMBER:
            texts.setdefault("number", (["1-9"], ["Choose a machine by its number"]))
            continue
        names, told = texts.setdefault(_STEP.sub("", binding.action), ([], []))
        names.append(key)
        if binding.tooltip not in told:
            told.append(binding.tooltip)
    return tuple((" ".join(names), " · ".join(told)) for names, told in texts.values())


def groups(
    active: Iterable[ActiveBinding], app: DOMNode, display: Callable[[Binding], str]
) -> tuple[Group, ...]:
    """The keys of a screen, then those that work everywhere."""
    found: dict[str, list[tuple[Binding, str]]] = {"here": []}
    for title in keys.SECTIONS:
        found[title] = []
    found["everywhere"] = []
    for one in active:
        if one.binding.id is not None:
            title = "everywhere" if one.node is app else _section(one.binding)
            found[title].append((one.binding, display(one.binding)))
    return tuple((title, rows(bindings)) for title, bindings in found.items() if bindings)


def _section(binding: Binding) -> str:
    for title, bindings in keys.SECTIONS.items():
        if any(each.id == binding.id for each in bindings):
            return title
    return "here"


class Help(ModalScreen[None]):
    """The keys of the screen below, and those that work everywhere."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(keys.HELP)

    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__()
        self._groups = tuple(groups)

    def compose(self) -> ComposeResult:
        """The list, and how to leave it."""
        yield Lines(draw_help, self._groups, id="keys")
        yield KeyHints()

    def on_mount(self) -> None:
        """Be no higher than needed."""
        lines: Lines[tuple[Group, ...]] = self.query_one("#keys", Lines)
        lines.border_title = "keys"
        long = sum(len(rows) + 2 for _, rows in self._groups) > _ONE_COLUMN
        width = min(self.app.size.width, _WIDEST if long else _WIDTH)
        lines.styles.width = width
        lines.styles.height = len(draw_help(self._groups, width - 4, 1).lines) + 2

    def action_close(self) -> None:
        """Back to the screen below."""
        self.dismiss()

    def action_down(self) -> None:
        """Scroll down."""
        self.query_one("#keys", Lines).scroll_page_down(animate=False)

    def action_up(self) -> None:
        """Scroll up."""
        self.query_one("#keys", Lines).scroll_page_up(animate=False)
