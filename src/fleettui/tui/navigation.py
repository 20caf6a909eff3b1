"""Going from screen to screen, by keys that are answered one after the other."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.command import CommandPalette
from textual.widgets import Input

from fleettui.tui.acts import Acts
from fleettui.tui.places import PLACES
from fleettui.tui.ports import Ports
from fleettui.tui.screens.fleet_screen import REVIEW, FleetScreen
from fleettui.tui.themed import ThemedApp

if TYPE_CHECKING:
    from fleettui.model.change import ChangeKey


class NavigableApp(ThemedApp):
    """Knows the screens and the ways between them."""

    def __init__(
        self, ports: Ports, acts: Acts, theme: str | None, themes_dirs: Iterable[Path] | None
    ) -> None:
        self.ports = ports
        self.port = ports.fleet
        self.acts = acts
        super().__init__(theme, themes_dirs)

    def draw(self) -> None:
        """Bring what is shown up to date."""

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Do what a key is for, before the next one is looked at.

        Textual would hand the key round first where no widget has the keyboard: what is typed
        behind it would overtake it, and miss the text or the sheet that it opens.
        """
        if priority:
            self.acts.drop_next()
        done = await super()._check_bindings(key, priority)
        if done or not priority or self.focused is not None:
            return done
        await super()._check_bindings(key)
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense here is not offered."""
        if action == "back":
            return len(self.fleet_screens()) > 1
        if action == "commands":
            return not isinstance(self.screen, CommandPalette)
        if action == "go":
            return parameters[0] != self.place()
        return True

    def fleet_screens(self) -> list[FleetScreen]:
        """The screens that show the fleet, the topmost last."""
        return [screen for screen in self.screen_stack if isinstance(screen, FleetScreen)]

    def place(self) -> str:
        """Where the user is: the word of the topmost of them."""
        return next((screen.place for screen in reversed(self.fleet_screens())), "")

    async def action_go(self, place: str) -> None:
        """Go to a screen; back to it where it is already open below."""
        screens = self.fleet_screens()
        open_places = [screen.place for screen in screens]
        if place not in open_places:
            await self.push_screen(PLACES[place](self.ports, self.acts))
            self.call_after_refresh(self.draw)
            return
        while self.screen is not screens[open_places.index(place)]:
            self.pop_screen()
        self.call_after_refresh(self.draw)

    async def action_back(self) -> None:
        """Go back."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
            self.call_after_refresh(self.draw)

    async def zoom(self, machine: str) -> None:
        """Show everything of a machine; on a machine's screen, that screen turns to it."""
        from fleettui.tui.screens.machine import MachineScreen

        here = self.fleet_screens()[-1]
        if isinstance(here, MachineScreen):
            here.turn_to(machine)
        else:
            await self.push_screen(MachineScreen(self.ports, machine))

    async def go_to_change(self, key: "ChangeKey") -> None:
        """Show a change in review."""
        from fleettui.tui.screens.review import ReviewScreen

        await self.action_go(REVIEW)
        if isinstance(self.screen, ReviewScreen):
            self.screen.choose(key)

    async def action_commands(self) -> None:
        """Show the palette, and give it the keyboard before the next key is looked at."""
        palette = CommandPalette(id="--command-palette")
        await self.push_screen(palette)
        palette.set_focus(palette.query_one(Input))

    def action_read_again(self) -> None:
        """Read what the screen is about."""
        screens = self.fleet_screens()
        if screens:
            self.notify(f"reading {screens[-1].read_again()} again", timeout=2)

    def action_read_all(self) -> None:
        """Read all machines, and all branches."""
        self.port.read_again(None)
        if self.ports.review is not None:
            self.ports.review.read_again()
        self.notify("reading all machines again", timeout=2)

    async def action_help(self) -> None:
        """Show the keys of this screen."""
        from fleettui.tui.screens.help import Help, groups

        active = self.screen.active_bindings.values()
        await self.push_screen(Help(groups(active, self, self.get_key_display)))
