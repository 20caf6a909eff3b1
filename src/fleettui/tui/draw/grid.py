"""The machines of the dashboard as one drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fleettui.model.view import FleetView, MachineView
from fleettui.tui.draw.arrange import Arrangement, Density, arrange
from fleettui.tui.draw.paint import BLANK, Line, Tone, cut
from fleettui.tui.draw.pane import pane_lines, parts_of
from fleettui.tui.draw.rows import compact_lines, name_cells, row_lines
from fleettui.tui.draw.sections import Parts, pane_graph_rows


@dataclass(frozen=True, slots=True)
class Shown:
    """What the dashboard shows: the fleet, the machines that pass the filter, the chosen one."""

    view: FleetView
    machines: tuple[MachineView, ...]
    chosen: str | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines, and the first and the number of those that the cursor covers."""

    lines: tuple[Line, ...]
    cursor: tuple[int, int] | None = None


class Kept:
    """Drawings of machines, kept until the machine is drawn with something else.

    Choosing another machine then draws two of them, not all.
    """

    def __init__(self) -> None:
        self._lines: dict[str, tuple[tuple[object, ...], tuple[Line, ...]]] = {}
        self._parts: dict[str, tuple[tuple[object, ...], Parts]] = {}

    def lines(
        self, name: str, key: tuple[object, ...], draw: Callable[[], tuple[Line, ...]]
    ) -> tuple[Line, ...]:
        """The lines for `key`, drawn anew unless they were the last for that name."""
        kept = self._lines.get(name)
        if kept is not None and kept[0] == key:
            return kept[1]
        lines = draw()
        self._lines[name] = (key, lines)
        return lines

    def parts(self, machine: MachineView, now: datetime, size: tuple[int, int]) -> Parts:
        """What the pane of a machine shows besides its graphs."""
        key = (machine, now, size)
        kept = self._parts.get(machine.name)
        if kept is not None and kept[0] == key:
            return kept[1]
        parts = parts_of(machine, now, size)
        self._parts[machine.name] = (key, parts)
        return parts

    def grid(self, shown: Shown, width: int, height: int) -> Drawing:
        """As the function `grid`, from what is kept."""
        return grid(shown, width, height, self)


def shown_arrangement(shown: Shown, width: int, height: int) -> Arrangement:
    """Where the machines are; also what a click or an arrow key is looked up in."""
    return arrange(len(shown.machines), width, height)


def grid(shown: Shown, width: int, height: int, kept: Kept | None = None) -> Drawing:
    """All machines in `width` by `height` cells; a list may be longer than that, and scrolls."""
    if width <= 0 or height <= 0:
        return Drawing(())
    if not shown.machines:
        return Drawing(_nothing(shown, width))
    arrangement = shown_arrangement(shown, width, height)
    kept = kept or Kept()
    if arrangement.density is Density.PANES:
        return Drawing(_panes(shown, arrangement, kept))
    return _list(shown, arrangement, width, kept)


def _nothing(shown: Shown, width: int) -> tuple[Line, ...]:
    text, hint = (
        (f"no machine matches “{shown.query}”", "esc shows all machines again")
        if shown.query
        else ("this fleet has no machines", "fleettui init finds them and writes fleet.toml")
    )
    lines: tuple[Line, ...] = (BLANK, ((f"  {text}", Tone.STRONG),), ((f"  {hint}", Tone.DIM),))
    return tuple(cut(line, width) for line in lines)


def _panes(shown: Shown, arrangement: Arrangement, kept: Kept) -> tuple[Line, ...]:
    lines: list[Line] = []
    for start in range(0, len(shown.machines), arrangement.columns):
        row = _row_of_panes(shown, arrangement, start, kept)
        lines += [
            tuple(span for line in level for span in line) for level in zip(*row, strict=True)
        ]
    return tuple(lines)


def _row_of_panes(
    shown: Shown, arrangement: Arrangement, start: int, kept: Kept
) -> list[tuple[Line, ...]]:
    """Panes side by side: as the fullest of them leaves room for, so high are all their graphs."""
    now, end = shown.view.taken_at, start + arrangement.columns
    beside = []
    for machine, place in zip(
        shown.machines[start:end], arrangement.places[start:end], strict=True
    ):
        size = (place.width, place.height)
        beside.append((machine, size, kept.parts(machine, now, size)))
    highest = [pane_graph_rows(machine, parts) for machine, _, parts in beside]
    rows = min((high for high in highest if high is not None), default=1)
    panes = []
    for number, (machine, size, parts) in enumerate(beside, start + 1):
        chosen = machine.name == shown.chosen
        draw = partial(
            pane_lines, machine, now, size,
            chosen=chosen, number=number, parts=parts, graph_rows=rows,
        )  # fmt: skip
        panes.append(kept.lines(machine.name, (machine, now, size, chosen, number, rows), draw))
    return panes


def _list(shown: Shown, arrangement: Arrangement, width: int, kept: Kept) -> Drawing:
    names, now = name_cells(shown.machines), shown.view.taken_at
    form = compact_lines if arrangement.density is Density.COMPACT else row_lines
    lines: list[Line] = []
    cursor = None
    for index, machine in enumerate(shown.machines):
        chosen = machine.name == shown.chosen
        draw = partial(form, machine, now, width, names=names, chosen=chosen, number=index + 1)
        key = (machine, now, width, names, chosen, index, form)
        drawn = kept.lines(machine.name, key, draw)
        if chosen:
            cursor = (len(lines), len(drawn))
        lines += drawn
    picked = chosen_of(shown.machines, shown.chosen)
    if arrangement.detail and picked is not None:
        lines += pane_lines(picked, now, (width, arrangement.detail))
    return Drawing(tuple(lines), cursor)


def chosen_of(machines: Sequence[MachineView], name: str | None) -> MachineView | None:
    """The machine of that name among those shown."""
    return next((machine for machine in machines if machine.name == name), None)
