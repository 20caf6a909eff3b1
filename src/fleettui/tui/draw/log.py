"""The event log: one line an event, oldest first."""

from collections.abc import Sequence
from datetime import datetime

from fleettui.model.view import Event
from fleettui.tui.draw import marks
from fleettui.tui.draw.paint import Line, Tone, cells, cut, left, tame


def event_line(event: Event, width: int, names: int) -> Line:
    """`10:42:07 ▲ engine  text`."""
    mark = marks.level(event.level)
    room = width - 1
    return cut(
        (
            (f" {_moment(event.at)} ", Tone.DIM),
            (f"{mark.glyph} ", mark.tone),
            (f"{left(event.machine or '', names)} " if names else "", Tone.TITLE),
            (event.text, Tone.TEXT if mark.tone is Tone.DIM else mark.tone),
        ),
        room,
    )


def log_lines(events: Sequence[Event], width: int) -> tuple[Line, ...]:
    """All events; a line with the date stands before the first of each other day."""
    names = min(20, max((cells(tame(event.machine or "")) for event in events), default=0))
    lines: list[Line] = []
    day = None
    for event in events:
        here = event.at.astimezone().date()
        if here != day:
            day = here
            lines.append(cut(((f" {here:%A %d %B %Y}", Tone.ACCENT),), width))
        lines.append(event_line(event, width, names))
    return tuple(lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"
