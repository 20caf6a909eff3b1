"""Lines of styled text that fit a number of terminal cells."""

from collections.abc import Iterable, Iterator, Sequence

from fleettui.commands.output import Line, Span, Style, drawable
from fleettui.model.text import fit, width

LABEL = 11
"""Cells of the words before the values."""

INDENT = "  "
DOT = " · "


def cells(line: Iterable[Span]) -> int:
    """Terminal cells that a line takes."""
    return sum(width(drawable(text)) for text, _ in line)


def cut(line: Iterable[Span], room: int) -> Line:
    """The line, shortened with an ellipsis where it is longer than `room` cells."""
    kept: list[Span] = []
    for text, style in line:
        shown = drawable(text)
        took = width(shown)
        if took > room:
            return (*kept, (fit(shown, room), style))
        kept.append((shown, style))
        room -= took
    return tuple(kept)


def left(text: str, room: int) -> str:
    """Text in a column of its own, aligned left."""
    shown = fit(drawable(text), room)
    return shown + " " * (room - width(shown))


def right(text: str, room: int) -> str:
    """Text in a column of its own, aligned right."""
    shown = fit(drawable(text), room)
    return " " * (room - width(shown)) + shown


def labelled(label: str) -> Line:
    """The beginning of a line of values."""
    return ((INDENT + left(label, LABEL), Style.DIM),)


def flow(head: Line, items: Iterable[Line], room: int, *, between: str = DOT) -> Iterator[Line]:
    """Items after a head, as many as fit on a line; further lines begin below the first item."""
    hang = min(cells(head), room // 2)
    line: list[Span] = list(cut(head, hang))
    used, fresh = hang, True
    for item in items:
        short = cut(item, room - hang)
        need = cells(short) + (0 if fresh else len(between))
        if not fresh and used + need > room:
            yield tuple(line)
            line, used, fresh = [(" " * hang, Style.PLAIN)], hang, True
            need = cells(short)
        if not fresh:
            line.append((between, Style.DIM))
        line.extend(short)
        used, fresh = used + need, False
    yield tuple(line)


def prose(head: Line, text: str, style: Style, room: int) -> Iterator[Line]:
    """A sentence after a head, broken between words."""
    words = drawable(text).split(" ")
    return flow(head, (((word, style),) for word in words if word), room, between=" ")


def widest(texts: Iterable[str], most: int) -> int:
    """Cells of a column that holds all `texts`, but at most `most`."""
    return min(max((width(drawable(text)) for text in texts), default=0), most)


def plain(texts: Sequence[str], style: Style = Style.PLAIN) -> Iterator[Line]:
    """Each text as an item of its own; empty ones are left out."""
    return (((text, style),) for text in texts if text)
