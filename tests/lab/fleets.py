"""Fleets as plain values: one that looks like a real one, and any that there could be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from fleettui.model.machine import CheckKind, Machine, Platform, Role
from fleettui.model.ollama import Activity, InstalledModel, LoadedModel, Ollama
from fleettui.model.overview import (
    CostTotals,
    LastDay,
    Leak,
    OpenTask,
    Overview,
    ReviewRow,
    TaskCounts,
    Tasks,
)
from fleettui.model.reading import Source, SourceState, worst
from fleettui.model.service import Service, ServiceState
from fleettui.model.system import Gpu, Pressure, System
from fleettui.model.text import clean
from fleettui.model.view import (
    Alert,
    Banner,
    FleetView,
    Level,
    MachineCost,
    MachineView,
    SourceView,
)
from fleettui.model.worktree import AgentAt, AgentState, Worktree

GB = 1024**3
NOW = datetime(2026, 11, 5, 10, 42, 7, tzinfo=UTC)
ABSENT = SourceView(SourceState.ABSENT)


def fresh(latency_ms: float = 3.0) -> SourceView:
    """A source that has just answered."""
    return SourceView(SourceState.OK, NOW, 0.1, latency_ms)


def machine(
    name: str, sources: dict[Source, SourceView], roles: tuple[Role, ...] = (), **read: object
) -> MachineView:
    """A machine of the fleet; sources that are not named are not configured."""
    every = {source: sources.get(source, ABSENT) for source in Source}
    state = worst([seen.state for seen in every.values()])
    view = MachineView(Machine(name, roles=roles), state, every)
    return replace(view, **read)  # type: ignore[arg-type]  # the caller knows the fields


def engine() -> MachineView:
    """A machine that serves models."""
    return machine(
        "engine",
        {Source.SYSTEM: fresh(), Source.OLLAMA: fresh(9.0)},
        (Role.INFERENCE,),
        platform=Platform.MACOS,
        address="engine.local",
        system=System(
            platform=Platform.MACOS,
            cpu_count=16,
            cpu_percent=3.1,
            load_1m=0.4,
            memory_total=64 * GB,
            memory_used=42 * GB,
            memory_available=22 * GB,
            memory_pressure=Pressure.NORMAL,
            swap_used=0,
            disk_free=412 * 10**9,
            disk_total=994 * 10**9,
            uptime_s=530_000.0,
            gpus=(Gpu("M1 Max", 34.0, 12 * GB, 24 * GB),),
        ),
        ollama=Ollama(
            version="0.32.15",
            loaded=(
                LoadedModel(
                    name="qwen2.5-coder:32b",
                    size=21_500_000_000,
                    size_vram=21_500_000_000,
                    context_length=32768,
                    parameter_size="32.8B",
                    quantization="Q4_K_M",
                    expires_at=NOW + timedelta(seconds=252),
                    activity=Activity.BUSY,
                ),
                LoadedModel("deepseek-r1:32b", 20_000_000_000, 10_000_000_000, forever=True),
            ),
            installed=(InstalledModel("qwen2.5-coder:32b", 19_900_000_000),),
            missing=("gpt-oss:20b",),
        ),
    )


def brain() -> MachineView:
    """A machine on which agents work; its services have not answered for a while."""
    late = SourceView(SourceState.STALE, NOW - timedelta(seconds=130), 130.0, 4.0, "no answer")
    return machine(
        "brain",
        {Source.SYSTEM: fresh(2.0), Source.SERVICES: late, Source.WORKTREES: fresh()},
        (Role.ORCHESTRATOR, Role.EXECUTION),
        platform=Platform.LINUX,
        system=System(Platform.LINUX, 12, 31.0, 3.2, 32 * GB, 12 * GB, 18 * GB),
        services=(
            Service("gateway", CheckKind.PORT, ServiceState.UP),
            Service("watcher", CheckKind.LAUNCHD, ServiceState.DEGRADED, "restarting"),
        ),
        worktrees=(
            Worktree(
                repo="app",
                path="/src/app-42",
                branch="agent/t-42",
                task="t-42",
                head="3fa9c1e",
                ahead=3,
                behind=2,
                dirty=True,
                agent=AgentAt(AgentState.RUNNING, "claude", NOW - timedelta(minutes=12), "runner"),
            ),
            Worktree("web", "/src/web-51", problem="the folder .git is missing"),
        ),
        cost=MachineCost(1.94, 23.4),
    )


def mini() -> MachineView:
    """A machine that is switched off."""
    down = SourceView(SourceState.DOWN, reason="no route to host", next_try_s=14.0)
    return machine("mini", {Source.SYSTEM: down, Source.OLLAMA: down}, (Role.EXECUTION,))


def home() -> FleetView:
    """Three machines: a fine one, a stale one and one that is down."""
    return FleetView(
        name="home",
        host="desk",
        taken_at=NOW,
        machines=(engine(), brain(), mini()),
        alerts=(
            Alert(
                id="brain:disk",
                level=Level.CRITICAL,
                text="disk nearly full: 3.0 GB free",
                since=NOW - timedelta(minutes=4),
                machine="brain",
                source=Source.SYSTEM,
            ),
            Alert(
                id="engine:missing:gpt-oss:20b",
                level=Level.WARNING,
                text="model gpt-oss:20b is not installed",
                since=NOW,
                machine="engine",
                source=Source.OLLAMA,
                remedy="ollama pull gpt-oss:20b",
            ),
        ),
        banners=(Banner("proxy localhost:1055 refuses connections", ("mini",)),),
    )


def busy() -> Overview:
    """A queue, a review and a ledger."""
    return Overview(
        tasks=Tasks(
            counts=TaskCounts(queued=3, running=2, review=1, failed=1),
            open=(OpenTask("t-42", "running", NOW, "brain", "qwen3:8b", 1, 0.31),),
            last_day=LastDay(done=9, failed=1, error_rate=0.1, median_s=240.0),
        ),
        reviews=(ReviewRow("app", "agent/t-43", "ready", "brain", "3fa9c1e", NOW),),
        cost=CostTotals(
            1.94, 23.41, 39.0, 100.0, 161.0, {"local": 0.0, "sonnet": 23.41}, (Leak(0.42, "t-9"),)
        ),
    )


HOSTILE = st.text(max_size=40) | st.sampled_from(
    [
        "\x1b[2J\x1b]52;c;aGk=\x07",
        "a\nb\r\n\u2028c",
        "\u202eevil\u2066",
        "#(touch /tmp/x)#[fg=red]",
        '"} 1\nfleettui_up 0',
        "\ud800",
        "[/red][@click=app.exit]x",
        "\u3164\u200b",
        "模型" * 30,
        "NaN",
        "e\u0301\u0301\u0301\u0301\u0301",
    ]
)
"""What a machine may say of itself, before it went through the border."""

WORDS = HOSTILE.map(lambda text: clean(text, limit=80))
"""The same behind the border."""

COUNTS = st.none() | st.integers(0, 2**53)
REALS = st.none() | st.floats(0, 1e12)
ANY_REALS = st.none() | st.floats()
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
RECENT = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda ago: NOW - ago)


def systems() -> st.SearchStrategy[System]:
    """Any reading of a machine's system."""
    gpus = st.builds(Gpu, st.none() | WORDS, REALS, COUNTS, COUNTS, ANY_REALS, REALS)
    return st.builds(
        System,
        platform=st.sampled_from(Platform),
        cpu_count=COUNTS,
        cpu_percent=REALS,
        load_1m=REALS,
        memory_total=COUNTS,
        memory_used=COUNTS,
        memory_available=COUNTS,
        memory_pressure=st.none() | st.sampled_from(Pressure),
        swap_used=COUNTS,
        disk_free=COUNTS,
        uptime_s=REALS,
        gpus=st.lists(gpus, max_size=2).map(tuple),
        clock_skew_s=ANY_REALS,
    )


