"""A machine on the whole screen: everything that is known of it."""

from collections.abc import Sequence
from datetime import datetime

from fleettui.model import fmt
from fleettui.model.ollama import InstalledModel
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import Service
from fleettui.model.view import Alert, Event, MachineView, SourceView
from fleettui.tui.draw import marks
from fleettui.tui.draw.graphs import area, squeezed
from fleettui.tui.draw.inbox import said
from fleettui.tui.draw.log import event_line
from fleettui.tui.draw.models import model_lines
from fleettui.tui.draw.paint import (
    BLANK,
    Line,
    Tone,
    cells,
    cut,
    joined,
    left,
    pad,
    right,
    spread,
    tame,
)
from fleettui.tui.draw.sections import aged, cost_line, missing_lines, problem_lines
from fleettui.tui.draw.vitals import (
    disk_facts,
    gpu_facts,
    gpu_use,
    load_facts,
    memory_line,
    up_facts,
)
from fleettui.tui.draw.worktrees import worktree_lines

_LAST_EVENTS = 12


def report_lines(
    view: MachineView,
    now: datetime,
    width: int,
    *,
    alerts: Sequence[Alert] = (),
    events: Sequence[Event] = (),
    graph_rows: int = 5,
) -> tuple[Line, ...]:
    """All sections of a machine, as many lines as they take, none wider than `width`."""
    room = max(1, width - 2)
    at = view.sources.get
    groups = [
        ("waits for you", _alerts(alerts, now, room)),
        ("", problem_lines(view, room)),
        ("system", aged(lambda cells: _system(view, cells, graph_rows), at(Source.SYSTEM), room)),
        (
            "models in memory",
            aged(lambda cells: _loaded(view, now, cells), at(Source.OLLAMA), room),
        ),
        ("models on disk", aged(lambda cells: _installed(view, cells), at(Source.OLLAMA), room)),
        ("services", aged(lambda cells: _services(view, cells), at(Source.SERVICES), room)),
        (
            "worktrees",
            aged(lambda cells: worktree_lines(view, now, cells), at(Source.WORKTREES), room),
        ),
        ("cost", cost_line(view, room)),
        ("sources", _sources(view, room)),
        ("last events", _events(view, events, room)),
    ]
    lines: list[Line] = []
    for title, group in groups:
        if not group:
            continue
        if title:
            lines += [BLANK] if lines else []
            lines.append(_rule(title, room))
        lines += group
    return tuple(cut(((" ", Tone.TEXT), *line), width) for line in lines)


def _rule(title: str, room: int) -> Line:
    return ((title, Tone.ACCENT), (" " + "─" * max(0, room - len(title) - 1), Tone.BORDER))


