"""Keys that come faster than screens, on a real pseudo-terminal."""

import pytest
from textual.command import CommandPalette

from tests.tui import fleets
from tests.tui.screen import app_for, press, text_of
from tests.tui.terminal import terminal


def test_keys_act_on_the_screens_that_the_keys_before_them_open() -> None:
    with terminal("fleet:4") as program:
        program.until("? help")
        program.type("2\rGjw")
        program.until("home ▸ inbox")
        program.type("\x1b")
        program.until("home ▸ brain")
        program.type("lDL")
        program.until("home ▸ log")
        program.type("q")
        assert program.ended() == 0


def test_what_is_typed_after_the_palettes_key_is_looked_for() -> None:
    with terminal("fleet:4") as program:
        program.until("? help")
        program.type("\x10mini")
        program.until("go to mini")
        program.type("\r")
        program.until("home ▸ mini")
        program.type("q")
        assert program.ended() == 0


def test_what_is_typed_after_the_slash_is_looked_for() -> None:
    with terminal("fleet:7") as program:
        program.until("? help")
        program.type("/deepseek\r2\r")
        program.until("home ▸ mini")
        program.type("q")
        assert program.ended() == 0


def test_what_is_typed_after_the_filters_end_is_a_command_again() -> None:
    with terminal("fleet:7") as program:
        program.until("? help")
        program.type("/deepseek")
        program.until("2 mini")
        program.type("\x1b")
        program.until("brain")
        program.type("\r")
        program.until("home ▸ engine")
        program.type("q")
        assert program.ended() == 0


async def test_a_machine_chosen_on_a_machines_screen_takes_its_place() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        await press(pilot, "enter", "ctrl+p", *"go to mini")
        await pilot.pause(0.5)
        await press(pilot, "enter")
        await pilot.pause(0.3)
        assert "home ▸ mini" in text_of(pilot.app)  # type: ignore[arg-type]
        assert len(pilot.app.screen_stack) == 2
        assert [wish for wish in port.asked if wish != "focus None"][-1] == "focus mini"


async def test_the_machine_below_another_screen_is_looked_at_closely_again() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        await press(pilot, "enter", "w")
        assert port.asked[-1] == "focus None"
        await press(pilot, "enter")
        assert port.asked[-1] == "focus brain"
        await press(pilot, "escape", "escape")
        assert port.asked[-1] == "focus engine"


async def test_the_palette_opens_once() -> None:
    async with app_for(fleets.Port(fleets.fleet_of(4))).run_test(size=(120, 40)) as pilot:
        await press(pilot, "ctrl+p", "ctrl+p")
        assert isinstance(pilot.app.screen, CommandPalette)
        assert len(pilot.app.screen_stack) == 2
        text = await press(pilot, *"read ag")
        await pilot.pause(0.5)
        text = await press(pilot)
        assert "Read this machine at once (R)" in text


@pytest.mark.parametrize("count, offered", [(1, False), (2, True)])
async def test_the_next_machine_is_offered_where_there_is_one(count: int, offered: bool) -> None:
    port = fleets.Port(fleets.fleet_of(count))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        footer = (await press(pilot, "enter")).splitlines()[-1]
        assert ("next machine" in footer) is offered


async def test_the_footer_under_a_filter() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=(120, 40)) as pilot:
        footer = (await press(pilot, "slash", *"xyz")).splitlines()[-1]
        assert footer.split() == ["enter", "done", "esc", "all", "ctrl+p", "commands"]
        footer = (await press(pilot, "enter")).splitlines()[-1]
        assert "open" not in footer
        footer = (await press(pilot, "escape")).splitlines()[-1]
        assert "enter open" in footer


async def test_our_own_themes_are_offered_first() -> None:
    async with app_for(fleets.Port(fleets.fleet_of(1))).run_test(size=(120, 40)) as pilot:
        await press(pilot, "ctrl+p", *"theme")
        await pilot.pause(0.5)
        text = await press(pilot)
        assert text.index("theme fleet-light") < text.index("theme ansi-dark")
