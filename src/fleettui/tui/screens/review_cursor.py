"""What the cursor of a diff is on, in the words of a change."""

from fleettui.model.change import Change, Comment, FileChange, Side
from fleettui.tui.widgets.diff_view import DiffView


def file_at(view: DiffView) -> FileChange | None:
    """The file that the cursor is in."""
    position = view.position
    return None if position is None else view.patch.files[position.file].change


def line_at(view: DiffView) -> tuple[Side, int]:
    """The line of the cursor; 0: on the file."""
    position = view.position
    return (Side.NEW, 0) if position is None else (position.side, position.line)


def draft_at(view: DiffView, change: Change | None) -> Comment | None:
    """The comment under the cursor, or on its line, that was not sent."""
    position = view.position
    if position is None or change is None:
        return None
    if position.comment is not None:
        return position.comment if position.comment.sent is None else None
    here = (position.path, position.side, position.line)
    for comment in change.drafts:
        if not comment.outdated and (comment.path, comment.side, comment.line) == here:
            return comment
    return None