def _alerts(alerts: Sequence[Alert], now: datetime, room: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    for alert in alerts:
        mark = marks.level(alert.level)
        age = fmt.short_age((now - alert.since).total_seconds())
        text = said(alert.text, alert.machine)
        lines.append(spread(((f"{mark.glyph} {text}", mark.tone),), ((age, Tone.DIM),), room))
        if alert.remedy:
            lines.append(((f"  {alert.remedy}", Tone.DIM),))
    return tuple(cut(line, room) for line in lines)


def _system(view: MachineView, room: int, graph_rows: int) -> tuple[Line, ...]:
    system = view.system
    if system is None:
        return ()
    cores = () if system.cpu_count is None else ((f"{system.cpu_count} cores", Tone.DIM),)
    facts = joined((cores, load_facts(system), disk_facts(system), up_facts(system)))
    memory = None
    if system.memory_used is not None and system.memory_total:
        memory = 100 * system.memory_used / system.memory_total
    lines: list[Line] = [memory_line(system, room), facts]
    if system.gpus:
        names = ", ".join(gpu.name for gpu in system.gpus if gpu.name)
        lines.append(joined((((names, Tone.TEXT),) if names else (), gpu_facts(system.gpus))))
    lines.append(BLANK)
    graphs = (
        ("cpu", system.cpu_percent, view.history.cpu, Tone.CPU),
        ("gpu", gpu_use(system), view.history.gpu, Tone.GPU),
        ("mem", memory, view.history.memory, marks.pressure(system.memory_pressure).tone),
    )
    for label, value, history, tone in graphs:
        if any(point is not None for point in history):
            lines += _graph(label, value, history, room, graph_rows, tone)
    return tuple(lines)


def _graph(
    label: str, now: float | None, history: Sequence[float | None], room: int, rows: int, tone: Tone
) -> list[Line]:
    side = 10
    heads: dict[int, Line] = {
        0: ((left(label, 4), Tone.STRONG), (right("100", 4), Tone.FAINT), (" ┤", Tone.FAINT)),
        1: ((left(fmt.percent(now), 8), Tone.TEXT), (" │", Tone.FAINT)),
        rows - 1: ((right("0", 8), Tone.FAINT), (" ┤", Tone.FAINT)),
    }
    plain: Line = ((" " * 8, Tone.TEXT), (" │", Tone.FAINT))
    graph = area(squeezed(history, room - side), max(0, room - side), rows, tone)
    return [(*heads.get(row, plain), *line) for row, line in enumerate(graph)]


def _loaded(view: MachineView, now: datetime, room: int) -> tuple[Line, ...]:
    return (*missing_lines(view, room), *model_lines(view, now, room))


def _installed(view: MachineView, room: int) -> tuple[Line, ...]:
    installed = view.ollama.installed if view.ollama else None
    if installed is None:
        return ()
    if not installed:
        return ((("nothing installed; on that machine: ollama pull NAME", Tone.DIM),),)
    names = min(48, max(cells(tame(model.name)) for model in installed))
    return tuple(_on_disk(model, names, room) for model in installed)


def _on_disk(model: InstalledModel, names: int, room: int) -> Line:
    size = "cloud" if model.remote_host else fmt.size(model.size)
    return cut(
        (
            ("  ", Tone.TEXT),
            (left(model.name, min(names, max(4, room - 12))), Tone.TEXT),
            (right(size, 9), Tone.TEXT),
            (right(model.parameter_size or fmt.UNKNOWN, 9), Tone.DIM),
            (right(model.quantization or fmt.UNKNOWN, 10), Tone.DIM),
            (right(fmt.context(model.context_length), 7), Tone.DIM),
            ("  " + " ".join(model.capabilities or ()), Tone.DIM),
        ),
        room,
    )


def _services(view: MachineView, room: int) -> tuple[Line, ...]:
    services = view.services or ()
    names = min(28, max((cells(tame(service.name)) for service in services), default=0))
    return tuple(cut(_service(service, names), room) for service in services)


def _service(service: Service, names: int) -> Line:
    mark = marks.service(service.state)
    ran = fmt.age(service.last_run_age_s)
    # A job that is judged by its file has nothing else to say.
    detail = "" if service.detail == f"{ran} ago" else service.detail or ""
    return (
        (f"{mark.glyph} ", mark.tone),
        (left(service.name, names), Tone.TEXT),
        (f"  {left(service.check.value, 8)}", Tone.DIM),
        (left(mark.word or "up", 10), mark.tone),
        ("" if service.last_run_age_s is None else f"last run {ran} ago  ", Tone.DIM),
        (detail, Tone.DIM),
    )


def _sources(view: MachineView, room: int) -> tuple[Line, ...]:
    lines = []
    for name, source in view.sources.items():
        if source.state is not SourceState.ABSENT:
            address = _address(view, name)
            lines.append(cut(_source(name, source, address), room))
    return tuple(lines)


def _address(view: MachineView, name: Source) -> str:
    if name is Source.OLLAMA:
        return (view.ollama.address if view.ollama else None) or ""
    return "this machine" if view.machine.local else view.address or ""


def _source(name: Source, view: SourceView, address: str) -> Line:
    mark = marks.READING if marks.unread(view) else marks.source(view.state)
    age = "" if view.age_s is None else f"{fmt.age(view.age_s)} ago"
    line: Line = (
        (f"{mark.glyph} ", mark.tone),
        (left(name.value, 10), Tone.TEXT),
        (left(mark.word or view.state.value, 10), mark.tone),
        (right(age, 12), Tone.DIM),
        (right(fmt.latency(view.latency_ms), 9), Tone.DIM),
        (f"  {address}" if address else "", Tone.DIM),
        (f"  {view.reason}" if view.reason else "", mark.tone),
    )
    if view.next_try_s is None:
        return line
    return (*line, (f"  next try in {fmt.age(view.next_try_s)}", Tone.DIM))


def _events(view: MachineView, events: Sequence[Event], room: int) -> tuple[Line, ...]:
    own = [event for event in events if event.machine == view.name][-_LAST_EVENTS:]
    return tuple(pad(event_line(event, room, 0), room) for event in reversed(own))
