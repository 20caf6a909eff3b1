"""What stands on the review screen: a list of changes, the diff of the chosen one, last lines."""

from collections.abc import Iterable

from textual.containers import Horizontal
from textual.widget import Widget

from fleettui.model.change import Change, ChangeKey
from fleettui.model.review import RepoReview, ReviewView
from fleettui.model.review_port import ReviewPort
from fleettui.model.view import FleetView
from fleettui.tui.acts import Acts
from fleettui.tui.draw.review_bar import (
    Bar,
    Below,
    below_lines,
    draw_bar,
    draw_below,
    repo_of,
)
from fleettui.tui.draw.review_summary import Summary
from fleettui.tui.ports import Ports
from fleettui.tui.screens.fleet_screen import REVIEW, FleetScreen
from fleettui.tui.screens.review_changes import Changes
from fleettui.tui.screens.review_reading import Reading
from fleettui.tui.screens.review_signals import ShownSignals
from fleettui.tui.widgets.lines import Lines

_WIDE = 110
"""Columns from which list and diff stand beside each other."""
_TALL = 34
"""Lines from which the summary says everything."""


class ReviewDesk(FleetScreen):
    """What is chosen and read stays while others change; `in_diff`: keys move in the diff."""

    CSS_PATH = "review.tcss"

    def __init__(self, ports: Ports, acts: Acts) -> None:
        assert ports.review is not None
        super().__init__(ports)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]
        self.service: ReviewPort = ports.review
        self.acts = acts
        self.in_diff = False
        self._put_away: tuple[str, ...] = ()
        self.changes = Changes(self.seen.taken_at)
        self.signals = ShownSignals()
        self.reading = Reading(self.service, acts)

    @property
    def place(self) -> str:
        """The word that leads here."""
        return REVIEW

    @property
    def view(self) -> ReviewView:
        """All changes, as they were when the screen was drawn last."""
        return self.reviews or ReviewView()

    @property
    def change(self) -> Change | None:
        """The chosen change."""
        key = self.changes.key
        return None if key is None else self.view.find(key)

    @property
    def repo(self) -> RepoReview | None:
        """The repository of the chosen change."""
        return repo_of(self.view, self.change)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done without being asked for, and was not put away."""
        return tuple(note for note in self.view.notes if note not in self._put_away)

    def put_notes_away(self) -> bool:
        """Show those that are shown no more; whether there were any."""
        there = bool(self.notes)
        self._put_away = self.view.notes
        return there

    @property
    def wide(self) -> bool:
        """Whether list and diff stand beside each other."""
        return self.app.size.width >= _WIDE

    def body(self) -> Iterable[Widget]:
        """The line above, list and diff, the lines below."""
        yield Lines(draw_bar, Bar(self.view), id="bar")
        with Horizontal(id="desk"):
            yield self.changes
            yield self.reading
        yield Lines(draw_below, Below(), id="below")

    def on_mount(self) -> None:
        """Choose the first change that waits."""
        self.take_in()
        self.go_to_side()

    def show(self, view: FleetView) -> None:
        """Draw what is newer; the chosen change stays chosen, the open diff open."""
        super().show(view)
        self.take_in()

    def choose(self, key: ChangeKey) -> None:
        """Show this change, and its diff."""
        self.changes.choose(key, self.view)
        self.in_diff = True
        self.take_in()
        self.go_to_side()

    def take_in(self) -> None:
        """Take in the changes as they are now."""
        self.changes.take(self.view)
        self.draw()

    def draw(self) -> None:
        """Draw everything but the diff, which draws itself."""
        if not (self.is_mounted and self.is_attached):
            return
        self.changes.draw(self.view, self.seen.taken_at, active=not self.in_diff)
        bar: Lines[Bar] = self.query_one("#bar", Lines)
        bar.value = Bar(self.view, self.repo)
        self.reading.show(self._summary(), visible=self.wide or self.in_diff)
        self._draw_below()
        self.refresh_bindings()

    def _summary(self) -> Summary | None:
        change = self.change
        repo = None if change is None else self.view.repo(change.key.repo)
        if change is None or repo is None:
            return None
        brief = self.app.size.height < _TALL
        return Summary(
            change, repo, self.seen.taken_at, signal=self.signals.place(change), brief=brief
        )

    def _draw_below(self) -> None:
        below: Lines[Below] = self.query_one("#below", Lines)
        brief = self.app.size.height < _TALL
        value = Below(self.acts.doing, self.acts.said, self.repo, self.notes, brief)
        below.styles.height = max(1, len(below_lines(value, self.app.size.width)))
        below.value = value

    def on_resize(self) -> None:
        """List and diff take turns, or not any more."""
        self.call_after_refresh(self.go_to_side)

    def read_again(self) -> str:
        """Read the clones of the repository that is shown."""
        repo = self.repo
        self.service.read_again(repo.name if repo is not None else None)
        return f"the clones of {repo.name}" if repo is not None else "all clones"

    def go_to_side(self) -> None:
        """Show where keys move now."""
        if not (self.is_mounted and self.is_attached):
            return
        self.set_class(self.in_diff, "-diff")
        self.reading.active = self.in_diff
        self.draw()
