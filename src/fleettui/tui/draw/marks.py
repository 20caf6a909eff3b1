"""The shapes of states: a glyph, a tone and a word. Colour never stands alone."""

from collections.abc import Iterable
from typing import NamedTuple

from fleettui.model import fmt
from fleettui.model.ollama import Activity
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import ServiceState
from fleettui.model.system import Pressure
from fleettui.model.view import Level, MachineView, SourceView
from fleettui.model.worktree import AgentState
from fleettui.tui.draw.paint import Line, Tone

FINE, ATTENTION, BROKEN, STALE, WORKING = "●", "▲", "✕", "◌", "⟳"
NOTHING = "·"


class Mark(NamedTuple):
    """How a state is shown."""

    glyph: str
    tone: Tone
    word: str = ""

    def line(self) -> Line:
        """The glyph, and the word where there is one."""
        return ((f"{self.glyph} {self.word}".rstrip(), self.tone),)


READING = Mark(STALE, Tone.DIM, "reading…")
WAITING = Mark(ATTENTION, Tone.WARN, "waiting")

_SOURCES = {
    SourceState.OK: Mark(FINE, Tone.OK),
    SourceState.ABSENT: Mark(NOTHING, Tone.DIM, "nothing to read"),
    SourceState.BUSY: Mark(WORKING, Tone.WORK, "loading"),
    SourceState.LATE: Mark(STALE, Tone.WARN, "late"),
    SourceState.STALE: Mark(STALE, Tone.WARN, "stale"),
    SourceState.PROXY: Mark(ATTENTION, Tone.BAD, "proxy"),
    SourceState.AUTH: Mark(ATTENTION, Tone.BAD, "auth"),
    SourceState.HOSTKEY: Mark(ATTENTION, Tone.BAD, "hostkey"),
    SourceState.DOWN: Mark(BROKEN, Tone.BAD, "down"),
    SourceState.ERROR: Mark(BROKEN, Tone.BAD, "error"),
}

_SERVICES = {
    ServiceState.UP: Mark(FINE, Tone.OK),
    ServiceState.DOWN: Mark(BROKEN, Tone.BAD, "down"),
    ServiceState.DEGRADED: Mark(ATTENTION, Tone.WARN, "degraded"),
    ServiceState.STALE: Mark(ATTENTION, Tone.WARN, "stale"),
    ServiceState.UNKNOWN: Mark(STALE, Tone.DIM, "unknown"),
}

_AGENTS = {
    AgentState.RUNNING: Mark(WORKING, Tone.WORK, "running"),
    AgentState.WAITING: WAITING,
    AgentState.DONE: Mark(FINE, Tone.OK, "done"),
    AgentState.FAILED: Mark(BROKEN, Tone.BAD, "failed"),
    AgentState.LOST: Mark(BROKEN, Tone.BAD, "lost"),
    AgentState.UNKNOWN: Mark(STALE, Tone.DIM, "unknown"),
}

_ACTIVITIES = {
    Activity.IDLE: Mark(FINE, Tone.OK, "idle"),
    Activity.BUSY: Mark(WORKING, Tone.WORK, "busy"),
    Activity.STOPPING: Mark(STALE, Tone.WARN, "stopping"),
    Activity.UNKNOWN: Mark(NOTHING, Tone.DIM, ""),
}

_LEVELS = {
    Level.INFO: Mark(NOTHING, Tone.DIM, "info"),
    Level.WARNING: Mark(ATTENTION, Tone.WARN, "warning"),
    Level.CRITICAL: Mark(BROKEN, Tone.BAD, "critical"),
}

_PRESSURES = {
    Pressure.NORMAL: Mark("", Tone.OK, "normal"),
    Pressure.WARNING: Mark(ATTENTION, Tone.WARN, "warning"),
    Pressure.CRITICAL: Mark(BROKEN, Tone.BAD, "critical"),
}

source = _SOURCES.__getitem__
service = _SERVICES.__getitem__
activity = _ACTIVITIES.__getitem__
level = _LEVELS.__getitem__


def agent(state: AgentState | None) -> Mark:
    """The mark of an agent; a worktree without one has a quiet dot."""
    return Mark(NOTHING, Tone.DIM) if state is None else _AGENTS[state]


def pressure(state: Pressure | None) -> Mark:
    """The mark of memory pressure; without a word where the kernel does not tell."""
    return Mark("", Tone.CPU) if state is None else _PRESSURES[state]


def unread(view: SourceView) -> bool:
    """Whether a source that is configured has neither a value nor a failure yet."""
    return view.pending or (
        view.state is not SourceState.ABSENT and view.observed_at is None and view.reason is None
    )


def reading(machine: MachineView) -> bool:
    """Whether nothing of the machine was read yet, and nothing failed either."""
    counted = [view for view in machine.sources.values() if view.state is not SourceState.ABSENT]
    if not counted:
        return not machine.sources
    return all(unread(view) for view in counted)


def troubled(machine: MachineView) -> list[tuple[Source, SourceView]]:
    """The sources that are worse than late, in their usual order."""
    return [
        (name, view)
        for name, view in machine.sources.items()
        if view.state.rank > SourceState.LATE.rank and not unread(view)
    ]


def machine(view: MachineView) -> Mark:
    """The mark of a whole machine; names the source where only some of them are bad."""
    if reading(view):
        return READING
    state = view.state
    mark = _SOURCES[state]
    if state.healthy:
        return mark
    counted = [s for s in view.sources.values() if s.state is not SourceState.ABSENT]
    bad = [(name, s) for name, s in view.sources.items() if s.state is state]
    word = mark.word
    if state in (SourceState.LATE, SourceState.STALE):
        word = f"{word} {fmt.age(_oldest(s for _, s in bad))}"
    if len(bad) == 1 and len(counted) > 1:
        word = f"{bad[0][0].value} {word}"
    return mark._replace(word=word)


def _oldest(sources: Iterable[SourceView]) -> float | None:
    ages = [view.age_s for view in sources if view.age_s is not None]
    return max(ages) if ages else None
