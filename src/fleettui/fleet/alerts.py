"""What a human should know, derived from the state; nothing is remembered but since when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleettui.model import fmt
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import ServiceState
from fleettui.model.system import Pressure, System
from fleettui.model.view import Alert, Level, MachineView
from fleettui.model.worktree import AgentState

DISK_WARNING = 0.10
DISK_CRITICAL = 0.03
"""Parts of the disk that are still free."""

SKEW_WARNING_S = 30.0
"""A clock that is off by more spoils every age that is computed from its times."""

_HARD = {SourceState.AUTH, SourceState.HOSTKEY}
_BAD = {SourceState.DOWN, SourceState.ERROR, SourceState.PROXY, SourceState.STALE, *_HARD}


@dataclass(frozen=True, slots=True)
class Finding:
    """An alert without its time; `key` is unique within the machine and stays the same."""

    key: str
    level: Level
    text: str
    source: Source
    remedy: str | None = None


class AlertLog:
    """Gives each finding the time since when it holds."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}

    def alerts(
        self, machines: Sequence[MachineView], now: datetime, *, hidden: frozenset[str]
    ) -> tuple[Alert, ...]:
        """Alerts of all machines, the worst and oldest first.

        Machines in `hidden` are explained by a banner: that they do not answer is not repeated.
        """
        found: dict[str, tuple[str, Finding]] = {}
        for view in machines:
            for finding in findings(view, reach=view.name not in hidden):
                found[f"{view.name}:{finding.key}"] = (view.name, finding)
        self._since = {name: self._since.get(name, now) for name in found}
        alerts = [
            Alert(
                id=name,
                level=finding.level,
                text=finding.text,
                since=self._since[name],
                machine=machine,
                source=finding.source,
                remedy=finding.remedy,
            )
            for name, (machine, finding) in found.items()
        ]
        return tuple(sorted(alerts, key=lambda alert: (_URGENCY[alert.level], alert.since)))


_URGENCY = {Level.CRITICAL: 0, Level.WARNING: 1, Level.INFO: 2}


def findings(view: MachineView, *, reach: bool = True) -> Iterator[Finding]:
    """Everything that is wrong with one machine; without `reach`, not that it is away."""
    away = [s for s, seen in view.sources.items() if seen.state in _BAD and not seen.pending]
    if reach:
        yield from _sources(view, away)
    if view.system is not None and Source.SYSTEM not in away:
        yield from _system(view.system)
    if view.ollama is not None and Source.OLLAMA not in away:
        for name in view.ollama.missing or ():
            yield Finding(
                f"missing:{name}", Level.WARNING, f"model {name} is not installed",
                Source.OLLAMA, f"ollama pull {name}",
            )  # fmt: skip
    if Source.SERVICES not in away:
        yield from _services(view)
    if Source.WORKTREES not in away:
        yield from _worktrees(view)


def _sources(view: MachineView, away: Sequence[Source]) -> Iterator[Finding]:
    """One finding where all sources fail alike, else one a source."""
    reasons = {(view.sources[s].state, view.sources[s].reason) for s in away}
    alike = len(reasons) == 1 and len(away) > 1
    for source in away[:1] if alike else away:
        seen = view.sources[source]
        key = "reach" if alike or source is Source.SYSTEM else f"{source}:reach"
        what = view.name if alike else f"{view.name} {source}"
        level = Level.CRITICAL if seen.state in _HARD else Level.WARNING
        yield Finding(key, level, f"{what} is {_word(seen.state)}: {seen.reason or '–'}", source)


def _word(state: SourceState) -> str:
    words = {SourceState.AUTH: "refusing our key", SourceState.HOSTKEY: "not to be trusted"}
    words[SourceState.PROXY] = "not reached"
    return words.get(state, str(state))


def _system(system: System) -> Iterator[Finding]:
    if system.memory_pressure in (Pressure.WARNING, Pressure.CRITICAL):
        level = Level.CRITICAL if system.memory_pressure is Pressure.CRITICAL else Level.WARNING
        text = f"memory pressure is {system.memory_pressure}"
        yield Finding("memory", level, text, Source.SYSTEM)
    if system.disk_free is not None and system.disk_total:
        share = system.disk_free / system.disk_total
        if share < DISK_WARNING:
            level = Level.CRITICAL if share < DISK_CRITICAL else Level.WARNING
            text = f"disk nearly full: {fmt.size(system.disk_free)} free"
            yield Finding("disk", level, text, Source.SYSTEM)
    skew = system.clock_skew_s
    if skew is not None and abs(skew) > SKEW_WARNING_S:
        side = "ahead of" if skew > 0 else "behind"
        text = f"its clock is {fmt.age(abs(skew))} {side} ours"
        yield Finding("clock", Level.WARNING, text, Source.SYSTEM)


_SERVICE_LEVELS = {
    ServiceState.DOWN: Level.CRITICAL,
    ServiceState.DEGRADED: Level.WARNING,
    ServiceState.STALE: Level.WARNING,
}


def _services(view: MachineView) -> Iterator[Finding]:
    for service in view.services or ():
        level = _SERVICE_LEVELS.get(service.state)
        if level is not None:
            detail = f": {service.detail}" if service.detail else ""
            text = f"service {service.name} is {service.state}{detail}"
            yield Finding(f"service:{service.name}", level, text, Source.SERVICES)


def _worktrees(view: MachineView) -> Iterator[Finding]:
    for tree in view.worktrees or ():
        if tree.problem:
            text = f"worktree {tree.path}: {tree.problem}"
            yield Finding(f"worktree:{tree.path}", Level.WARNING, text, Source.WORKTREES)
        elif tree.agent is not None and tree.agent.state in (AgentState.FAILED, AgentState.LOST):
            text = f"agent in {tree.branch or tree.path} is {tree.agent.state}"
            yield Finding(f"agent:{tree.path}", Level.WARNING, text, Source.WORKTREES)
        elif tree.agent is not None and tree.agent.state is AgentState.WAITING:
            text = f"agent in {tree.branch or tree.path} waits for you"
            yield Finding(f"agent:{tree.path}", Level.INFO, text, Source.WORKTREES)
