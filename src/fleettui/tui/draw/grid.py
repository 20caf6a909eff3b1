"""The machines of the dashboard as one drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleettui.model.view import FleetView, MachineView
from fleettui.tui.draw.arrange import Arrangement, Density, arrange
from fleettui.tui.draw.paint import BLANK, Line, Tone, cut
from fleettui.tui.draw.pane import pane_lines
from fleettui.tui.draw.rows import compact_lines, name_cells, row_line


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


def shown_arrangement(shown: Shown, width: int, height: int) -> Arrangement:
    """Where the machines are; also what a click or an arrow key is looked up in."""
    return arrange(len(shown.machines), width, height)


def grid(shown: Shown, width: int, height: int) -> Drawing:
    """All machines in `width` by `height` cells; a list may be longer than that, and scrolls."""
    if width <= 0 or height <= 0:
        return Drawing(())
    if not shown.machines:
        return Drawing(_nothing(shown, width))
    arrangement = shown_arrangement(shown, width, height)
    if arrangement.density is Density.PANES:
        return Drawing(_panes(shown, arrangement))
    return _list(shown, arrangement, width)


def _nothing(shown: Shown, width: int) -> tuple[Line, ...]:
    text, hint = (
        (f"no machine matches “{shown.query}”", "esc shows all machines again")
        if shown.query
        else ("this fleet has no machines", "fleettui init finds them and writes fleet.toml")
    )
    lines: tuple[Line, ...] = (BLANK, ((f"  {text}", Tone.STRONG),), ((f"  {hint}", Tone.DIM),))
    return tuple(cut(line, width) for line in lines)


def _panes(shown: Shown, arrangement: Arrangement) -> tuple[Line, ...]:
    lines: list[Line] = []
    columns = arrangement.columns
    for start in range(0, len(shown.machines), columns):
        machines = shown.machines[start : start + columns]
        places = arrangement.places[start : start + columns]
        panes = [
            pane_lines(
                machine,
                shown.view.taken_at,
                (place.width, place.height),
                chosen=machine.name == shown.chosen,
                number=start + index + 1,
            )
            for index, (machine, place) in enumerate(zip(machines, places, strict=True))
        ]
        lines += [tuple(span for line in row for span in line) for row in zip(*panes, strict=True)]
    return tuple(lines)


def _list(shown: Shown, arrangement: Arrangement, width: int) -> Drawing:
    names = name_cells(shown.machines)
    now = shown.view.taken_at
    lines: list[Line] = []
    cursor = None
    each = arrangement.density.value
    for index, machine in enumerate(shown.machines):
        chosen = machine.name == shown.chosen
        if chosen:
            cursor = (index * each, each)
        if arrangement.density is Density.COMPACT:
            lines += compact_lines(
                machine, now, width, names=names, chosen=chosen, number=index + 1
            )
        else:
            lines.append(
                row_line(machine, now, width, names=names, chosen=chosen, number=index + 1)
            )
    picked = chosen_of(shown.machines, shown.chosen)
    if arrangement.detail and picked is not None:
        lines += pane_lines(picked, now, (width, arrangement.detail))
    return Drawing(tuple(lines), cursor)


def chosen_of(machines: Sequence[MachineView], name: str | None) -> MachineView | None:
    """The machine of that name among those shown."""
    return next((machine for machine in machines if machine.name == name), None)
