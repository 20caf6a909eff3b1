"""The application around the screens: first frame first, then the fleet."""

import asyncio
import gc
import signal
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette, Provider
from textual.notifications import SeverityLevel
from textual.theme import Theme
from textual.widgets import Input

from fleettui.model.text import clean
from fleettui.tui import keys as key_list
from fleettui.tui.places import PLACES
from fleettui.tui.ports import FleetPort
from fleettui.tui.screens.dashboard import Dashboard
from fleettui.tui.screens.fleet_screen import FleetChanged, FleetScreen
from fleettui.tui.theme import (
    Loaded,
    load_theme,
    load_themes,
    theme_after,
    variable_defaults,
)
from fleettui.tui.theme_files import DEFAULT, theme_folders

_SECOND = 1.0
_LEAST_PAUSE = 0.15
"""Seconds between two drawings, however fast the fleet changes."""
_PAUSE_EACH = 0.01
"""The same for each machine: with more of them a drawing costs more, and more often changes."""
_GOODBYE = 5.0
"""Seconds that the readers get to close their connections."""


def _commands() -> type[Provider]:
    from fleettui.tui.palette import FleetCommands

    return FleetCommands


class FleetApp(App[None]):
    """Shows what a FleetPort says, and sends back what the user wants."""

    TITLE = "fleettui"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "screens/dashboard.tcss"]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = list(key_list.APP)
    ENABLE_COMMAND_PALETTE = False
    """Textual's own key for it would lose what is typed before the palette has the keyboard."""
    PAUSE_GC_ON_SCROLL = True

    def __init__(
        self,
        port: FleetPort,
        *,
        theme: str | None = None,
        keys: Mapping[str, str] | None = None,
        themes_dirs: Iterable[Path] | None = None,
        note: str | None = None,
    ) -> None:
        self.port = port
        self._folders = tuple(themes_dirs) if themes_dirs is not None else theme_folders()
        self._reading: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._draw_planned = False
        self.failure: BaseException | None = None
        super().__init__()
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (14, "-tall")]
        self._wanted_theme = theme or DEFAULT
        self._wanted_keys = dict(keys or {})
        self._note = note
        self._use_first_theme()
        if self._wanted_keys:
            self.set_keymap(self._wanted_keys)

    def get_default_screen(self) -> Dashboard:
        """The dashboard is always below everything else."""
        return Dashboard(self.port)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables under a theme that knows nothing of them."""
        return variable_defaults(self.current_theme)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a note; it may hold foreign text, so it is cleaned and never markup."""
        safe, title = clean(message, limit=2000, newlines=True), clean(title)
        super().notify(safe, title=title, severity=severity, timeout=timeout, markup=False)

    def get_key_display(self, binding: Binding) -> str:
        """Keys by the names that stand on them."""
        return key_list.name_of(binding) or super().get_key_display(binding)

    # Life

    def on_mount(self) -> None:
        """Draw every second and at changes; at signals, end as a shell reports them."""
        self._unsubscribe = self.port.subscribe(self._fleet_changed)
        self.set_interval(_SECOND, self.draw)
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signal.SIGHUP, self.exit)
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def on_ready(self) -> None:
        """The first frame is out: now everything that costs time."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._reading = asyncio.create_task(self.port.run(), name="fleet")
        self._reading.add_done_callback(self._reading_ended)
        self._load_other_themes()
        self._warn("keys", key_list.problems(self._wanted_keys))
        if self._note:
            self.notify(self._note, timeout=15)
        gc.freeze()

    def _reading_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.failure = task.exception()
            self.exit(return_code=1)

    async def on_unmount(self) -> None:
        """Stop reading, and wait until connections are closed."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._reading is not None and not self._reading.done():
            self._reading.cancel()
            await asyncio.wait({self._reading}, timeout=_GOODBYE)

    # Drawing

    def _fleet_changed(self) -> None:
        if not self._draw_planned:
            self.post_message(FleetChanged())

    def on_fleet_changed(self) -> None:
        """Draw soon, but not more often than anybody can see."""
        if not self._draw_planned:
            self._draw_planned = True
            pause = max(_LEAST_PAUSE, _PAUSE_EACH * len(self.port.fleet.machines))
            self.set_timer(pause, self.draw)

    def draw(self) -> None:
        """Bring the topmost screen that shows the fleet up to date."""
        self._draw_planned = False
        for screen in reversed(self.screen_stack):
            if isinstance(screen, FleetScreen):
                if screen.is_mounted and self.is_running:
                    screen.show(self.port.view())
                return

    def on_app_focus(self, event: events.AppFocus) -> None:
        """Somebody looks again: show what is newest at once."""
        self.port.attention(True)
        self.draw()

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Nobody looks."""
        self.port.attention(False)

    # Going somewhere

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense here is not offered."""
        if action == "back":
            return len(self._fleet_screens()) > 1
        if action == "commands":
            return not isinstance(self.screen, CommandPalette)
        if action == "go":
            return parameters[0] != self._place()
        return True

    def _fleet_screens(self) -> list[FleetScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, FleetScreen)]

    def _place(self) -> str:
        screens = self._fleet_screens()
        return screens[-1].place if screens else ""

    def action_go(self, place: str) -> None:
        """Go to a screen; back to it where it is already open below."""
        screens = self._fleet_screens()
        open_places = [screen.place for screen in screens]
        if place not in open_places:
            self.push_screen(PLACES[place](self.port))
            return
        while self.screen is not screens[open_places.index(place)]:
            self.pop_screen()
        self.call_after_refresh(self.draw)

    async def action_back(self) -> None:
        """Go back."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
            self.call_after_refresh(self.draw)

    def zoom(self, machine: str) -> None:
        """Show everything of a machine; on a machine's screen, that screen turns to it."""
        from fleettui.tui.screens.machine import MachineScreen

        here = self._fleet_screens()[-1]
        if isinstance(here, MachineScreen):
            here.turn_to(machine)
        else:
            self.push_screen(MachineScreen(self.port, machine))

    async def action_commands(self) -> None:
        """Show the palette, and give it the keyboard before the next key is looked at."""
        palette = CommandPalette(id="--command-palette")
        await self.push_screen(palette)
        palette.set_focus(palette.query_one(Input))

    def action_read_again(self) -> None:
        """Read the machine that the screen is about, or all."""
        self._read(self.screen.subject if isinstance(self.screen, FleetScreen) else None)

    def action_read_all(self) -> None:
        """Read all machines."""
        self._read(None)

    def _read(self, machine: str | None) -> None:
        self.port.read_again(machine)
        self.notify(f"reading {machine or 'all machines'} again", timeout=2)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from fleettui.tui.screens.help import Help, groups

        active = self.screen.active_bindings.values()
        self.push_screen(Help(groups(active, self, self.get_key_display)))

    # Themes and keys

    def _use_first_theme(self) -> None:
        """Read only the file of the wanted theme; the others have time until the first frame."""
        for name in (self._wanted_theme, DEFAULT):
            self._take_themes(load_theme(name, self._folders))
            theme = self.get_theme(name)
            if theme is not None:
                self._dress(theme)
                return

    def _dress(self, theme: Theme) -> None:
        if theme.ansi:
            self.theme = theme.name
            return
        # Setting the attribute would parse every style sheet a second time.
        self.set_reactive(FleetApp.theme, theme.name)
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def _take_themes(self, loaded: Loaded) -> None:
        for theme in loaded.themes.values():
            self.register_theme(theme)

    def _load_other_themes(self) -> None:
        loaded = load_themes(self._folders)
        for theme in loaded.themes.values():
            if theme.name != self.theme:
                self.register_theme(theme)
        problems = list(loaded.failures)
        if self._wanted_theme not in self.available_themes:
            problems.append(f"no theme is named {self._wanted_theme}; using {self.theme}")
        self._warn("themes", problems)

    def action_next_theme(self) -> None:
        """Change to the next of our own themes."""
        self.theme = theme_after(self.theme, self.available_themes)

    def _warn(self, title: str, problems: list[str]) -> None:
        if problems:
            self.notify("\n".join(problems), title=title, severity="warning", timeout=12)


def show(app: FleetApp) -> int:
    """Run until the user leaves; the exit code. Raises what the port's `run` raised."""
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
