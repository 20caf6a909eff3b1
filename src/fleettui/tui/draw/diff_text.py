"""The text of a line of a diff, and the part of it that a window of cells shows."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import TypeAlias

from rich.cells import get_character_cell_size

from fleettui.model.text import ELLIPSIS, clean
from fleettui.tui.draw.paint import Tone, settled

LINE_LIMIT = 8192
"""Characters of a line that can be scrolled to; the row says how much more there is."""
TAB = 4
VISIBLE_TAB = "\v"
"""Stands for a tab that is drawn as an arrow; no shown text has this character of its own."""

_ESCAPED = re.compile("[\u2400-\u2421]|<U\\+[0-9A-F]{4,6}>|\\\\x[0-9a-f]{2}")

_TABS = frozenset({"\t", VISIBLE_TAB})
_SEEN = str.maketrans({" ": "·", "\t": VISIBLE_TAB})


class Ground(IntEnum):
    """What lies under a piece of a line."""

    PLAIN = 0
    ADDED = 1
    ADDED_WORD = 2
    REMOVED = 3
    REMOVED_WORD = 4
    FILE = 5
    HUNK = 6
    REMARK = 7
    EMPTY = 8
    """The side of a line that has none."""
    MATCH = 9


WORDS = frozenset({Ground.ADDED_WORD, Ground.REMOVED_WORD})

Piece: TypeAlias = tuple[str, Tone, Ground]
Pieces: TypeAlias = tuple[Piece, ...]
Runs: TypeAlias = Sequence[tuple[int, Tone]]
"""Tones of a text, each up to an offset; what comes after the last one is plain."""
Mark: TypeAlias = tuple[int, int, Tone | None, Ground | None]
"""A stretch of a text that has a tone or a ground of its own; later ones cover earlier ones."""
Stretch: TypeAlias = tuple[int, int, Tone, Ground]


def shown(raw: bytes) -> str:
    """A line as it is safe to draw, tabs left in it, at most LINE_LIMIT characters."""
    raw = raw[: LINE_LIMIT * 4 + 4]
    text = "\t".join(_cleaned(part) for part in raw.split(b"\t")) if b"\t" in raw else _cleaned(raw)
    return text if len(text) <= LINE_LIMIT else text[: LINE_LIMIT - 1] + ELLIPSIS


def _cleaned(raw: bytes) -> str:
    text = clean(raw, limit=len(raw) * 9 + 8)
    return text if text.isascii() else settled(text)


def escapes(text: str) -> Iterable[tuple[int, int]]:
    """Where a shown text has something that the file has in another, invisible form."""
    if text.isascii() and "<U+" not in text and "\\x" not in text:
        return ()
    return tuple(found.span() for found in _ESCAPED.finditer(text))


def columns(text: str) -> int:
    """Cells of a shown text, tabs expanded."""
    if _is_simple(text):
        return len(text)
    column = 0
    for char in text:
        column += _size(char, column)
    return column


def _is_simple(text: str) -> bool:
    """Whether each character is one cell."""
    return text.isascii() and "\t" not in text and VISIBLE_TAB not in text


def _size(char: str, column: int) -> int:
    return TAB - column % TAB if char in _TABS else get_character_cell_size(char)


def with_visible_spaces(text: str, start: int, end: int) -> str:
    """The text with a stretch of it, if it is nothing but spaces, in a form that can be seen."""
    spaces = text[start:end]
    return text[:start] + spaces.translate(_SEEN) + text[end:] if spaces.isspace() else text


def layered(
    length: int, tones: Runs, marks: Sequence[Mark], tone: Tone, ground: Ground
) -> list[Stretch]:
    """Stretches of a text of that length, each of one tone and one ground."""
    cuts = {0, length}
    cuts.update(end for end, _ in tones if end < length)
    for start, end, _, _ in marks:
        cuts.update((min(start, length), min(end, length)))
    ends = [end for end, _ in tones]
    stretches = []
    for start, end in pairwise(sorted(cuts)):
        run = bisect_right(ends, start)
        over, under = (tones[run][1] if run < len(tones) else tone), ground
        for first, last, mark_tone, mark_ground in marks:
            if first <= start < last:
                over = over if mark_tone is None else mark_tone
                under = under if mark_ground is None else mark_ground
        stretches.append((start, end, over, under))
    return stretches


def window(
    text: str,
    stretches: Iterable[Stretch],
    *,
    shift: int,
    room: int,
    ground: Ground,
) -> list[Piece]:
    """Exactly `room` cells of a shown text from cell `shift` on, filled with `ground`.

    What is cut off at a side leaves an ellipsis there.
    """
    if room <= 0:
        return []
    whole = columns(text)
    after = whole > shift + room
    before = shift > 0 and whole > 0 and room > after
    start = shift + before
    width = room - before - after
    pieces: list[Piece] = [(ELLIPSIS, Tone.FAINT, ground)] if before else []
    if width > 0 and start < whole:
        take = _take_simple if _is_simple(text) else _take_measured
        pieces += take(text, stretches, start, start + width)
    used = max(0, min(whole, start + width) - start)
    if width > used:
        pieces.append((" " * (width - used), Tone.TEXT, ground))
    if after:
        pieces.append((ELLIPSIS, Tone.FAINT, ground))
    return pieces


def _take_simple(text: str, stretches: Iterable[Stretch], low: int, high: int) -> list[Piece]:
    """The cells of a text whose characters are one cell each."""
    pieces: list[Piece] = []
    for start, end, tone, ground in stretches:
        piece = text[max(start, low) : min(end, high)] if end > low and start < high else ""
        if piece:
            pieces.append((piece, tone, ground))
    return pieces


def _take_measured(text: str, stretches: Iterable[Stretch], low: int, high: int) -> list[Piece]:
    """The cells of any text."""
    pieces: list[Piece] = []
    column = 0
    for start, end, tone, ground in stretches:
        kept = []
        for char in text[start:end]:
            size = _size(char, column)
            first, column = column, column + size
            if column <= low and (size or low):
                continue
            if first >= high and size:
                break
            kept.append(_cell(char, size, first, low, high))
        if kept:
            pieces.append(("".join(kept), tone, ground))
        if column >= high:
            break
    return pieces


def _cell(char: str, size: int, first: int, low: int, high: int) -> str:
    """A character as far as it lies in the window."""
    inside = min(first + size, high) - max(first, low)
    if char == VISIBLE_TAB and first >= low:
        return "→" + " " * (inside - 1)
    return " " * inside if char in _TABS or inside < size else char
