"""What is typed on the review screen: a filter, a search, a comment, a note."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from fleettui.model import fmt
from fleettui.tui.draw.paint import Line
from fleettui.tui.widgets.filter import FilterBar

if TYPE_CHECKING:
    from fleettui.tui.screens.review import ReviewScreen

_ABOVE = "#below"


class Writing:
    """One line or text at a time, above the last lines of the screen."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self._screen = screen

    @property
    def open(self) -> bool:
        """Whether something is being typed, or was searched for and is still marked."""
        return bool(self._lines()) or self._screen.reading.searching

    def _lines(self) -> list[Widget]:
        return [*self._screen.query("FilterBar"), *self._screen.query("Remark")]

    async def find(self) -> None:
        """Ask what to filter the list by, or to search for in the diff."""
        screen = self._screen
        if screen.in_diff:
            bar = FilterBar(screen.reading.view.find, self._found, "text in this diff")
        else:
            bar = FilterBar(screen.look_for, self._listed, "task, machine, title, author or state")
        await self._mount(bar)
        bar.ask()

    def _listed(self) -> tuple[int, str]:
        found = len(self._screen.changes.shown)
        return found, f"{found} of {fmt.plural(len(self._screen.view.changes), 'change')}"

    def _found(self) -> tuple[int, str]:
        search = self._screen.reading.view.search
        if search is None:
            return 1, ""
        number = search.number(self._screen.reading.view.spot.row)
        here = f"{number} of " if number else ""
        more = "…" if search.ahead else ""
        return len(search.rows), f"{here}{fmt.plural(len(search.rows), 'line')}{more}"

    def show_count(self) -> None:
        """Tell anew how many were found."""
        for bar in self._screen.query(FilterBar):
            bar.show_count()

    async def ask(self, about: Line, does: str, keep: Callable[[str], None]) -> None:
        """Ask for a few lines; `keep` gets them."""
        from fleettui.tui.widgets.remark import Remark

        def kept(text: str) -> None:
            remark.remove()
            self._screen.set_focus(None)
            keep(text)

        remark = Remark(about, does, kept)
        await self._mount(remark)
        remark.ask()

    async def _mount(self, widget: Widget) -> None:
        for other in self._lines():
            await other.remove()
        await self._screen.mount(widget, before=_ABOVE)
        self._screen.refresh_bindings()

    async def close(self) -> bool:
        """Take away what is typed, and what came of it; whether there was anything."""
        screen = self._screen
        lines = self._lines()
        for line in lines:
            await line.remove()
        screen.set_focus(None)
        if any(isinstance(line, FilterBar) for line in lines) or not lines:
            if screen.reading.searching:
                screen.reading.view.find("")
                return True
            if screen.changes.query_text:
                screen.look_for("")
                return True
        return bool(lines)
