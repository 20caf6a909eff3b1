"""The list of the review screen: which changes are shown, and which of them is chosen."""

from datetime import datetime

from fleettui.model.change import Change, ChangeKey
from fleettui.model.review import ReviewView
from fleettui.tui.draw.review_list import Listed, draw_list, key_at
from fleettui.tui.draw.review_marks import Turn, turn
from fleettui.tui.review_order import Group, groups, near, next_waiting, shown
from fleettui.tui.widgets.lines import Lines


class Changes(Lines[Listed], can_focus=False):
    """What is chosen stays chosen while the list around it becomes another."""

    def __init__(self, now: datetime) -> None:
        super().__init__(draw_list, Listed((), now), id="changes")
        self.key: ChangeKey | None = None
        self.query_text = ""
        self.over = False
        self._groups: tuple[Group, ...] = ()

    @property
    def shown(self) -> tuple[Change, ...]:
        """The changes that pass the filter, from top to bottom."""
        return shown(self._groups)

    def take(self, view: ReviewView) -> None:
        """Show these; where the chosen one is gone, the one in its place is chosen."""
        before = [change.key for change in self.shown]
        self._groups = groups(view, self.query_text, over=self.over)
        now = [change.key for change in self.shown]
        if self.key not in now:
            self.key = now[near(before, now, self.key)] if now else None

    def draw(self, view: ReviewView, now: datetime, *, active: bool) -> None:
        """Draw them; `active`: keys move here."""
        hidden = 0 if self.over else sum(turn(change) is Turn.OVER for change in view.changes)
        self.value = Listed(self._groups, now, self.key, active, self.query_text, hidden)

    def choose(self, key: ChangeKey, view: ReviewView) -> None:
        """Choose a change, whatever is filtered or hidden."""
        change = view.find(key)
        self.query_text = ""
        self.over = self.over or (change is not None and turn(change) is Turn.OVER)
        self.key = key

    def choose_next(self, view: ReviewView, done: ChangeKey) -> bool:
        """Choose what waits after a verdict on `done`; whether anything does."""
        after = next_waiting(self.shown, view, done)
        if after is not None:
            self.key = after
        return after is not None

    def move(self, lines: int) -> None:
        """So many changes down, or up."""
        keys = [change.key for change in self.shown]
        if keys:
            here = keys.index(self.key) if self.key in keys else 0
            self.key = keys[max(0, min(here + lines, len(keys) - 1))]

    def move_page(self, pages: int) -> None:
        """So many screens down, or up."""
        self.move(pages * max(1, self.room.height // 2))

    def move_to_end(self, where: int) -> None:
        """The first change, or the last one."""
        self.move(where * len(self.shown))

    def at(self, y: int) -> ChangeKey | None:
        """The change on a line of the drawing."""
        return key_at(self.value, self.room.width, self.room.height, y)
