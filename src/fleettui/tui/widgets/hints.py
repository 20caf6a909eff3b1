"""The line of keys at the bottom."""

from collections.abc import Callable

from textual.widget import Widget

from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.hints import Hint, hint_line
from fleettui.tui.widgets.lines import Lines


def draw_hints(hints: tuple[Hint, ...], width: int, height: int) -> Drawing:
    """One line of hints."""
    return Drawing((hint_line(hints, width)[0],))


class KeyHints(Lines[tuple[Hint, ...]], can_focus=False):
    """The keys that work on this screen; pressing one with the mouse does what the key does."""

    DEFAULT_CSS = """
    KeyHints { height: 1; dock: bottom; overflow-y: hidden; background: $panel; }
    """

    def __init__(
        self,
        why_not: Callable[[str], str | None] = lambda action: None,
        rank: Callable[[str], int] = lambda action: 0,
    ) -> None:
        super().__init__(draw_hints, (), id="hints")
        self._why_not = why_not
        self._rank = rank

    def on_mount(self) -> None:
        """Follow the keys of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Widget) -> None:
        self.value = tuple(self._hints())

    def _hints(self) -> list[Hint]:
        hints: dict[str, Hint] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.action not in hints:
                key = self.app.get_key_display(binding)
                idle = self._why_not(binding.action) is not None
                hints[binding.action] = Hint(key, binding.description, binding.action, idle)
        return sorted(hints.values(), key=lambda hint: self._rank(hint.action))

    async def on_lines_pointed(self, message: Lines.Pointed) -> None:
        """Do what the pressed hint says."""
        message.stop()
        for start, end, action in hint_line(self.value, self.room.width)[1]:
            if start <= message.x < end:
                for active in self.screen.active_bindings.values():
                    if active.binding.action == action:
                        await self.app.run_action(action, active.node)
                        return
