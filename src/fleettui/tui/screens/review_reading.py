"""The right side of the review screen: the diff is loaded while it is read."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from textual import events, on
from textual.message import Message

from fleettui.model.change import Change, Comment, Evaluation, FileChange
from fleettui.model.errors import FleettuiError
from fleettui.model.patch import Patch, Row
from fleettui.model.review_port import Against, ReviewPort
from fleettui.tui.acts import Acts
from fleettui.tui.draw.review_files import Strip
from fleettui.tui.draw.review_summary import Summary
from fleettui.tui.said import Manner
from fleettui.tui.screens.review_cursor import draft_at
from fleettui.tui.screens.review_opened import Opened, folded, opened
from fleettui.tui.screens.review_page import Page
from fleettui.tui.why import At, moved
from fleettui.tui.widgets.diff_messages import Chosen, CursorMoved, Position, TextWanted

_BREATH = 0.06
"""Seconds that a change must stay chosen before git is asked for its diff."""
_UNREAD = 1.5
"""Seconds after which a diff is not replaced by itself any more."""
_SPLIT_LEAST = 72
_READING = "its diff is not on the screen yet: look at it first"
_FAILED = "its diff could not be read: enter tries again"


class Reading(Page):
    """Shows one change. A diff that is open stays open until its reader wants a newer one."""

    class Pressed(Message):
        """The mouse was pressed here; `twice`: on a line, twice."""

        def __init__(self, *, twice: bool = False) -> None:
            super().__init__()
            self.twice = twice

    def __init__(self, port: ReviewPort, acts: Acts) -> None:
        super().__init__()
        self._port = port
        self._acts = acts
        self._summary: Summary | None = None
        self._visible = False
        self._opened: Opened | None = None
        self._loading = ""
        self._unseen = ""
        self._opened_at = 0.0
        self._folds: Mapping[str, str] = {}
        self._back_to: Position | None = None
        self._marks: tuple[tuple[Comment, ...], frozenset[str]] = ((), frozenset())
        self.active = False

    # What is shown

    @property
    def change(self) -> Change | None:
        """The change that is shown."""
        return self._summary.change if self._summary is not None else None

    @property
    def seen(self) -> Evaluation | None:
        """What the open diff was made of."""
        return self._opened.seen if self._opened is not None else None

    @property
    def failed(self) -> bool:
        """Whether nothing is shown, and nothing will be."""
        return self._unseen == _FAILED

    @property
    def searching(self) -> bool:
        """Whether something is searched for."""
        return self.view.search is not None

    @property
    def files(self) -> tuple[FileChange, ...]:
        """The files of the open diff, as far as they are known."""
        if self._opened is None:
            return ()
        if self._opened.against is Against.LANDS:
            return self._opened.seen.files
        found = {file.index: file.change for file in self.view.patch.files}
        return tuple(found[index] for index in sorted(found))

    def show(self, summary: Summary | None, *, visible: bool) -> None:
        """Show a change as it is now; another one than before has its diff opened."""
        self._summary, self._visible = summary, visible
        key = summary.change.key if summary is not None else None
        if self._opened is not None and self._opened.key != key:
            self._close()
        if visible and self._opened is None and summary is not None:
            self._open(summary.change)
        elif summary is not None and self._opened is not None:
            self._mark(summary.change)
            if self._moved_at_once(summary.change):
                self._open(summary.change)
        self._draw()

    def _mark(self, change: Change) -> None:
        marks = (change.comments, change.reviewed)
        if marks != self._marks:
            self._marks = marks
            self.view.mark(comments=change.comments, reviewed=change.reviewed)

    def _moved_at_once(self, change: Change) -> bool:
        """Whether the target moved before anybody can have read this, as after a landing."""
        same = self.seen is not None and change.head == self.seen.head
        fresh = asyncio.get_running_loop().time() - self._opened_at < _UNREAD
        return same and fresh and self.outdated(change)

    def outdated(self, change: Change) -> bool:
        """Whether the open diff is not that of the change as it is now."""
        return self.seen is not None and moved(change, self.seen) is not None

    def reload(self) -> None:
        """Open the diff of the change as it is now."""
        change = self.change
        if change is not None:
            self._close()
            self._open(change)
            self._draw()

    def _close(self) -> None:
        self._opened, self._loading, self._back_to = None, "", None
        self.workers.cancel_group(self, "review.patch")
        self.view.find("")
        self.view.show(Patch())

    def _open(self, change: Change) -> None:
        now = opened(change)
        if now is not None:
            self._opened_at = asyncio.get_running_loop().time()
            self._unseen = _READING
            self._load(now)

    def _load(self, wanted: Opened) -> None:
        self._opened, self._loading = wanted, "⟳ loading"
        self.run_worker(self._follow(wanted), group="review.patch", exclusive=True)

    async def _follow(self, wanted: Opened) -> None:
        """Take in the diff while git prints it."""
        await asyncio.sleep(_BREATH)
        patches = self._port.patch(
            wanted.key, wanted.against, context=wanted.lines_around, as_text=wanted.as_text
        )
        try:
            self._folds = await asyncio.to_thread(folded, self.files)
            async for patch in patches:
                self._take(patch)
        except FleettuiError as error:
            self._acts.say(Manner.FAILED, f"no diff: {error}")
            if self._unseen:
                self._unseen = _FAILED
        self._loading = ""
        if wanted.against is not Against.LANDS:
            self.view.mark(folds=await asyncio.to_thread(folded, self.files))
        self._draw()

    def _take(self, patch: Patch) -> None:
        change = self.change
        if change is None:
            return
        if patch is self.view.patch:
            self.view.grew()
        else:
            self._marks = (change.comments, change.reviewed)
            self.view.show(
                patch, comments=change.comments, reviewed=change.reviewed, folds=self._folds
            )
            self._draw()
        self.call_after_refresh(self._was_shown, self._opened)
        back = self._back_to
        if back is not None and self.view.goto(back.index, back.side, back.line):
            self._back_to = None

    def _was_shown(self, what: Opened | None) -> None:
        # The screen may have been left before the frame came.
        if self._unseen and what is self._opened and self.is_attached:
            self._unseen = ""
            if self._acts.said is not None and self._acts.said.text == _READING:
                self._acts.hush()
            self.screen.refresh_bindings()

    # Drawing

    def _draw(self) -> None:
        if not (self.is_mounted and self.is_attached) or not self._visible:
            return
        summary = self._summary
        self.draw_top(replace(summary, seen=self.seen) if summary is not None else None)
        self._draw_strip()

    def _draw_strip(self) -> None:
        files, position, change = self.files, self.view.position, self.change
        at = position.index if position is not None else 0
        reviewed = change.reviewed if change is not None else frozenset[str]()
        against = self._opened.against if self._opened is not None else Against.LANDS
        self.draw_files(Strip(files, at, reviewed, against, self._loading))

    def on_resize(self) -> None:
        """The summary may need more lines, or less."""
        self.call_after_refresh(self._draw)

    @on(CursorMoved)
    def _cursor_moved(self, message: CursorMoved) -> None:
        message.stop()
        if self.is_mounted and self.is_attached:
            self._draw_strip()
            self.screen.refresh_bindings()

    @on(Chosen)
    def _chosen(self, message: Chosen) -> None:
        message.stop()
        self.post_message(self.Pressed(twice=True))

    @on(TextWanted)
    def _text_wanted(self, message: TextWanted) -> None:
        message.stop()
        if self._opened is not None:
            self._again(replace(self._opened, as_text=True))

    def on_click(self, event: events.Click) -> None:
        """Whoever points here wants to read."""
        self.post_message(self.Pressed())

    # Where the reader is

    def at(self, busy: str, *, editor: bool) -> At:
        """What the human looks at, for the reasons."""
        position = self.view.position if self._visible else None
        return At(
            self.seen if self._visible else None,
            position.path if position is not None else "",
            position is not None and self.active,
            self.active and draft_at(self.view, self.change) is not None,
            self.searching,
            self.view.size.width >= _SPLIT_LEAST or self.view.split,
            editor,
            busy,
            self._unseen,
        )

    # Moving

    def file(self, step: int) -> None:
        """To the next file."""
        if not self.view.move_file(step):
            self._acts.say(Manner.WHY, "that was the last file" if step > 0 else "the first file")

    def hunk(self, step: int) -> None:
        """To the next hunk."""
        if not self.view.move_hunk(step):
            self._acts.say(Manner.WHY, "that was the last hunk" if step > 0 else "the first hunk")

    def go_to_path(self, path: str) -> bool:
        """To a file of the diff."""
        for index, file in enumerate(self.files):
            if file.path == path:
                return self.view.goto(index)
        return False

    # What is compared

    def widen(self, step: int) -> str:
        """More lines around what changed, or fewer; says how many."""
        if self._opened is None:
            return "nothing is open"
        wider = self._opened.wider(step)
        if wider != self._opened:
            self._again(wider)
        return wider.words_around

    def compare(self) -> None:
        """Compare with the next thing that there is."""
        if self._opened is not None and self.change is not None:
            self._again(self._opened.compared(self.change))

    def _again(self, wanted: Opened) -> None:
        """Load anew, and come back to the line that the cursor is on."""
        self._back_to = self.view.position
        self._load(wanted)
        self._draw()

    @property
    def on_head(self) -> bool:
        """Whether the cursor is on a file as a whole: it can be folded, or shown as text."""
        position = self.view.position
        whole = (Row.FILE, Row.BINARY)
        return position is not None and position.comment is None and position.kind in whole
