"""What agents made, waiting for the human: a list of changes, and the diff of the chosen one."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from fleettui.model.change import Change, ChangeKey, ReviewView, Signal
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
from fleettui.tui.draw.review_list import Listed, draw_list, key_at
from fleettui.tui.draw.review_marks import Turn, turn
from fleettui.tui.draw.review_summary import Summary, signals_in_order
from fleettui.tui.ports import Ports
from fleettui.tui.review_keys import REVIEW as REVIEW_KEYS
from fleettui.tui.review_order import Group, groups, near, next_waiting, shown
from fleettui.tui.said import Manner
from fleettui.tui.screens.fleet_screen import REVIEW, FleetScreen
from fleettui.tui.screens.review_deeds import Deeds, landing_lock
from fleettui.tui.screens.review_doing import Doing
from fleettui.tui.screens.review_reading import Reading
from fleettui.tui.screens.review_writing import Writing
from fleettui.tui.screens.sheets import Sheet
from fleettui.tui.why import At, why_not
from fleettui.tui.widgets.diff_messages import Searched
from fleettui.tui.widgets.lines import Lines

_WIDE = 110
"""Columns from which list and diff stand beside each other."""
_TALL = 34
"""Lines from which the summary says everything."""


class ReviewScreen(FleetScreen):
    """Keys move in the list or in the diff; what is chosen and read stays while others change."""

    CSS_PATH = "review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(REVIEW_KEYS)

    def __init__(self, ports: Ports, acts: Acts) -> None:
        assert ports.review is not None
        super().__init__(ports)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]
        self.service: ReviewPort = ports.review
        self.acts = acts
        self.query_text = ""
        self.in_diff = False
        self._over = False
        self._listed: tuple[Group, ...] = ()
        self._key: ChangeKey | None = None
        self._signals: dict[ChangeKey, int] = {}
        self.reading = Reading(self.service, acts)
        self.deeds = Deeds(self.service, acts, self._ask, self._judged)
        self.writing = Writing(self)
        self.doing = Doing(self)

    # What is shown

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
        return None if self._key is None else self.view.find(self._key)

    @property
    def wide(self) -> bool:
        """Whether list and diff stand beside each other."""
        return self.app.size.width >= _WIDE

    def body(self) -> Iterable[Widget]:
        """The line above, list and diff, the lines below."""
        yield Lines(draw_bar, Bar(self.view), id="bar")
        with Horizontal(id="desk"):
            yield Lines(draw_list, Listed((), self.seen.taken_at), id="changes")
            yield self.reading
        yield Lines(draw_below, Below(), id="below")

    def on_mount(self) -> None:
        """Choose the first change that waits."""
        self._arrange()
        self._go_to_side()

    def show(self, view: FleetView) -> None:
        """Draw what is newer; the chosen change stays chosen, the open diff open."""
        super().show(view)
        self._arrange()

    def choose(self, key: ChangeKey) -> None:
        """Show this change, and its diff."""
        self.query_text = ""
        change = self.view.find(key)
        self._over = self._over or (change is not None and turn(change) is Turn.OVER)
        self._key = key
        self.in_diff = True
        self._arrange()
        self._go_to_side()

    def _arrange(self) -> None:
        before = [change.key for change in shown(self._listed)]
        self._listed = groups(self.view, self.query_text, over=self._over)
        now = [change.key for change in shown(self._listed)]
        if self._key not in now:
            self._key = now[near(before, now, self._key)] if now else None
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        repo = repo_of(self.view, self.change)
        changes: Lines[Listed] = self.query_one("#changes", Lines)
        hidden = 0 if self._over else sum(turn(c) is Turn.OVER for c in self.view.changes)
        changes.value = Listed(
            self._listed,
            self.seen.taken_at,
            self._key,
            not self.in_diff,
            self.query_text,
            hidden,
        )
        bar: Lines[Bar] = self.query_one("#bar", Lines)
        bar.value = Bar(self.view, repo)
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
            change, repo, self.seen.taken_at, signal=self._signals.get(change.key, 0), brief=brief
        )

    def _draw_below(self) -> None:
        below: Lines[Below] = self.query_one("#below", Lines)
        repo = repo_of(self.view, self.change)
        value = Below(self.acts.doing, self.acts.said, repo, self.view.notes)
        below.styles.height = max(1, len(below_lines(value, self.app.size.width)))
        below.value = value

    def on_resize(self) -> None:
        """List and diff take turns, or not any more."""
        self.call_after_refresh(self._go_to_side)

    def read_again(self) -> str:
        """Read the clones of the repository that is shown."""
        repo = repo_of(self.view, self.change)
        self.service.read_again(repo.name if repo is not None else None)
        return f"the clones of {repo.name}" if repo is not None else "all clones"

    # Moving

    def _go_to_side(self) -> None:
        if not self.is_mounted:
            return
        self.set_class(self.in_diff, "-diff")
        self.reading.active = self.in_diff
        self._draw()

    def action_side(self, side: str) -> None:
        """Go to the list or to the diff."""
        self.in_diff = side == "diff" and self.change is not None
        self._go_to_side()

    def action_switch(self) -> None:
        """Go to the other one."""
        self.action_side("list" if self.in_diff else "diff")

    async def action_open(self) -> None:
        """Open the chosen change, or what became of it; in its diff, attach to its agent."""
        if self.change is None:
            return
        if self.reading.outdated(self.change):
            self.reading.reload()
            self.acts.hush()
        elif self.in_diff:
            if not self.reading.choose():
                await self.action_act("attach")
            return
        self.action_side("diff")

    def action_move(self, step: int) -> None:
        """The next change or line, or the one before."""
        self.acts.hush()
        if self.in_diff:
            self.reading.move(step)
        else:
            self._choose_at(step, relative=True)

    def action_page(self, pages: int) -> None:
        """A page down or up."""
        if self.in_diff:
            self.reading.page(pages)
        else:
            rows = max(1, self.query_one("#changes", Lines).room.height // 2)
            self._choose_at(pages * rows, relative=True)

    def action_end(self, where: int) -> None:
        """The first or last one."""
        if self.in_diff:
            self.reading.end(where)
        else:
            self._choose_at(0 if where < 0 else -1)

    def _choose_at(self, index: int, *, relative: bool = False) -> None:
        keys_now = [change.key for change in shown(self._listed)]
        if not keys_now:
            return
        if relative:
            here = keys_now.index(self._key) if self._key in keys_now else 0
            index = max(0, min(here + index, len(keys_now) - 1))
        self._key = keys_now[index]
        self._draw()

    def action_file(self, step: int) -> None:
        """The next file, or the one before."""
        self.reading.file(step)

    def action_hunk(self, step: int) -> None:
        """The next hunk, or the one before."""
        self.reading.hunk(step)

    def action_context(self, step: int) -> None:
        """More or less lines around what changed."""
        said = self.reading.widen(step)
        self.acts.say(Manner.DONE, said)

    def action_signal(self, step: int) -> None:
        """Show the next signal, and go to its file."""
        change = self.change
        if change is None or not change.signals:
            self.acts.say(Manner.WHY, "no signals here")
            return
        count = len(change.signals)
        self._signals[change.key] = (self._signals.get(change.key, 0) + step) % count
        self._draw()
        self.reading.go_to_signal()

    def action_all(self) -> None:
        """Show landed and rejected changes too, or hide them."""
        self._over = not self._over
        self._arrange()

    # Doing

    def at(self) -> At:
        """What the human looks at, for the reasons."""
        change = self.change
        busy = ""
        repo = repo_of(self.view, change)
        if repo is not None:
            busy = self.acts.under(landing_lock(repo.name))
        return self.reading.at(busy, editor=self.ports.edit is not None)

    def why_not(self, action: str) -> str | None:
        """Why a key would do nothing now."""
        if not action.startswith("act("):
            return None
        return why_not(action[5:-2], self.view, self.change, self.at())

    async def action_act(self, name: str) -> None:
        """Do what a key is for, or say why not."""
        reason = why_not(name, self.view, self.change, self.at())
        if reason is not None:
            self.acts.say(Manner.WHY, reason)
            return
        await self.doing.do(name, repo_of(self.view, self.change), self.change)

    async def action_find(self) -> None:
        """Filter the list, or search in the diff."""
        await self.writing.find()

    def look_for(self, query: str) -> None:
        """Show only the changes that match."""
        self.query_text = query
        self._arrange()

    @property
    def count(self) -> int:
        """How many changes are shown."""
        return len(shown(self._listed))

    def action_found(self, step: int) -> None:
        """The next place found, or the one before."""
        if not self.reading.view.find_next(step):
            self.acts.say(Manner.WHY, "not found")
        self.writing.show_count()

    async def action_close(self) -> None:
        """Leave what is typed, then what is searched for, then the diff."""
        self.acts.hush(failures=True)
        if not await self.writing.close() and self.in_diff:
            self.action_side("list")
        self.refresh_bindings()

    def signal_shown(self) -> Signal | None:
        """The signal that the summary shows."""
        change = self.change
        if change is None or not change.signals:
            return None
        signals = signals_in_order(change)
        return signals[min(self._signals.get(change.key, 0), len(signals) - 1)]

    def _ask(self, sheet: Sheet[Any], then: Callable[[Any], None]) -> None:
        self.app.push_screen(sheet, then)

    def _judged(self, key: ChangeKey) -> None:
        """After a verdict, the next change that waits is chosen, unless the user went on."""
        if not self.is_mounted or self._key != key:
            return
        self.reviews = self.ports.reviews()
        after = next_waiting(shown(self._listed), self.view, key)
        if after is not None:
            self._key = after
        else:
            self.in_diff = False
        self._arrange()
        self._go_to_side()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot work say why; only those that mean something else elsewhere go on."""
        if action == "close":
            return self.writing.open or self.in_diff or bool(self.query_text)
        if action == "found":
            return self.reading.searching
        if action in ("find", "switch"):
            return self.focused is None
        return True

    @on(Reading.Pressed)
    async def press(self, message: Reading.Pressed) -> None:
        """A click goes to the diff, two of them comment on the line."""
        self.action_side("diff")
        if message.twice:
            await self.action_act("comment")

    @on(Searched)
    def searched(self, message: Searched) -> None:
        """Tell how many were found so far."""
        self.writing.show_count()
        self.refresh_bindings()

    @on(Lines.Pointed, "#changes")
    def point(self, message: Lines.Pointed) -> None:
        """A click chooses a change, a double click opens it."""
        changes: Lines[Listed] = self.query_one("#changes", Lines)
        key = key_at(changes.value, changes.room.width, changes.room.height, message.y)
        if key is not None:
            self._key = key
            self.action_side("diff" if message.twice else "list")
