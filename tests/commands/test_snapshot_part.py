"""What `--only` leaves of a view."""

from fleettui.commands.snapshots.part import part
from fleettui.model.reading import Source, SourceState
from tests.lab.fleets import home


def test_nothing_asked_leaves_everything() -> None:
    assert part(home(), set(), set()) == home()


def test_machines_and_what_concerns_them() -> None:
    view = part(home(), {"engine"}, set())
    assert view.machines == home().machines[:1]
    assert [alert.machine for alert in view.alerts] == ["engine"]
    assert view.banners == ()


def test_sources_of_every_machine_with_the_state_that_follows() -> None:
    view = part(home(), set(), {Source.SYSTEM})
    engine, brain, mini = view.machines
    assert [set(machine.sources) for machine in view.machines] == [{Source.SYSTEM}] * 3
    assert (engine.ollama, brain.services, brain.worktrees, brain.cost) == (None,) * 4
    assert brain.system is not None
    assert [brain.state, mini.state] == [SourceState.OK, SourceState.DOWN]
    assert [alert.source for alert in view.alerts] == [Source.SYSTEM]
    assert view.banners == home().banners


def test_both_together_are_the_sources_of_the_machines() -> None:
    view = part(home(), {"brain", "mini"}, {Source.SERVICES, Source.WORKTREES})
    brain, mini = view.machines
    assert set(brain.sources) == {Source.SERVICES, Source.WORKTREES}
    assert (brain.state, mini.state) == (SourceState.STALE, SourceState.ABSENT)
    assert view.alerts == ()
