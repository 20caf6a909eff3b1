"""The dashboard, driven by keys and mouse."""

from dataclasses import replace

import pytest

from fleettui.model.view import FleetView
from fleettui.tui.draw.grid import Shown
from fleettui.tui.screens.dashboard import Dashboard
from fleettui.tui.widgets.lines import Lines
from tests.tui import fleets
from tests.tui.screen import app_for, press, text_of

SIZES = [(80, 24), (120, 40), (200, 60), (40, 10), (20, 5), (10, 3), (1, 1)]


def chosen(app: object) -> str | None:
    """The machine that is chosen."""
    dashboard = app.screen_stack[0]  # type: ignore[attr-defined]
    assert isinstance(dashboard, Dashboard)
    return dashboard.subject


async def test_the_first_frame_shows_every_machine_being_read() -> None:
    machines = tuple(fleets.unread(name) for name in ("desk", "engine"))
    port = fleets.Port(FleetView("home", "desk", fleets.NOW, machines))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        text = await press(pilot)
        assert text.count("◌ reading…") == 5
        assert "desk" in text
        assert "2 machines   ◌ reading…" in text
        port.become(fleets.fleet_of(2))
        await pilot.pause(0.3)
        assert "qwen2.5-coder:32b" in text_of(pilot.app)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 1, 4, 12, 50])
async def test_every_size_and_fleet(size: tuple[int, int], count: int) -> None:
    async with app_for(fleets.Port(fleets.fleet_of(count))).run_test(size=size) as pilot:
        text = await press(pilot, "j", "G", "g", "enter", "escape")
        assert pilot.app.size == size
        if size[0] >= 20 and size[1] >= 5 and count:
            assert "engine" in text


async def test_numbers_arrows_and_letters_choose() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        assert chosen(pilot.app) == "engine"
        for keys, name in (
            (["2"], "brain"),
            (["h"], "engine"),
            (["j"], "mini"),
            (["l"], "msi"),
            (["k"], "brain"),
            (["left", "down"], "mini"),
            (["right", "up"], "brain"),
            (["9"], "brain"),
            (["end"], "msi"),
            (["home"], "engine"),
        ):
            await press(pilot, *keys)
            assert chosen(pilot.app) == name


async def test_a_click_chooses_and_a_double_click_opens() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        await pilot.click("#machines", offset=(70, 5))
        await pilot.pause()
        assert chosen(pilot.app) == "brain"
        await pilot.click("#machines", offset=(70, 5), times=2)
        await pilot.pause()
        assert "home ▸ brain" in text_of(pilot.app)  # type: ignore[arg-type]


async def test_a_long_list_scrolls_to_the_chosen_machine() -> None:
    port = fleets.Port(fleets.fleet_of(50))
    async with app_for(port).run_test(size=(80, 24)) as pilot:
        assert "studio-49" not in await press(pilot)
        assert "studio-49" in await press(pilot, "G")
        assert "studio-49" not in await press(pilot, "g")


async def test_the_machine_screen_and_back() -> None:
    port = fleets.Port(fleets.fleet_of(4), fleets.events())
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        text = await press(pilot, "enter")
        assert "home ▸ engine" in text
        assert "models in memory" in text
        assert port.asked[-1] == "focus engine"
        assert "last events" in await press(pilot, "G")
        assert "home ▸ brain" in await press(pilot, "tab")
        assert port.asked[-1] == "focus brain"
        text = await press(pilot, "escape")
        assert "4 machines" in text or "of 4" in text
        assert port.asked[-1] == "focus None"


async def test_a_machine_that_leaves_the_fleet() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        await press(pilot, "4", "enter")
        port.become(fleets.fleet_of(2))
        await pilot.pause(0.3)
        assert "msi is no longer in the fleet" in await press(pilot)
        await press(pilot, "escape")
        assert chosen(pilot.app) == "engine"


async def test_the_filter_is_live_and_escape_clears_it() -> None:
    port = fleets.Port(fleets.fleet_of(7))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        text = await press(pilot, "slash", *"deepseek")
        assert "3 of 7 machines" in text
        assert "brain" not in text
        await press(pilot, "enter", "2")
        assert chosen(pilot.app) == "mini"
        text = await press(pilot, "slash", *"xyz")
        assert "no machine matches “deepseekxyz”" in text
        assert "0 of 7 machines" in text
        text = await press(pilot, "escape")
        assert "brain" in text
        assert "of 7 machines" not in text.replace("of 7 machines fine", "")


async def test_letters_typed_into_the_filter_are_no_commands() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        text = await press(pilot, "slash", "q", "R", "w")
        assert port.asked == []
        assert "/ qRw" in text
        assert "quit" not in text.splitlines()[-1]


async def test_the_footer_offers_only_what_works() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        footer = (await press(pilot)).splitlines()[-1]
        assert "enter open" in footer
        assert "? help" in footer
        assert "back" not in footer
        assert "dashboard" not in footer
        footer = (await press(pilot, "enter")).splitlines()[-1]
        assert "esc back" in footer
        assert "D dashboard" in footer
        assert "open" not in footer


async def test_a_hint_can_be_pressed_with_the_mouse() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        footer = (await press(pilot)).splitlines()[-1]
        await pilot.click("#hints", offset=(footer.index("w inbox"), 0))
        await pilot.pause()
        assert "home ▸ inbox" in text_of(pilot.app)  # type: ignore[arg-type]


async def test_only_what_changed_is_painted_again() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        await press(pilot)
        lines: Lines[Shown] = pilot.app.screen.query_one("#machines", Lines)
        before = dict(lines._strips)
        lines.value = lines.value
        assert lines._strips == before
        view = port.current
        changed = replace(fleets.engine(), worktrees=(fleets.tree("agent/new", None),))
        port.become(replace(view, machines=(changed, *view.machines[1:])))
        await pilot.pause(0.3)
        same = [y for y, strip in before.items() if lines._strips.get(y) is strip]
        assert len(same) >= len(before) // 2


async def test_a_storm_of_changes_and_sizes() -> None:
    port = fleets.Port(fleets.fleet_of(12))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        for index in range(30):
            port.become(fleets.fleet_of(index % 13))
            await pilot.resize_terminal(20 + index * 5, 5 + index)
        port.become(fleets.fleet_of(3))
        await pilot.resize_terminal(100, 30)
        await pilot.pause(0.3)
        assert "mini" in text_of(pilot.app)  # type: ignore[arg-type]
