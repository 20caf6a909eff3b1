"""Everything that waits for the human, as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleettui.model import fmt
from fleettui.model.reading import Source, SourceState
from fleettui.model.view import FleetView, Level, SourceView
from fleettui.tui.draw import marks
from fleettui.tui.draw.paint import Line, Tone, cells, cut, left, pad, right, tame

_ASKING = (SourceState.HOSTKEY, SourceState.AUTH)
_REMEDIES = {
    SourceState.HOSTKEY: "look at the key with: fleettui doctor {machine} --trust",
    SourceState.AUTH: "find out why with: fleettui doctor {machine}",
}


_GO = "enter shows the machine"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `id` stays the same while it does."""

    id: str
    mark: marks.Mark
    text: str
    machine: str | None = None
    remedy: str | None = None
    since: datetime | None = None


def waiting(view: FleetView) -> tuple[Item, ...]:
    """Alerts that are more than information, then refused keys that no alert names."""
    alerts = [alert for alert in view.alerts if alert.level is not Level.INFO]
    items = [
        Item(
            alert.id,
            marks.level(alert.level),
            alert.text,
            alert.machine,
            alert.remedy,
            alert.since,
        )
        for alert in sorted(alerts, key=lambda alert: alert.level is not Level.CRITICAL)
    ]
    named = {alert.machine for alert in alerts}
    for machine in view.machines:
        if machine.state in _ASKING and machine.name not in named:
            items.append(_asking(machine.name, machine.state, marks.troubled(machine)))
    return tuple(items)


def _asking(name: str, state: SourceState, troubled: Sequence[tuple[Source, SourceView]]) -> Item:
    reason = next(
        (view.reason for _, view in troubled if view.state is state and view.reason),
        marks.source(state).word,
    )
    remedy = _REMEDIES[state].format(machine=name)
    return Item(f"{name}.{state.value}", marks.source(state), reason, name, remedy)


def item_lines(
    item: Item, now: datetime, width: int, names: int, *, chosen: bool
) -> tuple[Line, Line]:
    """What is wrong, then what to do about it."""
    edge = ("▌", Tone.CHOSEN) if chosen else (" ", Tone.TEXT)
    age = "" if item.since is None else fmt.short_age((now - item.since).total_seconds())
    room = width - 2
    text_room = room - names - 4 - 6
    first: Line = (
        (f" {item.mark.glyph} ", item.mark.tone),
        (f"{left(item.machine or '', names)} ", Tone.TITLE),
        (left(item.text, text_room), Tone.TEXT),
        (right(age, 6), Tone.DIM),
    )
    indent = " " * (names + 4)
    second: Line = ((indent, Tone.TEXT), (item.remedy or _GO, Tone.DIM))
    return pad((edge, *cut(first, room)), width), pad((edge, *cut(second, room)), width)


def names_cells(items: Sequence[Item]) -> int:
    """The width of the column of machines."""
    return min(20, max((cells(tame(item.machine or "")) for item in items), default=0))
