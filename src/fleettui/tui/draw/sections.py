"""The parts that a machine's pane and its own screen are made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fleettui.model import fmt
from fleettui.model.reading import Source, SourceState
from fleettui.model.view import MachineView, SourceView
from fleettui.tui.draw import marks
from fleettui.tui.draw.models import model_lines
from fleettui.tui.draw.paint import Line, Tone, cut, dimmed, fit, flow, joined, spread
from fleettui.tui.draw.vitals import vital_lines
from fleettui.tui.draw.worktrees import worktree_lines


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together. `least` of them are kept before others get more room."""

    lines: tuple[Line, ...]
    least: int = 1
    what: str = ""


def problem_lines(view: MachineView, room: int) -> tuple[Line, ...]:
    """Why sources are bad and when they are tried again; one line where they all say the same."""
    bad = marks.troubled(view)
    lines: list[Line] = []
    causes: dict[tuple[SourceState, str | None], list[tuple[Source, SourceView]]] = {}
    for name, source in bad:
        causes.setdefault((source.state, source.reason), []).append((name, source))
    counted = sum(s.state is not SourceState.ABSENT for s in view.sources.values())
    for (state, reason), sources in causes.items():
        names = "" if len(sources) == counted else ", ".join(name.value for name, _ in sources)
        lines.append(_problem(state, reason, names, _soonest(sources), room))
    return tuple(lines)


def _soonest(sources: Iterable[tuple[Source, SourceView]]) -> float | None:
    tries = [view.next_try_s for _, view in sources if view.next_try_s is not None]
    return min(tries) if tries else None


def _problem(
    state: SourceState, reason: str | None, names: str, next_try_s: float | None, room: int
) -> Line:
    mark = marks.source(state)
    text = reason or mark.word
    head = (
        (f"{mark.glyph} ", mark.tone),
        (f"{names} " if names else "", Tone.STRONG),
        (text, mark.tone),
    )
    if next_try_s is None:
        return cut(head, room)
    return spread(head, ((f"next try {fmt.age(next_try_s)}", Tone.DIM),), room)


def aged(lines: tuple[Line, ...], source: SourceView | None, room: int) -> tuple[Line, ...]:
    """Lines of a source; dimmed, and with their age on the first, where it is not fresh."""
    if not lines or source is None or source.state.healthy or source.age_s is None:
        return lines
    grey = tuple(dimmed(line) for line in lines)
    note = (f"({fmt.age(source.age_s)} ago)", Tone.WARN)
    return (spread(grey[0], (note,), room), *grey[1:])


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


def pane_sections(
    view: MachineView, now: datetime, room: int, graph_rows: int = 1
) -> list[Section]:
    """Everything a pane shows, from top to bottom."""
    at = view.sources.get

    def part(name: Source, lines: tuple[Line, ...], least: int = 1, what: str = "") -> Section:
        return Section(aged(lines, at(name), room), least, what)

    vitals = vital_lines(view, room, graph_rows)
    sections = [
        Section(problem_lines(view, room), 2),
        part(Source.SYSTEM, vitals, 2 if graph_rows == 1 else len(vitals)),
        Section(missing_lines(view, room)),
        part(Source.OLLAMA, model_lines(view, now, room), 1, "models"),
        part(Source.SERVICES, service_lines(view, room), 1, "services"),
        part(Source.WORKTREES, worktree_lines(view, now, room), 1, "worktrees"),
        part(Source.OLLAMA, ollama_line(view, room), 0),
        Section(cost_line(view, room), 0),
    ]
    return [section for section in sections if section.lines]


def fitted(sections: list[Section], height: int, room: int) -> tuple[Line, ...]:
    """The sections within `height` lines; one that is cut says how much more there is."""
    given = _allot(sections, height)
    lines: list[Line] = []
    for section, count in zip(sections, given, strict=True):
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
