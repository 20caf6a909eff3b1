"""The monitor in accelerated time, over machines that exist only in this process."""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from fleettui.fleet.monitor import Monitor, Only
from fleettui.model.errors import ConfigError, SourceAbsent, Unreachable
from fleettui.model.fleet import Fleet
from fleettui.model.reading import Source, SourceState
from tests.lab.fast_time import FastLoop, run_fast
from tests.lab.scripted_machine import Behaviour, fleet_of, opener, system


def live(
    behaviours: dict[str, Behaviour],
    scenario: Callable[[Monitor, FastLoop], Awaitable[None]],
    configuration: "Scripted | None" = None,
) -> None:
    """Run a monitor while the scenario looks at it and changes its world."""
    loop = FastLoop()

    async def main() -> None:
        monitor = Monitor(
            fleet_of(*behaviours),
            opener(behaviours),
            clock=loop.clock(),
            configuration=configuration,
        )
        running = asyncio.create_task(monitor.run())
        try:
            await scenario(monitor, loop)
        finally:
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_fast(main(), loop)


def state_of(monitor: Monitor, name: str) -> SourceState:
    return next(view.state for view in monitor.view().machines if view.name == name)


def test_a_frozen_machine_is_late_within_two_intervals_and_recovers_by_itself() -> None:
    brain, mini = Behaviour(), Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(12)
        assert state_of(monitor, "brain") is SourceState.OK
        brain.frozen = True
        await asyncio.sleep(10.1)
        assert state_of(monitor, "brain") is SourceState.LATE
        assert state_of(monitor, "mini") is SourceState.OK
        view = next(m for m in monitor.view().machines if m.name == "brain")
        assert view.system is not None
        await asyncio.sleep(25)
        assert state_of(monitor, "brain") is SourceState.STALE
        brain.frozen = False
        await asyncio.sleep(5.1)
        assert state_of(monitor, "brain") is SourceState.OK

    live({"brain": brain, "mini": mini}, scenario)


def test_never_two_readings_of_one_source_at_a_time() -> None:
    slow = Behaviour(takes_s=9.0)

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        for _ in range(20):
            await asyncio.sleep(1)
            monitor.read_again()
        assert slow.most_under_way == 1
        assert slow.reads >= 2

    live({"slow": slow}, scenario)


def test_a_bad_machine_keeps_its_values_and_says_why() -> None:
    engine = Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(1)
        engine.failure = Unreachable("engine refuses connections")
        await asyncio.sleep(6)
        view = monitor.view().machines[0]
        assert view.state is SourceState.DOWN
        assert view.system == system()
        seen = view.sources[Source.SYSTEM]
        assert seen.reason == "engine refuses connections"
        assert seen.age_s == pytest.approx(7, abs=0.1)
        assert [alert.id for alert in monitor.view().alerts] == ["engine:reach"]
        since = monitor.view().alerts[0].since
        await asyncio.sleep(20)
        assert monitor.view().alerts[0].since == since
        engine.failure = None
        await asyncio.sleep(6)
        assert monitor.view().alerts == ()
        texts = [event.text for event in monitor.events()]
        assert texts == ["system ok → down: engine refuses connections", "system down → ok"]

    live({"engine": engine}, scenario)


def test_what_went_away_for_good_leaves_no_values_behind() -> None:
    engine = Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(1)
        assert monitor.view().machines[0].system == system()
        engine.failure = SourceAbsent("nothing runs here")
        await asyncio.sleep(6)
        view = monitor.view().machines[0]
        assert view.system is None
        assert view.sources[Source.SYSTEM].state is SourceState.ABSENT
        assert view.sources[Source.SYSTEM].age_s is None

    live({"engine": engine}, scenario)


def test_a_source_that_answers_is_not_hurried_by_a_connection_that_fails() -> None:
    """Ollama at its own URL answers while SSH is in its back-off, which may end at any moment."""
    engine = Behaviour(next_try_s=0.0)

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(51)
        assert engine.reads == 11
        engine.failure = Unreachable("gone")
        await asyncio.sleep(10)
        assert engine.reads > 30

    live({"engine": engine}, scenario)


def test_unseen_panes_read_five_times_slower_and_catch_up_at_once() -> None:
    engine = Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        monitor.attention(False)
        await asyncio.sleep(1)
        before = engine.reads
        await asyncio.sleep(100)
        assert engine.reads - before == 4
        assert state_of(monitor, "engine") is SourceState.OK
        before = engine.reads
        monitor.attention(True)
        await asyncio.sleep(0.1)
        assert engine.reads == before + 1

    live({"engine": engine}, scenario)


def test_a_focused_machine_is_read_more_often() -> None:
    engine, other = Behaviour(), Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        monitor.focus("engine")
        await asyncio.sleep(60)
        assert engine.reads > 2 * other.reads

    live({"engine": engine, "other": other}, scenario)


def test_sleep_makes_everything_stale_and_aborts_connections() -> None:
    engine = Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(7)
        engine.frozen = True
        loop.sleep_computer(3600)
        await asyncio.sleep(2.1)
        assert engine.suspended == 1
        assert state_of(monitor, "engine") is SourceState.STALE
        engine.frozen = False
        await asyncio.sleep(6)
        assert state_of(monitor, "engine") is SourceState.OK
        assert "asleep for 3600 s" in monitor.events()[0].text

    live({"engine": engine}, scenario)


