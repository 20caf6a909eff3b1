"""Every key has a name, a description and a reason."""

from collections import Counter

from fleettui.tui import keys


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


def test_a_mapping_of_unknown_actions_is_told() -> None:
    assert keys.unknown({"dashboard.zoom": "z", "app.quit": "x"}) is None
    said = keys.unknown({"dashbord.zoom": "z"})
    assert said == "[keys] names no such action: dashbord.zoom (nearest: dashboard.zoom)"
