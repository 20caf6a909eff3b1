"""What stands on the right side of the review screen: summary, files, diff."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from fleettui.tui.draw.review_files import Strip, draw_strip, file_at
from fleettui.tui.draw.review_summary import Summary, draw_summary, summary_lines
from fleettui.tui.widgets.diff_view import DiffView
from fleettui.tui.widgets.lines import Lines


class Page(Vertical):
    """The summary is as high as it needs to be, but never more than a third of the screen."""

    def __init__(self) -> None:
        super().__init__(id="reading")
        self._top = Lines[Summary | None](draw_summary, None, id="summary")
        self._files = Lines(draw_strip, Strip(), id="files")
        self.view = DiffView(id="diff")
        self.view.can_focus = False

    def compose(self) -> ComposeResult:
        """Summary, files, diff."""
        yield self._top
        yield self._files
        yield self.view

    def draw_top(self, summary: Summary | None) -> None:
        """Show what the change is."""
        width = self._top.room.width or self.size.width or 80
        needed = len(summary_lines(summary, width)) if summary is not None else 1
        self._top.styles.height = max(1, min(needed, max(2, self.app.size.height // 3)))
        self._top.value = summary

    @on(Lines.Pointed, "#files")
    def point(self, message: Lines.Pointed) -> None:
        """A click on a file goes to it."""
        index = file_at(self._files.value, self._files.room.width, message.x)
        if index is not None:
            self.view.goto(index)

    def draw_files(self, strip: Strip) -> None:
        """Show which files there are."""
        self._files.value = strip
