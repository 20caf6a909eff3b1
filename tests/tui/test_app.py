"""The application around the screens: inbox, log, help, palette, themes, keys, life."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.command import CommandPalette

from fleettui.model.text import is_clean
from fleettui.tui.app import FleetApp
from tests.tui import fleets
from tests.tui.screen import app_for, press, text_of

SIZE = (120, 40)


def notes(app: FleetApp) -> list[str]:
    """What notices say."""
    return [note.message for note in app._notifications]


async def test_the_inbox_lists_what_waits_and_goes_there() -> None:
    port = fleets.Port(fleets.fleet_of(7))
    async with app_for(port).run_test(size=SIZE) as pilot:
        text = await press(pilot, "w")
        assert "home ▸ inbox" in text
        assert "api is down: nothing listens on port 8000" in text
        assert "start it on brain: pm2 start api" in text
        assert "fleettui doctor vault --trust" in text
        assert "home ▸ brain" in await press(pilot, "j", "enter")
        assert "home ▸ inbox" in await press(pilot, "escape")
        await press(pilot, "R")
        assert port.asked[-1] == "read brain"


async def test_when_an_item_is_done_the_next_one_is_chosen() -> None:
    port = fleets.Port(fleets.fleet_of(7))
    async with app_for(port).run_test(size=SIZE) as pilot:
        await press(pilot, "w", "j")
        view = port.current
        port.become(replace(view, alerts=view.alerts[1:]))
        await pilot.pause(0.3)
        text = await press(pilot)
        line = next(line for line in text.splitlines() if line.startswith("▌"))
        assert "vault" in line
        port.become(fleets.fleet_of(1))
        await pilot.pause(0.3)
        text = await press(pilot)
        assert "● nothing waits for you" in text
        assert "go there" not in text.splitlines()[-1]


async def test_the_log_stays_at_the_newest_event() -> None:
    port = fleets.Port(fleets.fleet_of(2), fleets.events(100))
    async with app_for(port).run_test(size=SIZE) as pilot:
        text = await press(pilot, "L")
        newest = f"{fleets.events(100)[-1].at.astimezone():%H:%M:%S}"
        assert newest in text
        assert newest not in await press(pilot, "g")
        port.happened = (*port.happened, replace(port.happened[-1], text="something new"))
        port.become(port.current)
        await pilot.pause(0.3)
        assert "something new" not in await press(pilot)
        assert "something new" in await press(pilot, "G")
        port.happened = (*port.happened, replace(port.happened[-1], text="even newer"))
        port.become(port.current)
        await pilot.pause(0.3)
        assert "even newer" in await press(pilot)


async def test_an_empty_log_says_so() -> None:
    async with app_for(fleets.Port(fleets.fleet_of(2))).run_test(size=SIZE) as pilot:
        assert "nothing happened yet" in await press(pilot, "L")


async def test_places_are_reached_from_anywhere_and_never_twice() -> None:
    async with app_for(fleets.Port(fleets.fleet_of(4))).run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "w", "L", "w")
        assert len(pilot.app.screen_stack) == 3
        await press(pilot, "D")
        assert len(pilot.app.screen_stack) == 1


async def test_help_lists_the_keys_of_the_screen() -> None:
    async with app_for(fleets.Port(fleets.fleet_of(4))).run_test(size=SIZE) as pilot:
        text = await press(pilot, "question_mark")
        assert "Choose a machine by its number" in text
        assert "Show only machines that match" in text
        assert "Leave fleettui" in text
        assert "◌ stale or unknown" in text
        assert "here" not in (await press(pilot, "escape")).split()
        text = await press(pilot, "enter", "question_mark")
        assert "Show the next machine" in text


async def test_the_palette_has_actions_machines_and_themes() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=SIZE) as pilot:
        await press(pilot, "ctrl+p")
        assert isinstance(pilot.app.screen, CommandPalette)
        await pilot.pause(0.3)
        text = await press(pilot)
        assert "read again" in text
        assert "go to brain" in text
        await press(pilot, *"go to mini")
        await pilot.pause(0.5)
        await press(pilot, "enter")
        await pilot.pause(0.3)
        assert "home ▸ mini" in text_of(pilot.app)  # type: ignore[arg-type]


async def test_the_palette_changes_the_theme() -> None:
    async with app_for(fleets.Port(fleets.fleet_of(4))).run_test(size=SIZE) as pilot:
        await press(pilot, "ctrl+p", *"fleet-light")
        await pilot.pause(0.5)
        await press(pilot, "enter")
        await pilot.pause(0.3)
        assert pilot.app.theme == "fleet-light"


async def test_markup_in_names_is_text_in_the_palette_and_in_notices() -> None:
    text = "[/x][@click=app.quit]y[/]\x1b]0;z\x07"
    port = fleets.Port(fleets.fleet_saying(text))
    async with app_for(port).run_test(size=SIZE, notifications=True) as pilot:
        await press(pilot, "ctrl+p", *"go")
        await pilot.pause(0.5)
        assert "go to [/x][@click=app.quit]y[/]␛]0;z␇" in await press(pilot)
        await press(pilot, "escape", "escape")
        await press(pilot, "R")
        await pilot.pause(0.3)
        shown = await press(pilot)
        assert "reading [/x]" in shown
        assert all(is_clean(line) for line in shown.splitlines())


async def test_read_again_means_the_chosen_machine_or_all() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    async with app_for(port).run_test(size=SIZE, notifications=True) as pilot:
        await press(pilot, "2", "R")
        await pilot.pause(0.3)
        text = await press(pilot)
        assert port.asked == ["read brain"]
        assert "reading brain again" in text
        await press(pilot, "ctrl+r", "L", "R")
        assert port.asked == ["read brain", "read None", "read None"]


async def test_attention_follows_the_focus_of_the_terminal() -> None:
    port = fleets.Port(fleets.fleet_of(2))
    async with app_for(port).run_test(size=SIZE) as pilot:
        pilot.app.post_message(events.AppBlur())
        await pilot.pause()
        assert port.asked == ["attention False"]
        port.current = fleets.fleet_of(3)
        pilot.app.post_message(events.AppFocus())
        await pilot.pause()
        assert port.asked == ["attention False", "attention True"]
        assert "mini" in await press(pilot)


async def test_reading_starts_after_the_first_frame_and_is_closed_at_the_end() -> None:
    port = fleets.Port(fleets.fleet_of(2))
    app = app_for(port)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.1)
        assert port.running
        assert len(port.listeners) == 1
        await pilot.press("q")
    assert port.closed
    assert port.listeners == []
    assert app.return_code == 0


async def test_an_error_while_reading_ends_the_application() -> None:
    port = fleets.Port(fleets.fleet_of(2), error=RuntimeError("a bug"))
    app = app_for(port)
    async with app.run_test(size=SIZE) as pilot, asyncio.timeout(20):
        while app.failure is None:
            await pilot.pause(0.05)
    assert isinstance(app.failure, RuntimeError)
    assert app.return_code == 1


@pytest.mark.parametrize("theme", ["fleet-light", "fleet-contrast", "nord", "ansi-dark"])
async def test_a_theme_by_name(theme: str) -> None:
    app = app_for(fleets.Port(fleets.fleet_of(4)), theme=theme)
    async with app.run_test(size=SIZE) as pilot:
        assert "engine" in await press(pilot)
        assert app.theme == theme
        assert notes(app) == []


async def test_every_theme_can_be_worn() -> None:
    app = app_for(fleets.Port(fleets.fleet_of(12)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.1)
        for name in app.available_themes:
            app.theme = name
            assert "engine" in await press(pilot)
        app.theme = "fleet-dark"
        await press(pilot, "ctrl+t")
        assert app.theme == "fleet-forest"


async def test_bad_themes_are_one_notice(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("primary = 'nothing'")
    (tmp_path / "other.toml").write_text("colour = 1")
    app = app_for(fleets.Port(fleets.fleet_of(2)), theme="mine", themes_dirs=[tmp_path])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.1)
        await press(pilot)
        assert app.theme == "textual-dark"
        (note,) = notes(app)
        assert "mine.toml: primary: nothing is no colour" in note
        assert "other.toml: colour: no such key" in note
        assert "no theme is named mine; using textual-dark" in note


async def test_a_good_theme_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("primary = '#abcdef'\nbackground = '#000000'")
    app = app_for(fleets.Port(fleets.fleet_of(2)), theme="mine", themes_dirs=[tmp_path])
    async with app.run_test(size=SIZE) as pilot:
        assert "engine" in await press(pilot)
        assert app.theme == "mine"


async def test_a_note_is_shown_once_the_first_frame_is_out() -> None:
    app = app_for(fleets.Port(fleets.fleet_of(1)), note="fleettui init [finds] others")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause(0.3)
        assert "fleettui init [finds] others" in await press(pilot)


async def test_keys_can_be_mapped() -> None:
    port = fleets.Port(fleets.fleet_of(4))
    app = app_for(port, keys={"dashboard.zoom": "o", "app.read": "F5"})
    async with app.run_test(size=SIZE) as pilot:
        assert "o open" in (await press(pilot)).splitlines()[-1]
        assert "home ▸ engine" not in await press(pilot, "enter")
        assert "home ▸ engine" in await press(pilot, "o")
        assert notes(app) == []


async def test_a_mapping_of_an_unknown_action_is_one_notice() -> None:
    app = app_for(fleets.Port(fleets.fleet_of(2)), keys={"dashbord.zoom": "o", "nope": "x"})
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.1)
        (note,) = notes(app)
        assert "dashbord.zoom (nearest: dashboard.zoom)" in note
        assert "nope (nearest: " in note


async def test_hostile_texts_reach_every_screen_clean() -> None:
    text = "a\x1b]52;c;eA==\x07\x9b2J\u202eb[red]\n👍🏽模型"
    port = fleets.Port(fleets.fleet_saying(text), fleets.events(3))
    port.happened = tuple(replace(event, text=text, machine=text) for event in port.happened)
    async with app_for(port).run_test(size=SIZE) as pilot:
        for keys in ((), ("enter",), ("G",), ("D", "w"), ("D", "L"), ("question_mark",)):
            shown = await press(pilot, *keys)
            assert all(is_clean(line) for line in shown.splitlines())
            assert "\u202e" not in shown
