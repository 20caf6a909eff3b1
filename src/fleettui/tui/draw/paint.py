"""Spans and lines: text with a tone, measured in terminal cells.

A tone says what a piece of text means; the theme says which colour that is. Widths are those
that the screen library measures, so that what fits here fits there.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from rich.cells import cell_len, get_character_cell_size, set_cell_size

from fleettui.model import text as text_model
from fleettui.model.text import ELLIPSIS


class Tone(StrEnum):
    """What a span means; each is a component class of the widgets that draw lines."""

    TEXT = "text"
    DIM = "dim"
    FAINT = "faint"
    STRONG = "strong"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    ACCENT = "accent"
    WORK = "work"
    CHOSEN = "chosen"
    BORDER = "border"
    CPU = "cpu"
    GPU = "gpu"
    TITLE = "title"
    KEY = "key"
    BANNER = "banner"
    KEYWORD = "keyword"
    STRING = "string"
    NUMBER = "number"
    NAME = "name"
    TYPE = "type"


Span: TypeAlias = tuple[str, Tone]
Line: TypeAlias = tuple[Span, ...]

BLANK: Line = ()


@lru_cache(maxsize=4096)
def tame(text: str) -> str:
    """Text that is safe to draw, and as wide on the terminal as it is measured here.

    Foreign text is cleaned where it enters the model; this is the second lock on the door.
    """
    if not text_model.is_clean(text):
        text = text_model.clean(text, limit=max(len(text), 256))
    return settled(text)


def settled(text: str) -> str:
    """Clean text in which no character is wider on one terminal than on another.

    Characters on whose width terminals disagree are shown by their code point.
    """
    if text.isascii() or text_model.width(text) == cell_len(text):
        return text
    return "".join(_code_point(char) if _disputed(char) else char for char in text)


def _disputed(char: str) -> bool:
    cells = get_character_cell_size(char)
    ours = text_model.width(char)
    return (ours == 1 and cells == 2) or (ours == 2 and cells == 0)


def _code_point(char: str) -> str:
    return f"<U+{ord(char):04X}>"


def cells(text: str) -> int:
    """Terminal cells of a tame text."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, room: int) -> str:
    """Text made tame and cut to at most `room` cells, with an ellipsis where it was cut."""
    text = tame(text)
    if cells(text) <= room:
        return text
    if room <= 1:
        return ELLIPSIS if room == 1 else ""
    return set_cell_size(text, room - 1).rstrip() + ELLIPSIS


def left(text: str, room: int) -> str:
    """Text in a column of exactly `room` cells, at its left."""
    text = fit(text, room)
    return text + " " * (room - cells(text))


def right(text: str, room: int) -> str:
    """Text in a column of exactly `room` cells, at its right."""
    text = fit(text, room)
    return " " * (room - cells(text)) + text


def line_cells(line: Sequence[Span]) -> int:
    """Terminal cells of a line."""
    return sum(cells(text) for text, _ in line)


def cut(line: Iterable[Span], room: int) -> Line:
    """The line within `room` cells; a span that does not fit ends in an ellipsis."""
    return tuple(_cut(line, room)[0])


def pad(line: Iterable[Span], room: int) -> Line:
    """The line in exactly `room` cells."""
    kept, missing = _cut(line, room)
    if missing > 0:
        kept.append((" " * missing, Tone.TEXT))
    return tuple(kept)


def _cut(line: Iterable[Span], room: int) -> tuple[list[Span], int]:
    """The spans that fit, and how many cells are left. Most of the time of a drawing is spent
    here, so that nothing is measured twice."""
    kept: list[Span] = []
    for text, tone in line:
        text = tame(text)
        size = len(text) if text.isascii() else cell_len(text)
        if size > room:
            if room > 0:
                text = fit(text, room)
                kept.append((text, tone))
                room -= cells(text)
            break
        kept.append((text, tone))
        room -= size
    return kept, room


def spread(start: Iterable[Span], end: Iterable[Span], room: int) -> Line:
    """`start` at the left and `end` at the right of `room` cells; `start` is cut first."""
    tail = cut(end, room)
    size = line_cells(tail)
    head_room = room - size - (1 if size else 0)
    if head_room <= 0:
        return pad(tail, room)
    head = pad(start, head_room)
    return (*head, (" ", Tone.TEXT), *tail) if size else head


def dimmed(line: Iterable[Span]) -> Line:
    """The line of a value that is not fresh."""
    return tuple((text, Tone.DIM) for text, _ in line)


def joined(parts: Iterable[Sequence[Span]], separator: Span = (" · ", Tone.FAINT)) -> Line:
    """Parts in one line with a separator between those that are not empty."""
    line: list[Span] = []
    for part in parts:
        if part:
            if line:
                line.append(separator)
            line.extend(part)
    return tuple(line)


def fitting(
    parts: Iterable[Sequence[Span]], room: int, separator: Span = (" · ", Tone.FAINT)
) -> Line:
    """Those of the parts that fit into `room` cells whole, joined."""
    kept: list[Sequence[Span]] = []
    for part in parts:
        size = line_cells(part) + (cells(separator[0]) if kept else 0)
        if part and size <= room:
            kept.append(part)
            room -= size
    return joined(kept, separator)


def flow(parts: Iterable[Sequence[Span]], room: int, gap: int = 2) -> tuple[Line, ...]:
    """Parts one after the other, wrapped between parts, never inside one."""
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    for part in parts:
        piece = cut(part, room)
        size = line_cells(piece)
        if current and used + gap + size > room:
            lines.append(tuple(current))
            current, used = [], 0
        if current:
            current.append((" " * gap, Tone.TEXT))
            used += gap
        current.extend(piece)
        used += size
    if current:
        lines.append(tuple(current))
    return tuple(lines)


def plain(line: Iterable[Span]) -> str:
    """The text of a line without its tones."""
    return "".join(text for text, _ in line)
