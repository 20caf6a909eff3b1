"""The state of the fleet at one moment, as plain values: what screens and snapshots draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fleettui.model.machine import Machine, Platform
from fleettui.model.ollama import Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import Service
from fleettui.model.system import System
from fleettui.model.worktree import Worktree


class Level(StrEnum):
    """How much an alert matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a human should know; `id` stays the same while the cause lasts."""

    id: str
    level: Level
    text: str
    since: datetime
    machine: str | None = None
    source: Source | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Banner:
    """One cause that explains several failing machines, shown once."""

    text: str
    machines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceView:
    """How one source is now. `age_s` is the age of the newest value, None: never read.

    `pending`: the first question is still open, so that nothing can be said yet.
    """

    state: SourceState
    observed_at: datetime | None = None
    age_s: float | None = None
    latency_ms: float | None = None
    reason: str | None = None
    next_try_s: float | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class MachineCost:
    """US dollars spent on behalf of a machine."""

    today_usd: float | None = None
    month_usd: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The last minutes, oldest first, one point a system reading; None: a gap."""

    cpu: tuple[float | None, ...] = ()
    gpu: tuple[float | None, ...] = ()
    memory: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineView:
    """One machine now: its newest values, each with its source's state and age.

    A value stays after its source went bad: look at `sources` before you trust it.
    """

    machine: Machine
    state: SourceState
    sources: Mapping[Source, SourceView] = field(default_factory=dict)
    platform: Platform | None = None
    address: str | None = None
    system: System | None = None
    ollama: Ollama | None = None
    services: tuple[Service, ...] | None = None
    worktrees: tuple[Worktree, ...] | None = None
    cost: MachineCost | None = None
    history: History = field(default_factory=History)

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.machine.name


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the event log."""

    at: datetime
    level: Level
    text: str
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class FleetView:
    """The fleet at `taken_at` (UTC), seen from `host`."""

    name: str
    host: str
    taken_at: datetime
    machines: tuple[MachineView, ...] = ()
    alerts: tuple[Alert, ...] = ()
    banners: tuple[Banner, ...] = ()