def test_reading_again_forgets_back_off() -> None:
    engine, other = Behaviour(), Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(1)
        reads = engine.reads
        monitor.read_again("engine")
        await asyncio.sleep(0.1)
        assert (engine.retried, other.retried) == (1, 0)
        assert engine.reads == reads + 1

    live({"engine": engine, "other": other}, scenario)


def test_one_shared_cause_is_one_banner_and_no_alert_a_machine() -> None:
    behaviours = {name: Behaviour() for name in ("a", "b", "c")}

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(1)
        for behaviour in behaviours.values():
            behaviour.failure = Unreachable("no route to host")
        await asyncio.sleep(6)
        view = monitor.view()
        assert [banner.machines for banner in view.banners] == [("a", "b", "c")]
        assert view.alerts == ()

    live(behaviours, scenario)


class Scripted:
    """Configurations in the order in which they will be found."""

    def __init__(self) -> None:
        self.next: list[Fleet | ConfigError] = []

    def changed(self) -> Fleet | None:
        if not self.next:
            return None
        found = self.next.pop(0)
        if isinstance(found, ConfigError):
            raise found
        return found


def test_a_changed_configuration_is_taken_over_and_a_wrong_one_is_not() -> None:
    behaviours = {"a": Behaviour(), "b": Behaviour()}
    configuration = Scripted()
    behaviours["c"] = Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(1)
        configuration.next = [ConfigError("expected a string", file="fleet.toml", line=3)]
        await asyncio.sleep(2)
        assert [m.name for m in monitor.view().machines] == ["a", "b", "c"]
        assert "fleet.toml:3" in monitor.view().alerts[0].text
        configuration.next = [fleet_of("a", "c")]
        await asyncio.sleep(3)
        assert [m.name for m in monitor.view().machines] == ["a", "c"]
        assert monitor.view().alerts == ()
        assert behaviours["b"].closed == 2
        assert behaviours["a"].closed == 0

    live(behaviours, scenario, configuration)


def test_reading_once_takes_the_slowest_answer_or_the_deadline() -> None:
    behaviours = {"fast": Behaviour(), "slow": Behaviour(takes_s=2.0), "ice": Behaviour()}
    behaviours["ice"].frozen = True
    loop = FastLoop()

    async def main() -> None:
        monitor = Monitor(fleet_of(*behaviours), opener(behaviours), clock=loop.clock())
        view = await monitor.read_once(5.0)
        assert loop.time() == pytest.approx(5.0, abs=0.1)
        assert [m.state for m in view.machines] == [
            SourceState.OK,
            SourceState.OK,
            SourceState.DOWN,
        ]
        before = behaviours["fast"].reads
        await monitor.read_once(5.0, Only(machines=frozenset({"slow"})))
        assert behaviours["fast"].reads == before
        await monitor.close()
        assert all(behaviour.closed == 2 for behaviour in behaviours.values())

    run_fast(main(), loop)


def test_two_simulated_hours_of_coming_and_going_leave_nothing_behind() -> None:
    names = [f"m{index}" for index in range(10)]
    behaviours = {name: Behaviour() for name in names}

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(60)
        gc.collect()
        tasks = len(asyncio.all_tasks())
        for minute in range(120):
            for index, behaviour in enumerate(behaviours.values()):
                behaviour.frozen = (minute + index) % 7 == 0
                gone = (minute + index) % 5 == 0
                behaviour.failure = Unreachable("gone") if gone else None
            await asyncio.sleep(60)
        assert len(asyncio.all_tasks()) == tasks
        assert len(monitor.events()) <= 2000

    live(behaviours, scenario)


def test_before_the_first_answer_every_machine_is_there_and_nothing_is_claimed() -> None:
    monitor = Monitor(fleet_of("a", "b"), opener({"a": Behaviour(), "b": Behaviour()}))
    view = monitor.view()
    assert [machine.name for machine in view.machines] == ["a", "b"]
    assert [m.sources[Source.SYSTEM].pending for m in view.machines] == [True, True]
    assert (view.alerts, view.banners) == ((), ())


def test_what_was_not_read_anew_is_equal_to_itself_within_a_second() -> None:
    engine, brain = Behaviour(), Behaviour()

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(7.2)
        before = monitor.view()
        await asyncio.sleep(0.3)
        brain.values = {Source.SYSTEM: system(77.0)}
        monitor.read_again("brain")
        await asyncio.sleep(0.3)
        after = monitor.view()
        assert after.machines[0] == before.machines[0]
        assert after.machines[1] != before.machines[1]
        await asyncio.sleep(0.3)
        assert monitor.view().machines[0] != before.machines[0]

    live({"engine": engine, "brain": brain}, scenario)


def test_a_failure_that_comes_again_and_again_holds_nothing() -> None:
    engine = Behaviour(failure=Unreachable("refuses connections"))

    async def scenario(monitor: Monitor, loop: FastLoop) -> None:
        await asyncio.sleep(60)
        assert engine.reads > 10
        assert engine.failure is not None
        assert engine.failure.__traceback__ is None
        assert engine.failure.__context__ is None

    live({"engine": engine}, scenario)
