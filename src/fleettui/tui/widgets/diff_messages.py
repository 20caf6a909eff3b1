"""What a diff tells the screen that it is on."""

from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget

from fleettui.model.change import Comment, Side
from fleettui.model.patch import Row
from fleettui.tui.draw.diff_search import Search


@dataclass(frozen=True, slots=True)
class Position:
    """Where the cursor is. `file` counts the files of the patch, from 0; `index` is that of the
    change in its list. `line` 0: on the file, a hunk or a comment, not on a line."""

    file: int
    files: int
    index: int
    path: str
    kind: Row
    side: Side
    line: int
    text: str
    comment: Comment | None = None


class CursorMoved(Message, namespace="diff_view"):
    """The cursor is somewhere else, or what is there is known now."""

    def __init__(self, view: Widget, position: Position) -> None:
        super().__init__()
        self.view = view
        self.position = position

    def can_replace(self, message: Message) -> bool:
        """Only the last place counts."""
        return isinstance(message, CursorMoved)


class FoldToggled(Message, namespace="diff_view"):
    """A file was folded or unfolded by the reader."""

    def __init__(self, view: Widget, path: str, *, folded: bool) -> None:
        super().__init__()
        self.view = view
        self.path = path
        self.folded = folded


class TextWanted(Message, namespace="diff_view"):
    """The reader wants to see a binary as text; `index` as in the list of files."""

    def __init__(self, view: Widget, path: str, index: int) -> None:
        super().__init__()
        self.view = view
        self.path = path
        self.index = index


class Chosen(Message, namespace="diff_view"):
    """Enter, or two clicks, on a line or a comment."""

    def __init__(self, view: Widget, position: Position) -> None:
        super().__init__()
        self.view = view
        self.position = position


class Searched(Message, namespace="diff_view"):
    """A search has found more rows, or is through with what there is."""

    def __init__(self, view: Widget, search: Search | None) -> None:
        super().__init__()
        self.view = view
        self.search = search

    def can_replace(self, message: Message) -> bool:
        """Only the last count counts."""
        return isinstance(message, Searched)
