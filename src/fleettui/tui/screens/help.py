"""What every key does, from the keys themselves."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.dom import DOMNode
from textual.screen import ModalScreen

from fleettui.tui import keys
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import BLANK, Line, Tone, cells, cut, left
from fleettui.tui.widgets.hints import KeyHints
from fleettui.tui.widgets.lines import Lines

Row = tuple[str, str]
Group = tuple[str, tuple[Row, ...]]


def draw_help(groups: tuple[Group, ...], width: int, height: int) -> Drawing:
    """Groups of keys, each with what it does."""
    column = max((cells(key) for _, rows in groups for key, _ in rows), default=0)
    lines: list[Line] = []
    for title, rows in groups:
        lines += [BLANK] if lines else []
        lines.append(((title, Tone.ACCENT),))
        lines += [
            cut(((f"  {left(key, column)}  ", Tone.KEY), (text, Tone.TEXT)), width)
            for key, text in rows
        ]
    lines += [BLANK, ((f"{_LEGEND}", Tone.DIM),)]
    return Drawing(tuple(cut(line, width) for line in lines))


_LEGEND = "● fine   ▲ attention   ✕ down   ◌ stale or unknown   ⟳ working   ∞ stays loaded"


def rows(bindings: Iterable[tuple[Binding, str]]) -> tuple[Row, ...]:
    """One row an action; the numbers are one row together."""
    texts: dict[str, tuple[list[str], str]] = {}
    for binding, key in bindings:
        if binding.group is keys.NUMBER:
            texts.setdefault("number", (["1-9"], "Choose a machine by its number"))
        else:
            texts.setdefault(binding.action, ([], binding.tooltip))[0].append(key)
    return tuple((" ".join(names), text) for names, text in texts.values())


def groups(
    active: Iterable[ActiveBinding], app: DOMNode, display: Callable[[Binding], str]
) -> tuple[Group, ...]:
    """The keys of a screen, then those that work everywhere."""
    own: list[tuple[Binding, str]] = []
    everywhere: list[tuple[Binding, str]] = []
    for one in active:
        if one.binding.id is not None:
            group = everywhere if one.node is app else own
            group.append((one.binding, display(one.binding)))
    return ("here", rows(own)), ("everywhere", rows(everywhere))


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
        lines.styles.height = len(draw_help(self._groups, 80, 1).lines) + 2

    def action_close(self) -> None:
        """Back to the screen below."""
        self.dismiss()

    def action_down(self) -> None:
        """Scroll down."""
        self.query_one("#keys", Lines).scroll_page_down(animate=False)

    def action_up(self) -> None:
        """Scroll up."""
        self.query_one("#keys", Lines).scroll_page_up(animate=False)
