"""The command palette: every action that works here, every machine, every theme."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.fuzzy import FuzzySearch
from textual.markup import escape
from textual.types import IgnoreReturnCallbackType

from fleettui.tui.draw.paint import tame
from fleettui.tui.theme import ours_first

if TYPE_CHECKING:
    from fleettui.tui.app import FleetApp


class Command(NamedTuple):
    """A line of the palette. The title may come from outside; Textual reads `help` as markup."""

    title: str
    help: str
    run: IgnoreReturnCallbackType


class FleetCommands(Provider):
    """What can be done from here."""

    async def discover(self) -> Hits:
        """All commands, in their order."""
        for command in self._commands():
            yield DiscoveryHit(Content(command.title), command.run, command.title, command.help)

    async def search(self, query: str) -> Hits:
        """The commands that match."""
        matcher = FuzzySearch()
        for command in self._commands():
            score, offsets = matcher.match(query, command.title)
            if score > 0:
                shown = self._highlight(command.title, offsets)
                yield Hit(score, shown, command.run, command.title, command.help)

    def _highlight(self, title: str, offsets: Sequence[int]) -> Content:
        # Textual's own matcher would read the title as markup.
        content = Content(title)
        if self.match_style is not None:
            for offset in offsets:
                content = content.stylize(self.match_style, offset, offset + 1)
        return content

    def _commands(self) -> Iterator[Command]:
        """What the footer shows, then machines, then themes, then every other key."""
        bindings = self._bindings()
        app = cast("FleetApp", self.app)
        yield from (self._command(active) for active in bindings if active.binding.show)
        for machine in app.port.view().machines:
            title = tame(f"go to {machine.name}")
            yield Command(title, "Show everything of this machine", partial(app.zoom, machine.name))
        for theme in ours_first(app.available_themes):
            title = f"theme {theme}"
            yield Command(tame(title), "Change the colours", partial(setattr, app, "theme", theme))
        yield from (self._command(active) for active in bindings if not active.binding.show)

    def _bindings(self) -> list[ActiveBinding]:
        """One binding an action, of those that do something here."""
        found: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id and active.enabled and not binding.group:
                found.setdefault(binding.action, active)
        found.pop("commands", None)
        return list(found.values())

    def _command(self, active: ActiveBinding) -> Command:
        binding = active.binding
        run = partial(self._run, binding.action, active.node)
        key = escape(self.app.get_key_display(binding))
        return Command(binding.description, f"{binding.tooltip} ({key})", run)

    async def _run(self, action: str, node: DOMNode) -> None:
        await self.app.run_action(action, node)
