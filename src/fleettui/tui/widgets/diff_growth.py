"""A diff that grows while git still prints, and changes with what is said of it."""

from collections.abc import Iterable, Mapping
from time import perf_counter

from fleettui.model.change import Comment
from fleettui.model.patch import Patch
from fleettui.tui.draw.diff_cursor import Spot
from fleettui.tui.widgets.diff_canvas import DiffCanvas
from fleettui.tui.widgets.diff_painter import Marks, by_path

SLICE = 2048
"""Rows that are taken in without looking at the clock."""
HOLD_S = 0.004
"""The event loop is held no longer than about this by a patch that grows."""
BREATH_S = 0.002


class GrowingDiff(DiffCanvas):
    """Takes rows in as they come, each of them once."""

    _absorbing = False
    _ended = False

    def show(
        self,
        patch: Patch,
        *,
        comments: Iterable[Comment] = (),
        reviewed: Iterable[str] = (),
        folds: Mapping[str, str] | None = None,
    ) -> None:
        """Show another patch from its start. `folds`: by path why a file is folded at first."""
        marks = Marks(by_path(comments), frozenset(reviewed), dict(folds or {}))
        self._take(patch, marks)
        self.spot, self.chosen_from, self._shift = Spot(), None, 0
        self._ended = False
        self._frame_again()
        self.scroll_to(y=0, animate=False, force=True)
        if self.is_attached:
            self._start_colouring()
        self.grew()

    def grew(self) -> None:
        """The patch has more rows, or is complete. Place and cursor stay where they are."""
        if not self._absorbing:
            self._absorb()

    def mark(
        self,
        *,
        comments: Iterable[Comment] | None = None,
        reviewed: Iterable[str] | None = None,
        folds: Mapping[str, str] | None = None,
    ) -> None:
        """Say anew what is known of the files of the patch; None: as before.

        A file that is reviewed now is folded, one that is no more is not.
        """
        marks = self._marks
        remarked = marks.comments if comments is None else by_path(comments)
        read = marks.reviewed if reviewed is None else frozenset(reviewed)
        folded = marks.folds if folds is None else dict(folds)
        if (remarked, read, folded) == (marks.comments, marks.reviewed, marks.folds):
            return
        place = self._place()
        for path in marks.reviewed ^ read:
            marks.toggled.pop(path, None)
        gone = marks.comments.keys() - remarked.keys()
        marks.comments, marks.reviewed, marks.folds = remarked, read, folded
        self._layout.fold_all(marks.folded)
        for file in range(self._layout.files if remarked or gone else 0):
            self._wrap_in(file)
        self._place_again(place)

    @property
    def split(self) -> bool:
        """Whether both sides stand beside each other."""
        return self._split

    @split.setter
    def split(self, split: bool) -> None:
        if split != self._split:
            place = self._place()
            self._split = self._layout.split = split
            self._frame_again()
            self._wrap()
            self._place_again(place)

    def _absorb(self) -> None:
        """Take in the rows that are new, as many as the event loop has time for."""
        layout, patch, marks = self._layout, self.patch, self._marks
        files, first = layout.files, not layout.rows
        stale = self._first_stale()
        ends = perf_counter() + HOLD_S
        while layout.rows < len(patch):
            layout.grow(SLICE, marks.folded)
            if perf_counter() > ends:
                break
        for file in range(max(0, files - 1), layout.files if marks.comments else 0):
            self._wrap_in(file)
        self._absorbing = layout.rows < len(patch)
        if self._absorbing:
            self.set_timer(BREATH_S, self._absorb)
        ended = patch.complete and not self._ended and not self._absorbing
        self._ended = patch.complete and not self._absorbing
        self._grown(0 if ended and not first else stale)
        self._resize()

    def _first_stale(self) -> int:
        """The first line of the view that may come out different when the patch grows."""
        pairs, layout = self._layout.pairs, self._layout
        if not pairs.first:
            return layout.height
        row = pairs.first[-1]
        if row + pairs.left[-1] + pairs.right[-1] < layout.rows:
            return layout.height
        self._painter.forget_words(row)
        return layout.y_of(row)

    def _grown(self, stale: int) -> None:
        """Draw again what has changed, if it is on the screen."""
        if self._layout.digits > self._painter.frame.digits:
            self._frame_again()
        for y in [y for y in self._strips if y >= stale]:
            del self._strips[y]
        if stale < round(self.scroll_y) + self.size.height:
            self.refresh()
