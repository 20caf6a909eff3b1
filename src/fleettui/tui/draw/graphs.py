"""Bars, sparklines and graphs out of block characters.

A value that was not read is a gap, never a zero; whatever is not a finite number is a gap too.
"""

from collections.abc import Sequence
from itertools import groupby
from math import ceil, isfinite

from fleettui.tui.draw.paint import Line, Tone

_HEIGHTS = "▁▂▃▄▅▆▇█"
_FILLS = " ▁▂▃▄▅▆▇█"
GAP = " "
_GROUND = "·"
"""What a gap stands on, so that a short history is not mistaken for an empty graph."""


def _share(value: float | None, top: float) -> float | None:
    """`value` as a part of `top`, within 0 to 1."""
    if value is None or not isfinite(value) or not isfinite(top) or top <= 0:
        return None
    return min(1.0, max(0.0, value / top))


def bar(value: float | None, top: float | None, room: int, tone: Tone) -> Line:
    """A bar in exactly `room` cells: heavy as far as it is full, dashed where it is unknown."""
    share = None if top is None else _share(value, top)
    if share is None:
        return (("╌" * room, Tone.FAINT),)
    halves = round(share * room * 2)
    if share > 0:
        halves = min(max(1, halves), room * 2)
    whole, half = divmod(halves, 2)
    filled = "━" * whole + ("╸" if half else "")
    return ((filled, tone), ("─" * (room - len(filled)), Tone.FAINT))


def latest(values: Sequence[float | None], count: int) -> list[float | None]:
    """The newest `count` values; where there are fewer, gaps come first."""
    newest = list(values[-count:]) if count > 0 else []
    return [None] * (count - len(newest)) + newest


def spark(values: Sequence[float | None], room: int, top: float = 100.0) -> str:
    """A sparkline of the newest values in exactly `room` cells."""
    marks = []
    for value in latest(values, room):
        share = _share(value, top)
        marks.append(GAP if share is None else _HEIGHTS[min(7, int(share * 8))])
    return "".join(marks)


def spark_line(values: Sequence[float | None], room: int, tone: Tone) -> Line:
    """A sparkline in a tone of its own, its gaps marked."""
    return _grounded(spark(values, room), tone)


def _grounded(marks: str, tone: Tone) -> Line:
    spans = []
    for empty, run in groupby(marks, GAP.__eq__):
        text = "".join(run)
        spans.append((_GROUND * len(text), Tone.FAINT) if empty else (text, tone))
    return tuple(spans)


def squeezed(values: Sequence[float | None], count: int) -> list[float | None]:
    """All values in at most `count` points; each is the highest of those that it stands for."""
    if count <= 0 or len(values) <= count:
        return list(values)
    points: list[float | None] = []
    for index in range(count):
        start = index * len(values) // count
        end = max(start + 1, (index + 1) * len(values) // count)
        known = [v for v in values[start:end] if v is not None and isfinite(v)]
        points.append(max(known) if known else None)
    return points


def area(
    values: Sequence[float | None], room: int, rows: int, tone: Tone, top: float = 100.0
) -> tuple[Line, ...]:
    """A filled graph of the newest values, `rows` lines of exactly `room` cells, top first."""
    shares = [_share(value, top) for value in latest(values, room)]
    heights = [None if share is None else max(1, ceil(share * rows * 8)) for share in shares]
    lines = []
    for row in range(rows - 1, -1, -1):
        base = row * 8
        marks = [GAP if h is None else _FILLS[min(8, max(0, h - base))] for h in heights]
        text = "".join(marks)
        lines.append(((text, tone),) if row else _grounded(text, tone))
    return tuple(lines)