def ollamas() -> st.SearchStrategy[Ollama]:
    """Any answer of an Ollama server; the same model may be in it twice."""
    loaded = st.builds(
        LoadedModel,
        name=WORDS,
        size=COUNTS,
        size_vram=COUNTS,
        context_length=COUNTS,
        parameter_size=st.none() | WORDS,
        quantization=st.none() | WORDS,
        expires_at=MOMENTS,
        forever=st.booleans(),
        activity=st.sampled_from(Activity),
    )
    installed = st.builds(InstalledModel, name=WORDS, size=COUNTS, remote_host=st.none() | WORDS)
    return st.builds(
        Ollama,
        version=st.none() | WORDS,
        loaded=st.none() | st.lists(loaded, max_size=3).map(tuple),
        installed=st.none() | st.lists(installed, max_size=3).map(tuple),
        missing=st.none() | st.lists(WORDS, max_size=3).map(tuple),
        address=st.none() | WORDS,
    )


def worktrees() -> st.SearchStrategy[Worktree]:
    """Any worktree."""
    agents = st.builds(
        AgentAt, st.sampled_from(AgentState), st.none() | WORDS, st.none() | RECENT, WORDS
    )
    return st.builds(
        Worktree,
        repo=WORDS,
        path=WORDS,
        branch=st.none() | WORDS,
        task=st.none() | WORDS,
        head=st.none() | WORDS,
        ahead=COUNTS,
        behind=COUNTS,
        dirty=st.none() | st.booleans(),
        last_commit_at=MOMENTS,
        agent=st.none() | agents,
        problem=st.none() | WORDS,
    )


