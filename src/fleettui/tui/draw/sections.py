"""The parts that a machine's pane and its own screen are made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from fleettui.model import fmt
from fleettui.model.reading import Source, SourceState
from fleettui.model.view import MachineView, SourceView
from fleettui.tui.draw import marks
from fleettui.tui.draw.models import model_lines
from fleettui.tui.draw.paint import (
    BLANK,
    Line,
    Span,
    Tone,
    cut,
    dimmed,
    fit,
    flow,
    joined,
    line_cells,
    spread,
)
from fleettui.tui.draw.vitals import graph_rows, vital_lines
from fleettui.tui.draw.worktrees import worktree_lines

Draw: TypeAlias = Callable[[int], tuple[Line, ...]]
"""Draws something in a number of cells."""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together. `least` of them are kept before others get more room; with `air`
    a blank line stands before them where there is room for all such lines."""

    lines: tuple[Line, ...]
    least: int = 1
    air: bool = False


def problem_lines(view: MachineView, room: int) -> tuple[Line, ...]:
    """Why sources are bad and when they are tried again; one line where they all say the same."""
    causes: dict[tuple[SourceState, str | None], list[tuple[Source, SourceView]]] = {}
    for name, source in marks.troubled(view):
        causes.setdefault((source.state, source.reason), []).append((name, source))
    age = shared_age(view)
    if not causes:
        mark = marks.machine(view)
        return () if age is None else (cut((*mark.line(), _ago(age)), room),)
    counted = sum(s.state is not SourceState.ABSENT for s in view.sources.values())
    lines: list[Line] = []
    for (state, reason), sources in causes.items():
        names = "" if len(sources) == counted else ", ".join(name.value for name, _ in sources)
        mark = marks.source(state)
        head: Line = (
            (f"{mark.glyph} ", mark.tone),
            (f"{names} " if names else "", Tone.STRONG),
            (reason or mark.word, mark.tone),
        )
        note: Line = () if age is None or lines else (_ago(age),)
        lines.append(_problem(head, note, _soonest(sources), room))
    return tuple(lines)


def _problem(head: Line, note: Line, next_try_s: float | None, room: int) -> Line:
    if next_try_s is not None:
        note = (*note, (f"  next try {fmt.age(next_try_s)}", Tone.DIM))
    if not note:
        return cut(head, room)
    *ago, last = note
    if next_try_s is None:
        return (*cut(head, room - line_cells(note)), *note)
    start = (*cut(head, room - line_cells(note)), *ago)
    return spread(start, (last,), room)


def _soonest(sources: Iterable[tuple[Source, SourceView]]) -> float | None:
    tries = [view.next_try_s for _, view in sources if view.next_try_s is not None]
    return min(tries) if tries else None


def _ago(age: float) -> Span:
    return f" ({fmt.age(age)} ago)", Tone.WARN


def shared_age(view: MachineView) -> float | None:
    """The age of all values together, where none of them is fresh and they are about as old."""
    counted = [s for s in view.sources.values() if s.state is not SourceState.ABSENT]
    ages = [s.age_s for s in counted if s.age_s is not None]
    if len(ages) < 2 or any(source.state.healthy for source in counted):
        return None
    oldest = max(ages)
    return oldest if oldest - min(ages) <= max(15.0, oldest / 10) else None


def aged(
    draw: Draw, source: SourceView | None, room: int, *, note: bool = True
) -> tuple[Line, ...]:
    """Lines of a source, dimmed where it is not fresh, with their age unless that stands above."""
    if source is None or source.state.healthy or source.age_s is None:
        return draw(room)
    if not note:
        return tuple(dimmed(line) for line in draw(room))
    ago = f" ({fmt.age(source.age_s)} ago)"
    lines = tuple(dimmed(line) for line in draw(max(8, room - len(ago) - 1)))
    return (spread(lines[0], ((ago, Tone.WARN),), room), *lines[1:]) if lines else ()


def missing_lines(view: MachineView, room: int) -> tuple[Line, ...]:
    """The expected models that are not installed."""
    missing = view.ollama.missing if view.ollama else None
    if not missing:
        return ()
    return ((("▲ missing ", Tone.WARN), (fit(", ".join(missing), room - 10), Tone.WARN)),)


def service_lines(view: MachineView, room: int) -> tuple[Line, ...]:
    """Every service as a mark and its name; those that are not up say what they are."""
    parts = []
    for service in view.services or ():
        mark = marks.service(service.state)
        note = f" {mark.word}" if mark.word else ""
        if service.last_run_age_s is not None:
            note += f" {fmt.short_age(service.last_run_age_s)}"
        name_tone = Tone.TEXT if not mark.word else mark.tone
        parts.append(
            ((f"{mark.glyph} ", mark.tone), (service.name, name_tone), (note, Tone.DIM)),
        )
    return flow(parts, room)


