"""The keys of the review screen, of its sheets and of its lines of text."""

from fleettui.tui.binding import first, key

REVIEW = (
    key(
        "review.open", "enter", "open", "open", "Open the change; in its diff: attach to its agent"
    ),
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
        "review.merge",
        "m",
        "act('merge')",
        "merge",
        "Land what you approved, after a look",
        show=True,
    ),
    key(
        "review.acknowledge",
        "b",
        "act('acknowledge')",
        "acknowledge",
        "Acknowledge the signal shown, and show the next one",
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
        "review.train",
        "T",
        "act('train')",
        "land all",
        "Land everything approved in this repository, one after the other",
        show=True,
    ),
    key("review.undo", "z", "act('undo')", "undo", "Take back the last landing", show=True),
    key("review.push", "P", "act('push')", "push", "Push the target branch", show=True),
    key("review.split", "v", "act('split')", "split", "One side or two sides", show=True),
    key(
        "review.against", "o", "act('against')", "compare", "Compare with something else", show=True
    ),
    key("review.switch", "tab", "switch", "list or diff", "Go to the diff, or to the list"),
    key("review.down", "down,j", "move(1)", "down", "The next change, or line"),
    key("review.up", "up,k", "move(-1)", "up", "The change, or line, before"),
    key("review.right", "right,l", "side('diff')", "to the diff", "Go to the diff"),
    key("review.left", "left,h", "side('list')", "to the list", "Go to the list"),
    key("review.page-down", "pagedown,ctrl+d", "page(1)", "page down", "A page down"),
    key("review.page-up", "pageup,ctrl+u", "page(-1)", "page up", "A page up"),
    key("review.first", "home,g", "end(-1)", "first", "The first change, or line"),
    key("review.last", "end,G", "end(1)", "last", "The last change, or line"),
    key("review.next-file", "J", "file(1)", "next file", "The next file"),
    key("review.previous-file", "K", "file(-1)", "previous file", "The file before"),
    key("review.next-hunk", "right_square_bracket", "hunk(1)", "next hunk", "The next hunk"),
    key("review.previous-hunk", "left_square_bracket", "hunk(-1)", "hunk", "The hunk before"),
    key("review.signal", "s", "signal(1)", "next signal", "Show the next signal, and its file"),
    key("review.signal-before", "S", "signal(-1)", "signal before", "Show the signal before"),
    key(
        "review.more",
        "plus,equals_sign",
        "context(1)",
        "more context",
        "More lines around, up to whole files",
    ),
    key("review.less", "minus", "context(-1)", "less context", "Fewer lines around what changed"),
    key("review.fold", "f", "act('fold')", "fold", "Fold or unfold the file"),
    key(
        "review.found",
        "n",
        "found(1)",
        "next found",
        "The next place found; only while something is searched for",
    ),
    key("review.found-before", "N", "found(-1)", "found before", "The place found before"),
    key(
        "review.take-back",
        "u",
        "act('take_back')",
        "take back",
        "Take back the unsent comment on this line, or the approval",
    ),
    key("review.edit", "e", "act('edit')", "editor", "Look at a copy of the file in $EDITOR"),
    key("review.copy", "y", "act('copy')", "copy", "Copy the line, the path or the commit"),
    key(
        "review.about",
        "i",
        "act('about')",
        "about",
        "Everything known of the change: commits, gates, comments",
    ),
    key(
        "review.remove",
        "X,delete",
        "act('remove')",
        "remove",
        "Remove its worktree and branch, after a backup",
    ),
    key("review.all", "A", "all", "landed too", "Show landed and rejected changes, or hide them"),
    first("review.find", "slash", "find", "find", "Filter the list, or search in the diff"),
    first("review.close", "escape", "close", "back", "Leave what is open, then the diff"),
)

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
