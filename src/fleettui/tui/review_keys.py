"""The keys of the review screen, of its sheets and of its lines of text."""

from fleettui.tui.binding import first, key

JUDGE = (
    key(
        "review.approve",
        "a",
        "act('approve')",
        "approve",
        "Say yes to exactly what you see",
        show=True,
    ),
    key("review.reject", "x", "act('reject')", "reject", "Say no to it, with a note", show=True),
    key(
        "review.acknowledge",
        "b",
        "act('acknowledge')",
        "acknowledge",
        "Acknowledge the signal shown, go to the next",
        show=True,
    ),
    key("review.comment", "c", "act('comment')", "comment", "Comment on this line", show=True),
    key("review.send", "C", "act('send')", "send", "Send your comments to the agent", show=True),
    key(
        "review.reviewed",
        "space",
        "act('reviewed')",
        "reviewed",
        "Mark the file as reviewed",
        show=True,
    ),
    key(
        "review.take-back",
        "u",
        "act('take_back')",
        "take back",
        "Take back your comment here, or the approval",
    ),
)

LAND = (
    key(
        "review.merge",
        "m",
        "act('merge')",
        "merge",
        "Land what you approved, after a look",
        show=True,
    ),
    key(
        "review.train",
        "T",
        "act('train')",
        "land all",
        "Land all that is approved here, one by one",
        show=True,
    ),
    key("review.undo", "z", "act('undo')", "undo", "Take back the last landing", show=True),
    key("review.push", "P", "act('push')", "push", "Push the target branch", show=True),
    key(
        "review.remove",
        "X,delete",
        "act('remove')",
        "remove",
        "Remove worktree and branch, after a backup",
    ),
)

READ = (
    key(
        "review.open",
        "enter",
        "open",
        "open",
        "Open it; in its diff: fold a file, or attach",
        show=True,
    ),
    key("review.switch", "tab", "switch", "list or diff", "Go to the diff, or to the list"),
    key("review.next-file", "J", "file(1)", "next file", "The next file", show=True),
    key("review.previous-file", "K", "file(-1)", "previous file", "The file before"),
    key(
        "review.next-hunk",
        "right_square_bracket",
        "hunk(1)",
        "next hunk",
        "The next hunk",
        show=True,
    ),
    key("review.previous-hunk", "left_square_bracket", "hunk(-1)", "hunk", "The hunk before"),
    key(
        "review.signal",
        "s",
        "signal(1)",
        "next signal",
        "The next signal, and its file",
        show=True,
    ),
    key("review.signal-before", "S", "signal(-1)", "signal before", "The one before"),
    key("review.split", "v", "act('split')", "split", "One side or two sides", show=True),
    key(
        "review.against", "o", "act('against')", "compare", "Compare with something else", show=True
    ),
    key(
        "review.more",
        "plus,equals_sign",
        "context(1)",
        "more context",
        "More lines around",
    ),
    key("review.less", "minus", "context(-1)", "less context", "Fewer lines"),
    key("review.fold", "f", "act('fold')", "fold", "Fold or unfold the file"),
    first("review.find", "slash", "find", "find", "Filter the list, or search in the diff"),
    key(
        "review.found",
        "n",
        "found(1)",
        "next found",
        "The next place found",
    ),
    key("review.found-before", "N", "found(-1)", "found before", "The one before"),
    key(
        "review.about",
        "i",
        "act('about')",
        "about",
        "Everything known: commits, gates, comments",
    ),
    key("review.edit", "e", "act('edit')", "editor", "Look at a copy of the file in $EDITOR"),
    key("review.copy", "y", "act('copy')", "copy", "Copy the line, the path or the commit"),
    key("review.all", "A", "all", "landed too", "Show landed and rejected ones too, or not"),
    first("review.close", "escape", "close", "back", "Leave what is open, then the diff"),
)

MOVE = (
    key("review.down", "down,j", "move(1)", "down", "Down a change or line"),
    key("review.up", "up,k", "move(-1)", "up", "Up"),
    key(
        "review.right",
        "right,l",
        "aside(1)",
        "to the diff",
        "To the diff, along its lines",
    ),
    key("review.left", "left,h", "aside(-1)", "to the list", "Back"),
    key("review.page-down", "pagedown,ctrl+d", "page(1)", "page down", "A page down"),
    key("review.page-up", "pageup,ctrl+u", "page(-1)", "page up", "A page up"),
    key("review.first", "home,g", "end(-1)", "first", "The first one"),
    key("review.last", "end,G", "end(1)", "last", "The last one"),
)

REVIEW = (*JUDGE, *LAND, *READ, *MOVE)

IN_LIST = (
    *("open", "approve", "acknowledge", "reject", "merge", "train", "push", "undo"),
    *("send", "find", "signal"),
)
"""What the footer tells first while keys move in the list, by the names of the actions."""
IN_DIFF = (
    *("comment", "reviewed", "file", "hunk", "approve", "acknowledge", "reject", "merge"),
    *("send", "find", "split", "against", "signal", "found", "train", "push", "undo"),
)
"""The same while they move in the diff."""


def name_of(action: str) -> str:
    """The name of an action of the review screen, without what it is given."""
    name, _, given = action.partition("(")
    return given.strip("')") if name == "act" else name


SHEET = (
    key("sheet.confirm", "enter", "confirm", "do it", "Do exactly what the sheet says", show=True),
    key("sheet.strategy", "s", "strategy", "strategy", "The next strategy", show=True),
    key("sheet.back", "escape,q", "back", "back", "Change nothing", show=True),
    key("sheet.down", "down,j", "scroll(1)", "down", "Scroll down"),
    key("sheet.up", "up,k", "scroll(-1)", "up", "Scroll up"),
    key("sheet.page-down", "pagedown,space", "page(1)", "page down", "Scroll down a page"),
    key("sheet.page-up", "pageup", "page(-1)", "page up", "Scroll up a page"),
)

REMARK = (
    first("remark.save", "enter,ctrl+s", "save", "save", "Keep what you wrote"),
    first("remark.line", "ctrl+j,shift+enter,alt+enter", "new_line", "new line", "Start a line"),
)