def ollama_line(view: MachineView, room: int) -> tuple[Line, ...]:
    """The server's version and how many models it has on disk."""
    source = view.sources.get(Source.OLLAMA)
    if view.ollama is None or source is None or source.state is SourceState.ABSENT:
        return ()
    mark = marks.source(source.state)
    installed = view.ollama.installed
    parts = [
        ((f"{mark.glyph} ", mark.tone), (f"ollama {view.ollama.version or fmt.UNKNOWN}", Tone.DIM)),
        ((f"{len(installed)} installed", Tone.DIM),) if installed is not None else (),
    ]
    return (cut(joined(parts), room),)


def cost_line(view: MachineView, room: int) -> tuple[Line, ...]:
    """What was spent for the machine, where that is known."""
    cost = view.cost
    if cost is None or (cost.today_usd is None and cost.month_usd is None):
        return ()
    parts = [
        (("today ", Tone.DIM), (fmt.money(cost.today_usd), Tone.TEXT)),
        (("month ", Tone.DIM), (fmt.money(cost.month_usd), Tone.TEXT)),
    ]
    return (cut(joined(parts), room),)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pane shows above and below its graphs, and the lines that it leaves to them."""

    above: Section
    below: tuple[Section, ...]
    spare: int


def pane_parts(view: MachineView, now: datetime, room: int, height: int) -> Parts:
    """What a pane of `height` lines shows besides memory and processors."""
    at = view.sources.get
    alone = shared_age(view) is None

    def part(name: Source, draw: Draw) -> Section:
        return Section(aged(draw, at(name), room, note=alone), air=True)

    above = Section(problem_lines(view, room), 2)
    below = [
        Section(missing_lines(view, room), air=True),
        part(Source.OLLAMA, lambda cells: model_lines(view, now, cells)),
        part(Source.SERVICES, lambda cells: service_lines(view, cells)),
        part(Source.WORKTREES, lambda cells: worktree_lines(view, now, cells)),
        Section(ollama_line(view, room), 0, air=True),
        Section(cost_line(view, room), 0),
    ]
    if not below[0].lines:
        below.pop(0)
    else:
        below[1] = replace(below[1], air=False)
    shown = tuple(section for section in below if section.lines)
    return Parts(above, shown, height - sum(len(each.lines) for each in (above, *shown)))


def pane_graph_rows(view: MachineView, parts: Parts) -> int | None:
    """The highest graphs that a pane has room for: blank lines first, then a third row of them.

    None where it draws none.
    """
    if view.system is None:
        return None
    airy = graph_rows(view, parts.spare - sum(section.air for section in parts.below))
    return airy if airy > 1 else min(2, graph_rows(view, parts.spare))


def pane_sections(view: MachineView, parts: Parts, room: int, rows: int) -> list[Section]:
    """Everything that a pane shows, from top to bottom, its graphs `rows` high."""
    source = view.sources.get(Source.SYSTEM)
    alone = shared_age(view) is None
    vitals = aged(lambda cells: vital_lines(view, cells, rows), source, room, note=alone)
    middle = Section(vitals, 2 if rows == 1 else len(vitals))
    return [section for section in (parts.above, middle, *parts.below) if section.lines]


def fitted(sections: list[Section], height: int, room: int) -> tuple[Line, ...]:
    """The sections within `height` lines; one that is cut says how much more there is."""
    given = _allot(sections, height)
    airy = height - sum(given) >= sum(section.air for section in sections[1:])
    lines: list[Line] = []
    for section, count in zip(sections, given, strict=True):
        if airy and section.air and lines:
            lines.append(BLANK)
        shown = list(section.lines[:count])
        hidden = len(section.lines) - count
        if hidden and shown:
            note = ((f"+{hidden} more", Tone.DIM),)
            shown[-1] = spread(shown[-1], note, room)
        lines.extend(shown)
    return tuple(lines)


def _allot(sections: list[Section], height: int) -> list[int]:
    """Lines for each section: first what each needs at least, then the rest from the top."""
    given = [0] * len(sections)
    for limit in (
        [min(s.least, len(s.lines)) for s in sections],
        [len(s.lines) for s in sections],
    ):
        for index, most in enumerate(limit):
            more = max(0, min(most - given[index], height))
            given[index] += more
            height -= more
    return given
