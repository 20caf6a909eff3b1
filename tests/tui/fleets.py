"""Made-up fleets, and a stand-in for the port that shows them: plain values, no reading."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fleettui.model.fleet import Fleet
from fleettui.model.machine import CheckKind, Machine, Platform, Role
from fleettui.model.ollama import Activity, InstalledModel, LoadedModel, Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import Service, ServiceState
from fleettui.model.system import Gpu, Pressure, System
from fleettui.model.view import (
    Alert,
    Banner,
    Event,
    FleetView,
    History,
    Level,
    MachineCost,
    MachineView,
    SourceView,
)
from fleettui.model.worktree import AgentAt, AgentState, Worktree

NOW = datetime(2026, 3, 14, 10, 42, 7, tzinfo=UTC)
GIB = 1024**3
GB = 1000**3


def ok(latency_ms: float = 3.0, age_s: float = 1.0) -> SourceView:
    """A source that is fine."""
    return SourceView(SourceState.OK, NOW, age_s, latency_ms)


def bad(
    state: SourceState, reason: str, *, age_s: float | None = 130.0, next_try_s: float | None = None
) -> SourceView:
    """A source that is not."""
    return SourceView(state, NOW, age_s, None, reason, next_try_s)


def all_sources(view: SourceView) -> dict[Source, SourceView]:
    """The same for every source but costs."""
    return {source: view for source in Source if source is not Source.COSTS}


def wave(points: int, phase: float, top: float) -> tuple[float | None, ...]:
    """A lively history with a gap in it."""
    values: list[float | None] = [
        max(0.0, min(100.0, top * (0.55 + 0.4 * math.sin(i / 5 + phase) + 0.2 * math.sin(i / 1.7))))
        for i in range(points)
    ]
    for i in range(points // 3, points // 3 + 4):
        values[i] = None
    return tuple(values)


def loaded(name: str, size: float, minutes: float | None, activity: Activity) -> LoadedModel:
    """A model in memory; without minutes it stays for ever."""
    return LoadedModel(
        name,
        size=int(size * GB),
        size_vram=int(size * GB),
        context_length=32768,
        parameter_size="32.8B",
        quantization="Q4_K_M",
        expires_at=None if minutes is None else NOW + timedelta(minutes=minutes),
        forever=minutes is None,
        activity=activity,
    )


def tree(
    branch: str,
    state: AgentState | None,
    agent: str = "claude",
    minutes: float = 12,
    **more: object,
) -> Worktree:
    """A worktree of the repository app."""
    at = None
    if state is not None:
        at = AgentAt(state, agent, NOW - timedelta(minutes=minutes), "runner")
    base = Worktree(
        "app",
        f"/home/dev/src/app-{branch}",
        branch,
        head="3fa9c1e",
        ahead=3,
        behind=1,
        dirty=True,
        last_commit_at=NOW - timedelta(minutes=4),
        agent=at,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def engine() -> MachineView:
    """A busy inference machine."""
    return MachineView(
        Machine("engine", (Role.INFERENCE,), ssh=("engine",), models=("qwen2.5-coder:32b",)),
        SourceState.OK,
        {Source.SYSTEM: ok(), Source.OLLAMA: ok(8), Source.SERVICES: ok()},
        Platform.MACOS,
        "10.0.0.7:22",
        System(
            Platform.MACOS,
            cpu_count=16,
            cpu_percent=8.2,
            load_1m=3.21,
            memory_total=64 * GIB,
            memory_used=int(41.9 * GIB),
            memory_pressure=Pressure.NORMAL,
            swap_used=0,
            disk_free=412 * GB,
            disk_total=994 * GB,
            uptime_s=540000,
            gpus=(Gpu("M2 Max", 34.0),),
        ),
        Ollama(
            "0.32.15",
            (
                loaded("qwen2.5-coder:32b", 21.5, 4.2, Activity.BUSY),
                loaded("deepseek-r1:32b", 20.0, None, Activity.IDLE),
            ),
            tuple(
                InstalledModel(name, int(size * GB), None, "qwen2", "32.8B", "Q4_K_M", 32768)
                for name, size in (("qwen2.5-coder:32b", 19.9), ("deepseek-r1:32b", 19.8))
            ),
            ("gpt-oss:20b",),
            0.2,
            "http://engine.local:11434",
        ),
        (
            Service("gateway", CheckKind.PORT, ServiceState.UP, "port 18789 answers"),
            Service("watcher", CheckKind.LAUNCHD, ServiceState.DEGRADED, "restarted 4 times"),
            Service("cleaner", CheckKind.FILE, ServiceState.UP, None, 1200),
        ),
        None,
        MachineCost(0.0, 0.0),
        History(wave(120, 0, 20), wave(120, 1, 60), wave(120, 2, 80)),
    )


def brain() -> MachineView:
    """A machine on which agents work."""
    base = engine()
    assert base.system is not None
    return MachineView(
        Machine("brain", (Role.ORCHESTRATOR, Role.EXECUTION), ssh=("brain",)),
        SourceState.OK,
        all_sources(ok(2)) | {Source.OLLAMA: SourceView(SourceState.ABSENT)},
        Platform.LINUX,
        "10.0.0.8:22",
        replace(
            base.system,
            platform=Platform.LINUX,
            memory_total=32 * GIB,
            memory_used=int(12.4 * GIB),
            cpu_percent=31.0,
            gpus=(),
        ),
        None,
        (
            Service("gateway", CheckKind.PM2, ServiceState.UP),
            Service("langgraph", CheckKind.PM2, ServiceState.UP),
            Service("n8n", CheckKind.PM2, ServiceState.UP),
            Service("api", CheckKind.PORT, ServiceState.DOWN, "nothing listens on port 8000"),
        ),
        (
            tree("agent/t-42", AgentState.RUNNING),
            tree("agent/t-43", AgentState.WAITING, "codex", 4, behind=0),
            tree("agent/t-51", AgentState.FAILED, "aider", 1, repo="web", dirty=False),
            tree("main", None, ahead=0, behind=0, dirty=False),
        ),
        MachineCost(1.94, 23.41),
        History(wave(120, 3, 60), (), wave(120, 2, 40)),
    )


def mini() -> MachineView:
    """A machine whose values are old."""
    base = engine()
    return replace(
        base,
        machine=Machine("mini", (Role.INFERENCE, Role.EXECUTION), ssh=("mini",)),
        state=SourceState.STALE,
        sources=all_sources(bad(SourceState.STALE, "connection lost", next_try_s=14.0)),
        worktrees=(tree("agent/t-7", AgentState.RUNNING),),
    )


def msi() -> MachineView:
    """A machine that was never read."""
    return MachineView(
        Machine("msi", (Role.EXECUTION,), ssh=("msi",), platform=Platform.WINDOWS),
        SourceState.PROXY,
        all_sources(
            bad(
                SourceState.PROXY,
                "proxy localhost:1055 refuses connections",
                age_s=None,
                next_try_s=9.0,
            )
        ),
    )


def locked(name: str = "vault") -> MachineView:
    """A machine whose key nobody has accepted yet."""
    reason = "the machine shows a key that is not known: SHA256:Vc3x…"
    return MachineView(
        Machine(name, (Role.WORKSTATION,), ssh=(name,)),
        SourceState.HOSTKEY,
        all_sources(bad(SourceState.HOSTKEY, reason, age_s=None)),
    )


def unread(name: str = "fresh") -> MachineView:
    """A machine that is being read for the first time."""
    return MachineView(
        Machine(name, (Role.EXECUTION,), ssh=(name,)),
        SourceState.STALE,
        all_sources(SourceView(SourceState.STALE)),
    )


def half() -> MachineView:
    """A machine of which one source is down, short of memory."""
    base = engine()
    assert base.system is not None
    return replace(
        base,
        machine=Machine("studio", (Role.INFERENCE,), ssh=("studio",)),
        state=SourceState.DOWN,
        sources={
            Source.SYSTEM: ok(41),
            Source.OLLAMA: bad(SourceState.DOWN, "port 11434 refuses connections", next_try_s=3.0),
            Source.SERVICES: ok(),
        },
        system=replace(
            base.system,
            memory_used=61 * GIB,
            memory_pressure=Pressure.CRITICAL,
            swap_used=9 * GIB,
            disk_free=11 * GB,
        ),
    )


def everywhere(text: str, state: SourceState = SourceState.OK) -> MachineView:
    """A machine that says the same text in every field that comes from outside."""
    base, agents = engine(), brain()
    assert base.system is not None
    assert base.ollama is not None
    assert base.ollama.loaded is not None
    source = ok() if state is SourceState.OK else bad(state, text, next_try_s=5.0)
    return replace(
        base,
        machine=Machine(text, (Role.INFERENCE,), ssh=(text,), models=(text,)),
        state=state,
        sources=all_sources(source),
        address=text,
        system=replace(base.system, memory_label=text, gpus=(Gpu(text, 34.0),)),
        ollama=Ollama(
            text,
            tuple(replace(model, name=text) for model in base.ollama.loaded),
            (InstalledModel(text, 1, text, text, text, text, 4096, (text,)),),
            (text,),
            0.0,
            text,
        ),
        services=(Service(text, CheckKind.PORT, ServiceState.DOWN, text),),
        worktrees=tuple(
            replace(
                tree,
                repo=text,
                path=text,
                branch=text,
                task=text,
                head=text,
                agent=tree.agent and replace(tree.agent, agent=text),
                problem=text if tree.agent is None else None,
            )
            for tree in agents.worktrees or ()
        ),
    )


def fleet_saying(text: str) -> FleetView:
    """A fleet in which every text from outside is the same."""
    machines = (everywhere(text), replace(engine(), worktrees=everywhere(text).worktrees))
    down = replace(everywhere(text, SourceState.DOWN), machine=Machine("down", ssh=("down",)))
    alert = Alert("a", Level.WARNING, text, NOW, text, Source.SYSTEM, text)
    return FleetView(text, text, NOW, (*machines, down), (alert,), (Banner(text, (text,)),))


def fleet_of(count: int) -> FleetView:
    """A fleet with machines in every state, as many as wanted."""
    kinds = [engine(), brain(), mini(), msi(), half(), locked(), unread()]
    machines = [
        kinds[index]
        if index < len(kinds)
        else replace(
            kinds[index % 5],
            machine=replace(kinds[index % 5].machine, name=f"{kinds[index % 5].name}-{index}"),
        )
        for index in range(count)
    ]
    alerts = (
        Alert(
            "brain.api",
            Level.WARNING,
            "api is down: nothing listens on port 8000",
            NOW - timedelta(minutes=31),
            "brain",
            Source.SERVICES,
            "start it on brain: pm2 start api",
        ),
        Alert(
            "studio.memory",
            Level.CRITICAL,
            "memory pressure is critical, 9 GB in swap",
            NOW - timedelta(minutes=3),
            "studio",
            Source.SYSTEM,
        ),
    )
    names = {machine.name for machine in machines}
    gone = tuple(m.name for m in machines if m.state is SourceState.PROXY)
    return FleetView(
        "home",
        "desk",
        NOW,
        tuple(machines),
        tuple(alert for alert in alerts if alert.machine in names),
        (Banner("proxy localhost:1055 refuses connections", gone),) if len(gone) > 1 else (),
    )


def events(count: int = 40) -> tuple[Event, ...]:
    """Things that happened, one a minute."""
    texts = (
        (Level.INFO, "qwen2.5-coder:32b was loaded", "engine"),
        (Level.WARNING, "watcher is degraded: restarted 4 times", "engine"),
        (Level.CRITICAL, "connection lost", "mini"),
        (Level.INFO, "claude started in agent/t-42", "brain"),
    )
    return tuple(
        Event(NOW - timedelta(minutes=count - index), *texts[index % len(texts)])
        for index in range(count)
    )


@dataclass
class Port:
    """A stand-in for the fleet: shows `current`, and remembers what it was asked to do."""

    current: FleetView
    happened: tuple[Event, ...] = ()
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    running: bool = False
    closed: bool = False

    @property
    def fleet(self) -> Fleet:
        """The configuration."""
        return Fleet(self.current.name, tuple(m.machine for m in self.current.machines))

    def view(self) -> FleetView:
        """The fleet now."""
        return self.current

    def events(self) -> tuple[Event, ...]:
        """What happened."""
        return self.happened

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Remember whom to tell."""
        self.listeners.append(changed)
        return lambda: self.listeners.remove(changed)

    def become(self, view: FleetView) -> None:
        """Change, and tell everybody."""
        self.current = view
        for listener in self.listeners:
            listener()

    def read_again(self, machine: str | None = None) -> None:
        """Note the wish."""
        self.asked.append(f"read {machine}")

    def focus(self, machine: str | None) -> None:
        """Note the wish."""
        self.asked.append(f"focus {machine}")

    def attention(self, seen: bool) -> None:
        """Note the wish."""
        self.asked.append(f"attention {seen}")

    async def run(self) -> None:
        """Do nothing, for ever or until the error."""
        self.running = True
        try:
            if self.error is not None:
                raise self.error
            await asyncio.Event().wait()
        finally:
            self.closed = True
