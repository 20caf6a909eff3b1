"""The right side of the review screen: summary, files, and the diff, loaded while it is read."""

from dataclasses import dataclass, replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from fleettui.model.change import Change, ChangeKey, Comment, Evaluation, FileChange, Side
from fleettui.model.errors import FleettuiError
from fleettui.model.patch import Patch, Row
from fleettui.model.review_port import Against, ReviewPort
from fleettui.tui.acts import Acts
from fleettui.tui.draw.review_summary import (
    Strip,
    Summary,
    draw_strip,
    draw_summary,
    signals_in_order,
    summary_lines,
)
from fleettui.tui.said import Manner
from fleettui.tui.why import At, moved
from fleettui.tui.widgets.diff_messages import Chosen, CursorMoved, Position, TextWanted
from fleettui.tui.widgets.diff_view import DiffView
from fleettui.tui.widgets.lines import Lines

_CONTEXTS = (3, 12, 60, 1_000_000)
_CONTEXT_WORDS = ("3 lines around", "12 lines around", "60 lines around", "whole files")
_BREATH = 0.06
"""Seconds that a change must stay chosen before git is asked for its diff."""
_SPLIT_LEAST = 72


@dataclass(frozen=True, slots=True)
class Opened:
    """Whose diff is open, what it was made of, and how it is shown."""

    key: ChangeKey
    seen: Evaluation
    against: Against
    context: int = 0
    as_text: bool = False


