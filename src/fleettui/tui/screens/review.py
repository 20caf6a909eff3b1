"""The keys of the review screen: moving in it, and having something done."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.binding import BindingType

from fleettui.model.change import ChangeKey
from fleettui.tui.acts import Acts
from fleettui.tui.ports import Ports
from fleettui.tui.review_keys import IN_DIFF, IN_LIST, name_of
from fleettui.tui.review_keys import REVIEW as REVIEW_KEYS
from fleettui.tui.said import Manner
from fleettui.tui.screens.review_changes import Changes
from fleettui.tui.screens.review_deeds import Deeds, landing_lock
from fleettui.tui.screens.review_desk import ReviewDesk
from fleettui.tui.screens.review_doing import Doing
from fleettui.tui.screens.review_reading import Reading
from fleettui.tui.screens.review_writing import Writing
from fleettui.tui.screens.sheets import Sheet
from fleettui.tui.why import OF_REPO, At, why_not
from fleettui.tui.widgets.diff_messages import Searched
from fleettui.tui.widgets.diff_view import SHIFT, DiffView
from fleettui.tui.widgets.lines import Lines

WORDS = {"undo": "undo", "push": "push", "train": "land all"}
"""What may wait until something else is done, as the footer calls it."""


class ReviewScreen(ReviewDesk):
    """What agents made, waiting for the human."""

    BINDINGS: ClassVar[list[BindingType]] = list(REVIEW_KEYS)

    def __init__(self, ports: Ports, acts: Acts) -> None:
        super().__init__(ports, acts)
        self.deeds = Deeds(self.service, acts, self._ask, self._judged)
        self.writing = Writing(self)
        self.doing = Doing(self)

    # Moving

    def action_side(self, side: str) -> None:
        """Go to the list or to the diff."""
        self.in_diff = side == "diff" and self.change is not None
        self.go_to_side()

    def action_aside(self, step: int) -> None:
        """In the diff, along its long lines; else, and back from their start, to the other side."""
        if self.in_diff and (self.reading.view.shift(step * SHIFT) or step > 0):
            return
        self.action_side("diff" if step > 0 else "list")

    def action_switch(self) -> None:
        """Go to the other one."""
        self.action_side("list" if self.in_diff else "diff")

    async def action_open(self) -> None:
        """Open the chosen change, or what became of it; in its diff, attach to its agent."""
        if self.change is None:
            return
        if self.reading.outdated(self.change) or self.reading.failed:
            self.reading.reload()
            self.acts.hush()
        elif self.in_diff:
            if self.reading.on_head:
                self.reading.view.choose()
            else:
                await self.action_act("attach")
            return
        self.action_side("diff")

    @property
    def _mover(self) -> DiffView | Changes:
        return self.reading.view if self.in_diff else self.changes

    def _moved(self) -> None:
        if not self.in_diff:
            self.draw()

    def action_move(self, step: int) -> None:
        """The next change or line, or the one before."""
        self.acts.hush()
        self._mover.move(step)
        self._moved()

    def action_page(self, pages: int) -> None:
        """A page down or up."""
        self._mover.move_page(pages)
        self._moved()

    def action_end(self, where: int) -> None:
        """The first or last one."""
        self._mover.move_to_end(where)
        self._moved()

    def action_file(self, step: int) -> None:
        """The next file, or the one before."""
        if self._open_for("file"):
            self.reading.file(step)

    def action_hunk(self, step: int) -> None:
        """The next hunk, or the one before."""
        if self._open_for("hunk"):
            self.reading.hunk(step)

    def action_context(self, step: int) -> None:
        """More or less lines around what changed."""
        if self._open_for("context"):
            self.acts.say(Manner.DONE, self.reading.widen(step))

    def action_signal(self, step: int) -> None:
        """Show the next signal, and go to its file."""
        if self._open_for("signal") and self.change is not None:
            signal = self.signals.step(self.change, step)
            self.draw()
            self.reading.go_to_path(signal.path)

    def _open_for(self, action: str) -> bool:
        """Whether there is a diff to move in; says why not."""
        reason = self.why_not(action)
        if reason is not None:
            self.acts.say(Manner.WHY, reason)
        return reason is None

    def action_all(self) -> None:
        """Show landed and rejected changes too, or hide them."""
        self.changes.over = not self.changes.over
        self.take_in()

    # Doing

    def at(self) -> At:
        """What the human looks at, for the reasons."""
        repo = self.repo
        busy = self.acts.under(landing_lock(repo.name)) if repo is not None else ""
        return self.reading.at(busy, editor=self.ports.edit is not None)

    def why_not(self, action: str) -> str | None:
        """Why a key would do nothing now."""
        name = name_of(action)
        if action == "open" and self.in_diff and not self.reading.on_head:
            name = "attach"
        return why_not(name, self.view, self.change, self.at())

    def rank(self, action: str) -> int:
        """Which keys the footer tells first."""
        order = IN_DIFF if self.in_diff else IN_LIST
        name = name_of(action)
        return order.index(name) if name in order else len(order)

    async def action_act(self, name: str) -> None:
        """Do what a key is for, or say why not."""
        self.reviews = self.ports.reviews()
        repo, at = self.repo, self.at()
        reason = why_not(name, self.view, self.change, at)
        if reason is None:
            await self.doing.do(name, repo, self.change)
        elif at.busy and repo is not None and name in OF_REPO:
            later = partial(self.app.call_later, self._go_on, name)
            self.acts.then(landing_lock(repo.name), WORDS[name], later)
        else:
            self.acts.say(Manner.WHY, reason)

    async def _go_on(self, name: str) -> None:
        """What had to wait, if the user still is here."""
        if self.app.screen is self:
            await self.action_act(name)

    async def action_find(self) -> None:
        """Filter the list, or search in the diff."""
        await self.writing.find()

    def look_for(self, query: str) -> None:
        """Show only the changes that match."""
        self.changes.query_text = query
        self.take_in()

    def action_found(self, step: int) -> None:
        """The next place found, or the one before."""
        if not self.reading.view.find_next(step):
            self.acts.say(Manner.WHY, "not found")
        self.writing.show_count()

    async def action_close(self) -> None:
        """Leave what is typed, then what is searched for, then the diff."""
        self.acts.hush(failures=True)
        if not await self.writing.close() and not self.put_notes_away() and self.in_diff:
            self.action_side("list")
        self.draw()
        self.refresh_bindings()

    async def _ask(self, sheet: Sheet[Any], then: Callable[[Any], None]) -> None:
        await self.app.push_screen(sheet, then)

    def _judged(self, key: ChangeKey) -> None:
        """After a verdict, the next change that waits is chosen, unless the user went on."""
        if not self.is_attached or self.changes.key != key:
            return
        self.reviews = self.ports.reviews()
        if not self.changes.choose_next(self.view, key):
            self.in_diff = False
        self.take_in()
        self.go_to_side()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot work say why; only those that mean something else elsewhere go on."""
        if action == "close":
            filtered = bool(self.changes.query_text)
            return self.writing.open or self.in_diff or filtered or bool(self.notes)
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
        key = self.changes.at(message.y)
        if key is not None:
            self.changes.key = key
            self.action_side("diff" if message.twice else "list")
