"""What counts as a change, and what is only time and noise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fleettui.commands.snapshots.changes import Shown, differs
from fleettui.model.ollama import Activity
from fleettui.model.overview import CostTotals, Overview
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import ServiceState
from fleettui.model.system import Pressure, System
from fleettui.model.view import Alert, FleetView, Level, MachineView
from tests.lab.fleets import GB, NOW, brain, engine, home, mini

Edit = Callable[[MachineView], MachineView]


def system(**values: object) -> Edit:
    def edit(view: MachineView) -> MachineView:
        assert view.system is not None
        return replace(view, system=replace(view.system, **values))  # type: ignore[arg-type]

    return edit


def source(**values: object) -> Edit:
    def edit(view: MachineView) -> MachineView:
        seen = replace(view.sources[Source.SYSTEM], **values)  # type: ignore[arg-type]
        return replace(view, sources={**view.sources, Source.SYSTEM: seen})

    return edit


def model(**values: object) -> Edit:
    def edit(view: MachineView) -> MachineView:
        assert view.ollama is not None
        first, *others = view.ollama.loaded or ()
        loaded = (replace(first, **values), *others)  # type: ignore[arg-type]
        return replace(view, ollama=replace(view.ollama, loaded=loaded))

    return edit


NOISE = {
    "age": source(age_s=4.0, observed_at=NOW + timedelta(seconds=9)),
    "latency": source(latency_ms=40.0),
    "next try": source(next_try_s=3.0),
    "load": system(cpu_percent=99.0, load_1m=12.0, uptime_s=530_060.0, clock_skew_s=0.2),
    "a little memory": system(memory_used=43 * GB, memory_available=21 * GB),
    "a little disk": system(disk_free=400 * 10**9),
    "the moment of unloading": model(expires_at=NOW + timedelta(seconds=300)),
}

CHANGES = {
    "state": source(state=SourceState.DOWN),
    "reason": source(reason="no answer"),
    "much memory": system(memory_used=46 * GB),
    "memory no longer known": system(memory_used=None),
    "pressure": system(memory_pressure=Pressure.CRITICAL),
    "another disk": system(disk_total=2 * 10**12),
    "activity": model(activity=Activity.IDLE),
    "context": model(context_length=4096),
    "not read": lambda view: replace(view, ollama=None),
    "address": lambda view: replace(view, address="100.64.0.7"),
}


@pytest.mark.parametrize("edit", NOISE.values(), ids=NOISE)
def test_time_and_noise_are_no_change(edit: Edit) -> None:
    assert edit(engine()) != engine()
    assert not differs(engine(), edit(engine()))


@pytest.mark.parametrize("edit", CHANGES.values(), ids=CHANGES)
def test_everything_else_is(edit: Edit) -> None:
    assert differs(engine(), edit(engine()))


def test_services_and_worktrees_count_but_not_their_clocks() -> None:
    before = brain()
    assert before.services is not None
    assert before.worktrees is not None
    down = replace(before.services[0], state=ServiceState.DOWN)
    tree = before.worktrees[0]
    assert tree.agent is not None
    later = replace(tree, agent=replace(tree.agent, since=NOW))
    assert differs(before, replace(before, services=(down, before.services[1])))
    assert differs(before, replace(before, worktrees=(replace(tree, ahead=4),)))
    assert not differs(before, replace(before, worktrees=(later, before.worktrees[1])))


def test_the_first_is_whole_then_only_what_changed() -> None:
    shown = Shown()
    first = shown.changes(home(), Overview())
    assert first is not None
    assert (first.view, first.unchanged, first.removed) == (home(), 0, ())
    assert shown.changes(home(), Overview()) is None
    loud = replace(home(), machines=(engine(), source(reason="timed out")(brain()), mini()))
    second = shown.changes(loud, Overview())
    assert second is not None
    assert [machine.name for machine in second.view.machines] == ["brain"]
    assert second.unchanged == 2


def test_small_drifts_add_up_until_they_count() -> None:
    shown = Shown()
    drifted = [
        shown.changes(
            FleetView("home", "desk", NOW, machines=(system(memory_used=used * GB)(engine()),)),
            Overview(),
        )
        for used in (40, 41, 42, 43, 44)
    ]
    assert [changes is not None for changes in drifted] == [True, False, False, False, True]


def test_a_machine_that_left_the_fleet_is_named_once() -> None:
    shown = Shown()
    shown.changes(home(), Overview())
    fewer = replace(home(), machines=home().machines[:2])
    gone = shown.changes(fewer, Overview())
    assert gone is not None
    assert (gone.view.machines, gone.unchanged, gone.removed) == ((), 2, ("mini",))
    assert shown.changes(fewer, Overview()) is None


def test_alerts_and_costs_count_for_the_fleet() -> None:
    shown = Shown()
    shown.changes(home(), Overview())
    more = Alert("x", Level.INFO, "since 4 s", NOW)
    alarmed = replace(home(), alerts=(*home().alerts, more))
    reworded = replace(home(), alerts=(*home().alerts, replace(more, text="since 9 s")))
    assert shown.changes(alarmed, Overview()) is not None
    assert shown.changes(reworded, Overview()) is None
    assert shown.changes(reworded, Overview(cost=CostTotals(today_usd=0.01))) is not None
    assert shown.changes(reworded, Overview(cost=CostTotals(today_usd=0.0101))) is None


def test_a_gpu_that_appears_is_a_change() -> None:
    assert engine().system is not None
    assert differs(system(gpus=())(engine()), engine())
    assert isinstance(engine().system, System)
