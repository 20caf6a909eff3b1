"""What stands between the lines of a diff: heads of files and hunks, remarks, the end."""

from dataclasses import dataclass

from fleettui.model.change import Comment, FileChange
from fleettui.model.patch import Patch, Row
from fleettui.model.text import ELLIPSIS
from fleettui.tui.draw.diff_lines import Frame
from fleettui.tui.draw.diff_text import Ground, Piece, Pieces, shown
from fleettui.tui.draw.paint import Tone, cells, fit, line_cells, tame

_STATUS = {
    "A": ("A", Tone.OK, "new file"),
    "D": ("D", Tone.BAD, "deleted"),
    "M": ("M", Tone.WORK, ""),
    "T": ("T", Tone.WARN, "type changed"),
}
_KINDS = {0o120000: "symbolic link", 0o160000: "submodule", 0o100755: "executable"}
_WIDEST_REMARK = 100


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a file tells besides its change. `folded`: why its lines are hidden, ""
    where they are not. `number` of `total` (None: not known yet) counts the files of the patch."""

    change: FileChange
    number: int
    total: int | None
    reviewed: bool = False
    folded: str = ""
    comments: int = 0


def head_line(head: Head, frame: Frame) -> Pieces:
    """Mark, status, path, counts and modes of a file on a ground of their own."""
    change = head.change
    letter, tone, word = _STATUS.get(change.status, (change.status, Tone.WARN, ""))
    start = [
        ("▸ " if head.folded else "▾ ", Tone.DIM),
        ("✓ " if head.reviewed else "  ", Tone.OK),
        (f"{letter} ", tone),
    ]
    place = f" {head.number}/{head.total} " if head.total else f" {head.number} "
    end = [(place, Tone.DIM)]
    counts = _counts(change)
    room = frame.width - 1 - line_cells(start) - line_cells(end) - line_cells(counts)
    path = _path(change.path, max(8, room), dim=bool(head.folded))
    room -= line_cells(path)
    for text, tone in _facts(head, word):
        piece = fit(text, room - 3)
        if not piece or (piece != tame(text) and room < 12):
            break
        counts.append(("  ", Tone.TEXT))
        counts.append((piece, tone))
        room -= cells(piece) + 2
    return _filled([*start, *path, *counts], end, frame.width - 1, Ground.FILE)


def _path(path: str, room: int, *, dim: bool) -> list[tuple[str, Tone]]:
    """The path with its last part standing out, cut at the left."""
    path = tame(path)
    folder, slash, name = path.rpartition("/")
    name = fit(name, room)
    rest = room - cells(name)
    folder += slash
    while folder and cells(folder) > rest:
        folder = ELLIPSIS + folder[2:] if len(folder) > 2 else ""
    return [(folder, Tone.DIM), (name, Tone.TEXT if dim else Tone.TITLE)]


def _counts(change: FileChange) -> list[tuple[str, Tone]]:
    if change.binary:
        return [("  binary", Tone.WARN)]
    return [
        (f"  +{change.additions}", Tone.OK if change.additions else Tone.DIM),
        (f" −{change.deletions}", Tone.BAD if change.deletions else Tone.DIM),
    ]


def _facts(head: Head, word: str) -> list[tuple[str, Tone]]:
    change = head.change
    facts = []
    mode = _mode(change)
    if mode:
        facts.append((mode, Tone.WARN))
    if head.comments and head.folded:
        facts.append((f"{head.comments} comments", Tone.ACCENT))
    if head.folded:
        facts.append((f"{head.folded} · enter unfolds", Tone.DIM))
    if word:
        facts.append((word, Tone.DIM))
    if change.renamed_from is not None:
        share = f", {change.similarity} % the same" if change.similarity is not None else ""
        facts.append((f"like {change.renamed_from}{share}", Tone.DIM))
    return facts


def _mode(change: FileChange) -> str:
    """What the modes say that a reader must know, "" for an ordinary file."""
    if not change.new_mode or not change.old_mode:
        mode = change.new_mode or change.old_mode
        return "" if mode == 0o100644 else f"{_KINDS.get(mode, 'mode')} {mode:06o}"
    if change.old_mode == change.new_mode:
        return "" if change.new_mode not in (0o120000, 0o160000) else _KINDS[change.new_mode]
    return f"mode {change.old_mode:06o} → {change.new_mode:06o}"


def _filled(
    start: list[tuple[str, Tone]], end: list[tuple[str, Tone]], width: int, ground: Ground
) -> Pieces:
    """`start` at the left, `end` at the right of `width` cells; both are cut where they must."""
    pieces: list[Piece] = []
    tail = end if line_cells(start) + line_cells(end) <= width else []
    room = width - line_cells(tail)
    for text, tone in start:
        text = fit(text, room)
        room -= cells(text)
        if text:
            pieces.append((text, tone, ground))
    pieces.append((" " * room, Tone.TEXT, ground))
    return (*pieces, *((text, tone, ground) for text, tone in tail))


def hunk_line(patch: Patch, row: int, frame: Frame) -> Pieces:
    """Where a hunk is on both sides, and git's word on what it is in."""
    old_count, new_count = patch.counts.get(row, (1, 1))
    place = f"@@ {patch.old[row]},{old_count} → {patch.new[row]},{new_count} @@"
    words = shown(patch.line(row)[:1024]).replace("\t", " ").strip()
    indent = " " * (1 if frame.split else 2)
    return _filled(
        [(indent, Tone.TEXT), (place, Tone.WORK), ("  ", Tone.TEXT), (words, Tone.DIM)],
        [],
        frame.width - 1,
        Ground.HUNK,
    )


