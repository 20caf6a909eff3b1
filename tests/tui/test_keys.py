"""Every key has a name, a description and a reason."""

from collections import Counter

from fleettui.tui import keys
from fleettui.tui.app import FleetApp
from tests.tui.fleets import Port, fleet_of


def test_every_binding_is_complete_and_unique() -> None:
    for screen, bindings in keys.SCREENS.items():
        for binding in bindings:
            assert binding.id
            assert binding.description
            assert binding.tooltip
            prefix = "app" if screen == "everywhere" else screen
            assert binding.id.startswith(f"{prefix}.")
    assert max(Counter(keys.ids()).values()) == 1


def test_no_screen_uses_a_key_twice() -> None:
    for bindings in keys.SCREENS.values():
        used = Counter(key for binding in bindings for key in binding.key.split(","))
        assert max(used.values()) == 1


def test_a_good_mapping_has_no_problems() -> None:
    assert keys.problems({}) == []
    assert keys.problems({"dashboard.zoom": "z", "app.quit": "f10"}) == []
    assert keys.problems({"machine.down": "n", "log.down": "n"}) == []
    assert keys.problems({"dashboard.up": "w", "app.inbox": "f8"}) == []


def test_a_mapping_of_unknown_actions_is_told() -> None:
    (said,) = keys.problems({"dashbord.zoom": "z"})
    assert said == "[keys] names no such action: dashbord.zoom (nearest: dashboard.zoom)"


def test_a_key_for_two_actions_is_told() -> None:
    assert keys.problems({"app.inbox": "f9", "app.log": "f9"}) == [
        "[keys] gives f9 to app.inbox and to app.log"
    ]
    assert keys.problems({"dashboard.zoom": "q"}) == [
        "[keys] gives q to dashboard.zoom and to app.quit"
    ]
    assert keys.problems({"app.log": "/"}) == [
        "[keys] gives slash to app.log and to dashboard.filter",
        "[keys] gives slash to app.log and to review.find",
    ]
    assert keys.problems({"dashboard.zoom": ""}) == []


async def test_problems_are_one_notice() -> None:
    app = FleetApp(Port(fleet_of(2)), keys={"app.inbox": "f9", "app.log": "f9", "nope": "y"})
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        (note,) = [note.message for note in app._notifications]
        assert "[keys] names no such action: nope" in note
        assert "[keys] gives f9 to app.inbox and to app.log" in note