def machines() -> st.SearchStrategy[MachineView]:
    """Any machine in any state."""
    services = st.builds(
        Service,
        name=WORDS,
        check=st.sampled_from(CheckKind),
        state=st.sampled_from(ServiceState),
        detail=st.none() | WORDS,
        last_run_age_s=REALS,
    )
    sources = st.builds(
        SourceView, st.sampled_from(SourceState), MOMENTS, REALS, REALS, st.none() | WORDS, REALS
    )
    roles = st.lists(st.sampled_from(Role), unique=True).map(tuple)
    return st.builds(
        MachineView,
        machine=st.builds(Machine, name=WORDS, roles=roles),
        state=st.sampled_from(SourceState),
        sources=st.dictionaries(st.sampled_from(Source), sources),
        platform=st.none() | st.sampled_from(Platform),
        address=st.none() | WORDS,
        system=st.none() | systems(),
        ollama=st.none() | ollamas(),
        services=st.none() | st.lists(services, max_size=3).map(tuple),
        worktrees=st.none() | st.lists(worktrees(), max_size=3).map(tuple),
        cost=st.none() | st.builds(MachineCost, ANY_REALS, ANY_REALS),
    )


def fleets() -> st.SearchStrategy[FleetView]:
    """Any fleet, whatever its machines say."""
    alerts = st.builds(
        Alert,
        id=WORDS,
        level=st.sampled_from(Level),
        text=WORDS,
        since=RECENT,
        machine=st.none() | WORDS,
        source=st.none() | st.sampled_from(Source),
        remedy=st.none() | WORDS,
    )
    banners = st.builds(Banner, WORDS, st.lists(WORDS, max_size=2).map(tuple))
    return st.builds(
        FleetView,
        name=WORDS,
        host=WORDS,
        taken_at=st.just(NOW),
        machines=st.lists(machines(), max_size=3).map(tuple),
        alerts=st.lists(alerts, max_size=3).map(tuple),
        banners=st.lists(banners, max_size=2).map(tuple),
    )


def overviews() -> st.SearchStrategy[Overview]:
    """Any queue and any ledger; tiers are words of the configuration."""
    tiers = st.dictionaries(st.sampled_from(["local", "sonnet", "opus"]), st.floats())
    tasks = st.builds(
        Tasks,
        counts=st.builds(TaskCounts, *[COUNTS] * 5),
        open=st.lists(
            st.builds(OpenTask, WORDS, WORDS, MOMENTS, st.none() | WORDS, st.none() | WORDS),
            max_size=2,
        ).map(tuple),
        last_day=st.builds(LastDay, COUNTS, COUNTS, REALS, REALS, REALS),
    )
    reviews = st.builds(
        ReviewRow, WORDS, WORDS, WORDS, st.none() | WORDS, st.none() | WORDS, MOMENTS
    )
    leaks = st.builds(Leak, ANY_REALS, st.none() | WORDS)
    cost = st.builds(
        CostTotals, *[ANY_REALS] * 5, by_tier=tiers, leaks=st.lists(leaks, max_size=2).map(tuple)
    )
    return st.builds(
        Overview, tasks=tasks, reviews=st.lists(reviews, max_size=2).map(tuple), cost=cost
    )
