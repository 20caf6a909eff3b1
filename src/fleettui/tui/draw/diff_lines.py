"""The lines of a diff: numbers of both sides, a sign beside the colour, then the text."""

import re
from array import array
from dataclasses import dataclass

from fleettui.model.patch import Patch, Row
from fleettui.tui.draw.diff_pairs import NOWHERE
from fleettui.tui.draw.diff_text import (
    LINE_LIMIT,
    Ground,
    Mark,
    Piece,
    Pieces,
    Runs,
    escapes,
    layered,
    shown,
    window,
    with_visible_spaces,
)
from fleettui.tui.draw.diff_words import Stretches
from fleettui.tui.draw.paint import Tone, left

LINE_KINDS = frozenset({Row.CONTEXT, Row.ADDED, Row.REMOVED})
NO_NEWLINE = "\\ no newline at the end of the file"
DIVIDER: Piece = ("│", Tone.BORDER, Ground.PLAIN)

_SIGNS = {
    Row.ADDED: ("+", Tone.OK, Ground.ADDED, Ground.ADDED_WORD),
    Row.REMOVED: ("−", Tone.BAD, Ground.REMOVED, Ground.REMOVED_WORD),
}
_CONTEXT = (" ", Tone.FAINT, Ground.PLAIN, Ground.PLAIN)


@dataclass(frozen=True, slots=True)
class Frame:
    """The measures of a view: its cells, the digits of line numbers, the cells scrolled away.

    The first cell of every line is the cursor's and is not drawn here.
    """

    width: int
    digits: int = 4
    shift: int = 0
    split: bool = False

    @property
    def room(self) -> int:
        """Cells for the text of a line; of the narrower side where there are two."""
        if self.split:
            return max(0, (self.width - 2) // 2 - self.digits - 3)
        return max(0, self.width - self.gutter)

    @property
    def gutter(self) -> int:
        """Cells before the text of a line."""
        return self.digits + 4 if self.split else 2 * self.digits + 5


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a row besides its text: colours, changed words, what is searched for."""

    runs: Runs = ()
    words: Stretches = ()
    needle: "re.Pattern[str] | None" = None


PLAIN = Look()


def unified_line(patch: Patch, row: int, frame: Frame, look: Look = PLAIN) -> Pieces:
    """A line with the numbers of both sides before it."""
    sign, tone, ground, _ = _SIGNS.get(Row(patch.kinds[row]), _CONTEXT)
    old, new = patch.old[row], patch.new[row]
    kind = patch.kinds[row]
    left = str(old) if old and kind in (Row.CONTEXT, Row.REMOVED) else ""
    right = str(new) if new and kind in (Row.CONTEXT, Row.ADDED) else ""
    numbers = f"{left:>{frame.digits}} {right:>{frame.digits}} "
    return (
        (numbers, Tone.FAINT if ground is Ground.PLAIN else Tone.DIM, ground),
        (f"{sign} ", tone, ground),
        *_text(patch, row, frame.shift, frame.width - frame.gutter, look),
    )


def split_line(
    patch: Patch, left: int, right: int, frame: Frame, looks: tuple[Look, Look] = (PLAIN, PLAIN)
) -> Pieces:
    """The old side, a divider, the new side; what stands on both sides is drawn twice."""
    half = (frame.width - 2) // 2
    return (
        *_side(patch, left, patch.old, half, frame, looks[0]),
        DIVIDER,
        *_side(patch, right, patch.new, frame.width - 2 - half, frame, looks[1]),
    )


def _side(
    patch: Patch, row: int, numbers: "array[int]", width: int, frame: Frame, look: Look
) -> Pieces:
    if row == NOWHERE:
        return ((" " * width, Tone.TEXT, Ground.EMPTY),)
    sign, tone, ground, _ = _SIGNS.get(Row(patch.kinds[row]), _CONTEXT)
    number = str(numbers[row]) if numbers[row] and patch.kinds[row] != Row.NOTE else ""
    return (
        (f"{number:>{frame.digits}} ", Tone.FAINT if ground is Ground.PLAIN else Tone.DIM, ground),
        (f"{sign} ", tone, ground),
        *_text(patch, row, frame.shift, width - frame.digits - 3, look),
    )


def _text(patch: Patch, row: int, shift: int, room: int, look: Look) -> list[Piece]:
    kind = Row(patch.kinds[row])
    if kind is Row.NOTE:
        note = left(_note(patch, row), max(0, room))
        return [(note, Tone.WARN, Ground.PLAIN)]
    _, _, ground, under_words = _SIGNS.get(kind, _CONTEXT)
    raw_size = patch.starts[row + 1] - patch.starts[row]
    text = shown_row(patch, row)
    marks = _marks(text, kind, under_words, look)
    for start, end in _changed_spaces(text, kind, look):
        text = with_visible_spaces(text, start, end)
    stretches = layered(len(text), look.runs, marks, Tone.TEXT, ground)
    if raw_size <= LINE_LIMIT:
        return window(text, stretches, shift=shift, room=room, ground=ground)
    note = f" {raw_size:,} bytes, the start is shown"
    note = note if len(note) < room // 2 else " ▲"
    pieces = window(text, stretches, shift=shift, room=room - len(note), ground=ground)
    return [*pieces, (note, Tone.WARN, ground)]


def _note(patch: Patch, row: int) -> str:
    """What git says of the line above, in our words where they are the usual ones."""
    said = patch.line(row)[:256].strip()
    usual = not said or said.startswith(b"No newline")
    return NO_NEWLINE if usual else f"\\ {shown(said)}".replace("\t", " ")


def shown_row(patch: Patch, row: int) -> str:
    """The text of a row, safe to draw; no more of a long one is looked at than can be."""
    start = patch.starts[row]
    end = min(patch.starts[row + 1], start + LINE_LIMIT * 4 + 4)
    return shown(bytes(patch.text[start:end]))


def _marks(text: str, kind: Row, under_words: Ground, look: Look) -> list[Mark]:
    marks: list[Mark] = [(start, end, None, under_words) for start, end in look.words]
    if kind is Row.ADDED and text[-1:].isspace():
        marks.append((len(text.rstrip()), len(text), Tone.WARN, under_words))
    for start, end in escapes(text):
        ends_line = text[start:end] == "\u240d" and end == len(text)
        marks.append((start, end, Tone.FAINT if ends_line else Tone.BANNER, None))
    if look.needle is not None:
        for found in look.needle.finditer(text):
            if found.end() > found.start():
                marks.append((found.start(), found.end(), None, Ground.MATCH))
    return marks


def _changed_spaces(text: str, kind: Row, look: Look) -> Stretches:
    """Where spaces are all that changed, or stand at the end of a new line."""
    stretches = [each for each in look.words if text[each[0] : each[1]].isspace()]
    if kind is Row.ADDED and text[-1:].isspace():
        stretches.append((len(text.rstrip()), len(text)))
    return tuple(stretches)
