"""Shared causes."""

from fleettui.fleet.causes import banners, explained
from fleettui.fleet.freshness import ASLEEP
from fleettui.model.machine import Machine
from fleettui.model.reading import Source, SourceState
from fleettui.model.view import MachineView, SourceView


def machine(
    name: str, state: SourceState, *, proxy: str | None = None, local: bool = False
) -> MachineView:
    return MachineView(
        machine=Machine(name, ssh=() if local else (name,), proxy=proxy),
        state=state,
        sources={Source.SYSTEM: SourceView(state, reason=f"{name} says {state}")},
    )


def test_a_dead_proxy_is_said_once() -> None:
    tail = "socks5://localhost:1055"
    fleet = [
        machine("msi", SourceState.PROXY, proxy=tail),
        machine("mini", SourceState.PROXY, proxy=tail),
        machine("desk", SourceState.OK, local=True),
    ]
    (banner,) = banners(fleet)
    assert banner.text == "msi says proxy (2 machines)"
    assert explained((banner,)) == {"msi", "mini"}


def test_one_machine_behind_a_dead_proxy_is_its_own_affair() -> None:
    fleet = [machine("msi", SourceState.PROXY, proxy="socks5://localhost:1055")]
    assert banners(fleet) == ()


def test_all_remote_machines_gone_means_no_network() -> None:
    fleet = [
        machine("a", SourceState.DOWN),
        machine("b", SourceState.STALE),
        machine("desk", SourceState.OK, local=True),
    ]
    assert [banner.machines for banner in banners(fleet)] == [("a", "b")]
    assert banners([*fleet, machine("c", SourceState.OK)]) == ()


def test_before_the_first_answers_nothing_is_concluded() -> None:
    waiting = SourceView(SourceState.STALE, reason="no answer yet", pending=True)
    fleet = [
        MachineView(Machine(name, ssh=(name,)), SourceState.STALE, {Source.SYSTEM: waiting})
        for name in ("a", "b")
    ]
    assert banners(fleet) == ()


def test_machines_of_which_something_answers_are_not_without_a_network() -> None:
    fleet = [
        MachineView(
            Machine(name, ssh=(name,)),
            SourceState.DOWN,
            {
                Source.SYSTEM: SourceView(SourceState.OK),
                Source.OLLAMA: SourceView(SourceState.DOWN, reason=f"{name} refuses"),
            },
        )
        for name in ("a", "b")
    ]
    assert banners(fleet) == ()


def test_a_sleep_of_this_computer_is_no_dead_network() -> None:
    asleep = SourceView(SourceState.STALE, reason=ASLEEP)
    fleet = [
        MachineView(Machine(name, ssh=(name,)), SourceState.STALE, {Source.SYSTEM: asleep})
        for name in ("a", "b")
    ]
    assert banners(fleet) == ()
