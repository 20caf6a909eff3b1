"""The command palette: every action that works here, every machine, every theme."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.types import IgnoreReturnCallbackType

from fleettui.tui.draw.paint import tame

if TYPE_CHECKING:
    from fleettui.tui.app import FleetApp


class Command(NamedTuple):
    """A line of the palette. The texts may come from outside; they are never markup."""

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
        yield from self._actions()
        app = cast("FleetApp", self.app)
        for machine in app.port.view().machines:
            name = tame(machine.name)
            yield Command(
                f"go to {name}", f"Show everything of {name}", partial(app.zoom, machine.name)
            )
        for theme in sorted(app.available_themes):
            yield Command(
                f"theme {tame(theme)}", "Change the colours", partial(app.use_theme, theme)
            )

    def _actions(self) -> Iterator[Command]:
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.id is None or not active.enabled or binding.action in seen:
                continue
            seen.add(binding.action)
            if binding.group is None and binding.action != "command_palette":
                run = partial(self._run, binding.action, active.node)
                yield Command(f"{binding.description}", binding.tooltip, run)

    async def _run(self, action: str, node: Any) -> None:
        await self.app.run_action(action, node)