def binary_line(patch: Patch, row: int, change: FileChange, frame: Frame) -> Pieces:
    """In place of the lines of a binary: its sizes and objects, and how to read it all the same."""
    what = shown(patch.line(row)[:1024]).replace("\t", " ") or "binary"
    objects = [each[:9] for each in (change.old, change.new) if each.strip("0")]
    modes = [f"{mode:06o}" for mode in (change.old_mode, change.new_mode) if mode]
    facts = [" → ".join(objects), "mode " + " → ".join(dict.fromkeys(modes))]
    return _filled(
        [
            (" " * (frame.gutter - 1), Tone.TEXT),
            (what, Tone.WARN),
            ("   enter shows it as text   ", Tone.TEXT),
            (" · ".join(fact for fact in facts if fact), Tone.DIM),
        ],
        [],
        frame.width - 1,
        Ground.PLAIN,
    )


def remark_lines(comment: Comment, frame: Frame) -> tuple[Pieces, ...]:
    """A comment in a block of its own, wrapped, saying whether it was sent or is outdated."""
    indent = min(frame.gutter - 1, max(0, frame.width // 4))
    room = min(_WIDEST_REMARK, frame.width - indent - 6)
    label, tone = _label(comment)
    lines = [[(label, tone)]]
    lines += [[(text, Tone.TEXT)] for text in wrapped(comment.text, max(8, room))]
    if comment.outdated and comment.quote:
        lines.append([("was: " + fit(comment.quote.strip(), max(8, room - 5)), Tone.DIM)])
    return tuple(
        (
            (" " * indent, Tone.TEXT, Ground.PLAIN),
            ("┃ ", tone, Ground.REMARK),
            *_filled(line, [], frame.width - 3 - indent, Ground.REMARK),
        )
        for line in lines
    )


def _label(comment: Comment) -> tuple[str, Tone]:
    where = "on the file" if comment.line == 0 else ""
    if comment.outdated:
        state, tone = "outdated · the line changed since", Tone.WARN
    elif comment.sent is not None:
        state, tone = f"sent in prompt {comment.sent}", Tone.DIM
    else:
        state, tone = "draft · not sent yet", Tone.ACCENT
    return " · ".join(part for part in (f"comment {comment.id}", where, state) if part), tone


def wrapped(text: str, room: int) -> list[str]:
    """Text in lines of at most `room` cells, broken between words where that is possible."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in tame(paragraph).split(" "):
            while cells(word) > room:
                if line:
                    lines.append(line)
                head = _start(word, room)
                lines.append(head)
                line, word = "", word[len(head) :]
            joined = f"{line} {word}" if line else word
            if cells(joined) > room:
                lines.append(line)
                joined = word
            line = joined
        lines.append(line)
    return lines


def _start(word: str, room: int) -> str:
    """As many characters of a word as fit, at least one."""
    size = 0
    for place, char in enumerate(word):
        size += cells(char)
        if size > room and place:
            return word[:place]
    return word


def tail_line(patch: Patch, frame: Frame) -> Pieces | None:
    """What comes after the last row: more, or why there is no more. None: nothing to say."""
    rows = f"{len(patch):,} rows"
    if patch.cut:
        said = [("▲ not all of it: ", Tone.WARN), (patch.cut, Tone.WARN), (f" · {rows}", Tone.DIM)]
    elif not patch.complete:
        said = [("⟳ reading", Tone.WORK), (f" · {rows} so far" if len(patch) else " …", Tone.DIM)]
    elif not len(patch):
        said = [("no changes: both sides are the same", Tone.DIM)]
    else:
        return None
    return _filled([("  ", Tone.TEXT), *said], [], frame.width - 1, Ground.PLAIN)


def is_whole_line(kind: int) -> bool:
    """Whether a row takes the whole width where both sides stand beside each other."""
    return kind in (Row.HUNK, Row.BINARY, Row.FILE)
