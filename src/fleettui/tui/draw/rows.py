"""A machine in two lines or in one, in columns that line up from machine to machine."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from fleettui.model import fmt
from fleettui.model.reading import Source, SourceState
from fleettui.model.system import System
from fleettui.model.view import MachineView
from fleettui.tui.draw import marks
from fleettui.tui.draw.graphs import bar, spark_line
from fleettui.tui.draw.models import until
from fleettui.tui.draw.paint import (
    Line,
    Span,
    Tone,
    cells,
    cut,
    dimmed,
    fitting,
    joined,
    left,
    pad,
    right,
    spread,
    tame,
)
from fleettui.tui.draw.pane import title_facts
from fleettui.tui.draw.reviewed import Reviewed
from fleettui.tui.draw.vitals import gpu_use

_MOST_NAME = 20


def name_cells(machines: Sequence[MachineView]) -> int:
    """The width of the column of names."""
    return min(_MOST_NAME, max((cells(tame(m.name)) for m in machines), default=4))


def compact_lines(
    view: MachineView,
    now: datetime,
    width: int,
    *,
    names: int,
    chosen: bool = False,
    number: int | None = None,
) -> tuple[Line, Line]:
    """Two lines: who and how much, then what runs and what is wrong."""
    edge = _edge(chosen)
    room = width - 2
    head = (*_number(number), *_name(view, names))
    facts = title_facts(view) if width >= 100 else ()
    first = spread((*head, *_measures(view, room - names - 5)), facts, room)
    indent: Line = ((" " * 6, Tone.TEXT),)
    second = pad((*indent, *_status(view, now, room - 6)), room)
    return pad((edge, *first), width), pad((edge, *second), width)


def row_lines(
    view: MachineView,
    now: datetime,
    width: int,
    *,
    names: int,
    chosen: bool = False,
    number: int | None = None,
) -> tuple[Line]:
    """Everything in one line."""
    room = width - 2
    head = (*_number(number), *_name(view, names))
    measures_room = min(room - names - 5, 34 if room < 110 else 66)
    rest = room - names - 6 - measures_room
    if view.system is None:
        line = (*head, *_status(view, now, measures_room + 1 + rest))
    else:
        measures = pad(_measures(view, measures_room, amounts=False), measures_room)
        line = (*head, *measures, (" ", Tone.TEXT), *_status(view, now, rest))
    return (pad((_edge(chosen), *line), width),)


def _edge(chosen: bool) -> Span:
    return ("▌", Tone.CHOSEN) if chosen else (" ", Tone.TEXT)


def _number(number: int | None) -> Line:
    shown = str(number) if number is not None and number <= 9 else " "
    return ((f"{shown} ", Tone.FAINT),)


def _name(view: MachineView, names: int) -> Line:
    mark = marks.machine(view)
    return ((f"{mark.glyph} ", mark.tone), (f"{left(view.name, names)} ", Tone.TITLE))


def _measures(view: MachineView, room: int, *, amounts: bool = True) -> Line:
    """Memory, processor, graphics: as many of them, and as long, as there is room for."""
    system = view.system
    if system is None:
        return ()
    pressure = marks.pressure(system.memory_pressure)
    amounts = amounts and room >= 52
    used = fmt.used_of(system.memory_used, system.memory_total) if amounts else _part(system)
    spare = room - (52 if amounts else 43)
    gauge = max(6, min(14, 6 + spare // 3))
    graph = max(0, min(12, spare // 3))
    memory: Line = (
        ("mem ", Tone.DIM),
        *bar(system.memory_used, system.memory_total, gauge, pressure.tone),
        (right(used, 15 if amounts else 6), Tone.TEXT),
        (left(f" {pressure.glyph}", 3), pressure.tone),
    )
    parts = [
        memory,
        _processor("cpu", system.cpu_percent, view.history.cpu, graph, Tone.CPU),
        _processor("gpu", gpu_use(system), view.history.gpu, graph, Tone.GPU)
        if system.gpus
        else (),
    ]
    source = view.sources.get(Source.SYSTEM)
    line = fitting(parts, room, ("", Tone.TEXT))
    return line if source is None or source.state.healthy else dimmed(line)


def _part(system: System) -> str:
    if system.memory_used is None or not system.memory_total:
        return fmt.UNKNOWN
    return fmt.percent(100 * system.memory_used / system.memory_total)


def _processor(
    label: str, now: float | None, history: Sequence[float | None], graph: int, tone: Tone
) -> Line:
    return (
        (f"{label} ", Tone.DIM),
        *spark_line(history, graph, tone),
        (f"{right(fmt.percent(now), 6)}  ", Tone.TEXT),
    )


def _status(view: MachineView, now: datetime, room: int) -> Line:
    """What is wrong first, then agents, models and services."""
    if marks.reading(view):
        return marks.READING.line()
    parts = [_trouble(view), _agents(view), _missing(view), _services(view), _models(view, now)]
    return cut(joined(parts, ("   ", Tone.TEXT)), room)


def _trouble(view: MachineView) -> Line:
    bad = marks.troubled(view)
    if not bad:
        mark = marks.machine(view)
        return ((mark.word, mark.tone),) if mark.word and mark.tone is not Tone.DIM else ()
    name, source = max(bad, key=lambda pair: pair[1].state.rank)
    mark = marks.source(source.state)
    alone = len(bad) < sum(s.state is not SourceState.ABSENT for s in view.sources.values())
    words = [name.value] if alone else []
    words.append(source.reason or mark.word)
    line: Line = ((" ".join(words), mark.tone),)
    if source.age_s is not None:
        line = (*line, (f" ({fmt.age(source.age_s)} ago)", Tone.DIM))
    return line


def _agents(view: MachineView) -> Line:
    trees = view.worktrees or ()
    reviews = sum(isinstance(tree, Reviewed) and tree.waits for tree in trees)
    states = Counter(
        tree.agent.state
        for tree in trees
        if tree.agent and not (isinstance(tree, Reviewed) and tree.review)
    )
    parts: list[Line] = (
        [((f"{marks.ATTENTION} {reviews} to review", Tone.WARN),)] if reviews else []
    )
    parts += [
        ((f"{marks.agent(state).glyph} {count} {state.value}", marks.agent(state).tone),)
        for state, count in sorted(states.items(), key=lambda item: item[0].value)
    ]
    return joined(parts, ("  ", Tone.TEXT))


def _missing(view: MachineView) -> Line:
    missing = view.ollama.missing if view.ollama else None
    return ((f"{marks.ATTENTION} missing {', '.join(missing)}", Tone.WARN),) if missing else ()


def _services(view: MachineView) -> Line:
    if not view.services:
        return ()
    source = view.sources.get(Source.SERVICES)
    up = sum(not marks.service(service.state).word for service in view.services)
    parts: list[Line] = [((f"{marks.FINE} {fmt.plural(up, 'service')}", Tone.OK),)] if up else []
    for service in view.services:
        mark = marks.service(service.state)
        if mark.word:
            parts.append(((f"{mark.glyph} {service.name} {mark.word}", mark.tone),))
    line = joined(parts, ("  ", Tone.TEXT))
    return line if source is None or source.state.healthy else dimmed(line)


def _models(view: MachineView, now: datetime) -> Line:
    ollama = view.ollama
    if ollama is None or not ollama.loaded:
        return ()
    source = view.sources.get(Source.OLLAMA)
    parts: list[Line] = []
    for model in ollama.loaded:
        mark = marks.activity(model.activity)
        parts.append(
            (
                (f"{mark.glyph} ", mark.tone),
                (model.name, Tone.TEXT),
                (f" {until(model, now, ollama.skew_s)}", Tone.DIM),
            )
        )
    line = joined(parts, ("  ", Tone.TEXT))
    return line if source is None or source.state.healthy else dimmed(line)