class Reading(Vertical):
    """Shows one change. A diff that is open stays open until its reader wants a newer one."""

    class Pressed(Message):
        """The mouse was pressed here; `twice`: on a line, twice."""

        def __init__(self, *, twice: bool = False) -> None:
            super().__init__()
            self.twice = twice

    def __init__(self, port: ReviewPort, acts: Acts) -> None:
        super().__init__(id="reading")
        self._port = port
        self._acts = acts
        self._summary: Summary | None = None
        self._visible = False
        self._opened: Opened | None = None
        self._loading = ""
        self._back_to: Position | None = None
        self.active = False
        self.view = DiffView(id="diff")
        self.view.can_focus = False

    def compose(self) -> ComposeResult:
        """Summary, files, diff."""
        yield Lines(draw_summary, self._summary, id="summary")
        yield Lines(draw_strip, Strip(), id="files")
        yield self.view

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
    def searching(self) -> bool:
        """Whether something is searched for."""
        return self.view.search is not None

    @property
    def files(self) -> tuple[FileChange, ...]:
        """The files of the open diff, as far as they are known."""
        opened = self._opened
        if opened is None:
            return ()
        if opened.against is Against.LANDS:
            return opened.seen.files
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
            change = summary.change
            self.view.mark(comments=change.comments, reviewed=change.reviewed)
        self._draw()

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
        if change.evaluation is None:
            return
        again = change.reviewed_head not in (None, change.head)
        against = Against.SINCE if again else Against.LANDS
        self._load(Opened(change.key, change.evaluation, against))

    def _load(self, opened: Opened) -> None:
        self._opened, self._loading = opened, "⟳ loading"
        self.run_worker(self._follow(opened), group="review.patch", exclusive=True)

    async def _follow(self, opened: Opened) -> None:
        """Take in the diff while git prints it."""
        from asyncio import sleep

        await sleep(_BREATH)
        patches = self._port.patch(
            opened.key,
            opened.against,
            context=_CONTEXTS[opened.context],
            as_text=opened.as_text,
        )
        try:
            async for patch in patches:
                self._take(patch)
        except FleettuiError as error:
            self._acts.say(Manner.FAILED, f"no diff: {error}")
        self._loading = ""
        self._draw()

    def _take(self, patch: Patch) -> None:
        change = self.change
        if change is None:
            return
        if patch is self.view.patch:
            self.view.grew()
        else:
            self.view.show(patch, comments=change.comments, reviewed=change.reviewed)
            self._draw()
        back = self._back_to
        if back is not None and self.view.goto(back.index, back.side, back.line):
            self._back_to = None

    # Drawing

    def _draw(self) -> None:
        if not self.is_mounted or not self._visible:
            return
        summary = self._summary
        if summary is not None:
            summary = replace(summary, seen=self.seen)
        lines: Lines[Summary | None] = self.query_one("#summary", Lines)
        width = lines.room.width or self.size.width or 80
        needed = len(summary_lines(summary, width)) if summary is not None else 1
        lines.styles.height = max(1, min(needed, max(2, self.app.size.height // 3)))
        lines.value = summary
        self._draw_strip()

    def _draw_strip(self) -> None:
        files, position, change = self.files, self.view.position, self.change
        strip: Lines[Strip] = self.query_one("#files", Lines)
        strip.value = Strip(
            tuple(file.path for file in files),
            tuple((file.additions, file.deletions) for file in files),
            position.index if position is not None else 0,
            change.reviewed if change is not None else frozenset(),
            self._opened.against if self._opened is not None else Against.LANDS,
            self._loading,
        )

    def on_resize(self) -> None:
        """The summary may need more lines, or less."""
        self.call_after_refresh(self._draw)

    @on(CursorMoved)
    def _cursor_moved(self, message: CursorMoved) -> None:
        message.stop()
        if self.is_mounted:
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
            self.draft() is not None,
            self.searching,
            self.view.size.width >= _SPLIT_LEAST or self.view.split,
            editor,
            busy,
        )

    def file_here(self) -> FileChange | None:
        """The file that the cursor is in."""
        position = self.view.position
        return None if position is None else self.view.patch.files[position.file].change

    def draft(self) -> Comment | None:
        """The comment under the cursor, or on its line, that was not sent."""
        position, change = self.view.position, self.change
        if position is None or change is None or not self.active:
            return None
        if position.comment is not None:
            return position.comment if position.comment.sent is None else None
        here = (position.path, position.side, position.line)
        for comment in change.drafts:
            if (comment.path, comment.side, comment.line or 0) == here:
                return comment
        return None

    # Moving

    def move(self, step: int) -> None:
        """Lines down or up."""
        self.view.move(step)

    def page(self, pages: int) -> None:
        """Pages down or up."""
        self.view.move_page(pages)

    def end(self, where: int) -> None:
        """To the first or the last line."""
        self.view.move_to_end(where)

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

    def go_to_signal(self) -> None:
        """To the file that the signal shown is about."""
        summary = self._summary
        if summary is not None and summary.change.signals:
            signals = signals_in_order(summary.change)
            self.go_to_path(signals[min(summary.signal, len(signals) - 1)].path)

    # What is compared

    def widen(self, step: int) -> str:
        """More lines around what changed, or fewer; says how many."""
        opened = self._opened
        if opened is None:
            return "nothing is open"
        context = max(0, min(opened.context + step, len(_CONTEXTS) - 1))
        if context != opened.context:
            self._again(replace(opened, context=context))
        return _CONTEXT_WORDS[context]

    def compare(self) -> None:
        """Compare with the next thing that there is."""
        opened, change = self._opened, self.change
        if opened is None or change is None:
            return
        choices = [Against.LANDS, Against.MADE]
        if change.reviewed_head not in (None, change.head):
            choices.append(Against.SINCE)
        after = choices[(choices.index(opened.against) + 1) % len(choices)]
        self._again(replace(opened, against=after))
        self._draw()

    def _again(self, opened: Opened) -> None:
        """Load anew, and come back to the line that the cursor is on."""
        self._back_to = self.view.position
        self._load(opened)

    def choose(self) -> bool:
        """Fold or unfold a file, show a binary as text; whether the cursor is on such a line."""
        position = self.view.position
        if position is None or position.comment is not None:
            return False
        if position.kind in (Row.FILE, Row.BINARY):
            self.view.choose()
            return True
        return False

    def side_and_line(self) -> tuple[Side, int]:
        """The line of the cursor; 0: on the file."""
        position = self.view.position
        return (Side.NEW, 0) if position is None else (position.side, position.line)
