"""What is wrong with a machine, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fleettui.fleet.alerts import AlertLog, findings
from fleettui.model.machine import CheckKind, Machine, Platform
from fleettui.model.ollama import Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import Service, ServiceState
from fleettui.model.system import Pressure, System
from fleettui.model.view import Level, MachineView, SourceView
from fleettui.model.worktree import AgentAt, AgentState, Worktree

FINE = SourceView(SourceState.OK, age_s=1.0)
NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
ENGINE = MachineView(
    machine=Machine("engine", ssh=("engine",)),
    state=SourceState.OK,
    sources=dict.fromkeys(Source, FINE),
    system=System(Platform.MACOS, disk_free=500, disk_total=1000, memory_pressure=None),
)


def texts(view: MachineView) -> list[tuple[str, Level]]:
    return [(finding.text, finding.level) for finding in findings(view)]


def test_a_healthy_machine_has_nothing_to_say() -> None:
    assert texts(ENGINE) == []


@pytest.mark.parametrize(
    "system,text,level",
    [
        (
            System(Platform.MACOS, memory_pressure=Pressure.WARNING),
            "memory pressure is warning",
            Level.WARNING,
        ),
        (
            System(Platform.MACOS, memory_pressure=Pressure.CRITICAL),
            "memory pressure is critical",
            Level.CRITICAL,
        ),
        (
            System(Platform.LINUX, disk_free=9 * 10**9, disk_total=10**11),
            "disk nearly full: 9.0 GB free",
            Level.WARNING,
        ),
        (
            System(Platform.LINUX, disk_free=10**9, disk_total=10**11),
            "disk nearly full: 1.0 GB free",
            Level.CRITICAL,
        ),
        (
            System(Platform.LINUX, clock_skew_s=-90.0),
            "its clock is 1m 30s behind ours",
            Level.WARNING,
        ),
    ],
)
def test_the_system(system: System, text: str, level: Level) -> None:
    assert texts(replace(ENGINE, system=system)) == [(text, level)]


def test_services_worktrees_and_models() -> None:
    view = replace(
        ENGINE,
        ollama=Ollama(missing=("gpt-oss:20b",)),
        services=(
            Service("gateway", CheckKind.PORT, ServiceState.DOWN, "nobody listens"),
            Service("watcher", CheckKind.FILE, ServiceState.STALE),
            Service("bot", CheckKind.PM2, ServiceState.UP),
            Service("odd", CheckKind.BREW, ServiceState.UNKNOWN),
        ),
        worktrees=(
            Worktree("app", "/w/1", problem="its .git is gone"),
            Worktree("app", "/w/2", branch="agent/t-2", agent=AgentAt(AgentState.WAITING)),
            Worktree("app", "/w/3", branch="agent/t-3", agent=AgentAt(AgentState.LOST)),
            Worktree("app", "/w/4", branch="agent/t-4", agent=AgentAt(AgentState.RUNNING)),
        ),
    )
    assert texts(view) == [
        ("model gpt-oss:20b is not installed", Level.WARNING),
        ("service gateway is down: nobody listens", Level.CRITICAL),
        ("service watcher is stale", Level.WARNING),
        ("worktree /w/1: its .git is gone", Level.WARNING),
        ("agent in agent/t-2 waits for you", Level.INFO),
        ("agent in agent/t-3 is lost", Level.WARNING),
    ]


def test_all_sources_failing_alike_are_one_finding() -> None:
    gone = SourceView(SourceState.DOWN, reason="engine refuses connections")
    view = replace(ENGINE, sources=dict.fromkeys(Source, gone), ollama=Ollama(missing=("a",)))
    assert texts(view) == [("engine is down: engine refuses connections", Level.WARNING)]
    assert list(findings(view, reach=False)) == []


def test_one_source_failing_alone_is_named() -> None:
    sources = dict(ENGINE.sources)
    sources[Source.OLLAMA] = SourceView(SourceState.ERROR, reason="answered HTML")
    found = texts(replace(ENGINE, sources=sources))
    assert found == [("engine ollama is error: answered HTML", Level.WARNING)]


def test_a_changed_host_key_is_critical() -> None:
    sources = dict(ENGINE.sources)
    sources[Source.SYSTEM] = SourceView(SourceState.HOSTKEY, reason="its key changed")
    found = texts(replace(ENGINE, sources=sources))
    assert found == [("engine system is not to be trusted: its key changed", Level.CRITICAL)]


def test_alerts_remember_since_when_and_forget_when_it_is_over() -> None:
    log = AlertLog()
    bad = replace(ENGINE, ollama=Ollama(missing=("a",)))
    later = NOW + timedelta(minutes=5)
    assert log.alerts([bad], NOW, hidden=frozenset())[0].since == NOW
    assert log.alerts([bad], later, hidden=frozenset())[0].since == NOW
    assert log.alerts([ENGINE], later, hidden=frozenset()) == ()
    assert log.alerts([bad], later, hidden=frozenset())[0].since == later


def test_the_worst_comes_first() -> None:
    bad = replace(
        ENGINE,
        ollama=Ollama(missing=("a",)),
        system=System(Platform.MACOS, memory_pressure=Pressure.CRITICAL),
    )
    alerts = AlertLog().alerts([bad], NOW, hidden=frozenset())
    assert [alert.id for alert in alerts] == ["engine:memory", "engine:missing:a"]
