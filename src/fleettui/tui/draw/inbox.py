"""Everything that waits for the human, as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fleettui.model import fmt
from fleettui.model.reading import SourceState
from fleettui.model.view import Alert, FleetView, Level, MachineView
from fleettui.tui.draw import marks
from fleettui.tui.draw.paint import Line, Tone, cells, cut, left, pad, right, tame

if TYPE_CHECKING:
    from fleettui.model.change import ChangeKey
    from fleettui.model.review import ReviewView

_URGENCY = (Level.CRITICAL, Level.WARNING, Level.INFO)
_ASKING = (SourceState.HOSTKEY, SourceState.AUTH)
_REMEDIES = {
    SourceState.HOSTKEY: "look at the key with: fleettui doctor {machine} --trust",
    SourceState.AUTH: "find out why with: fleettui doctor {machine}",
}
_GO = "enter shows the machine"
_GO_REVIEW = "enter shows the change"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `id` stays the same while it does; `change`: it is a review."""

    id: str
    mark: marks.Mark
    text: str
    machine: str | None = None
    remedy: str | None = None
    since: datetime | None = None
    change: "ChangeKey | None" = None


def waiting(view: FleetView, reviews: "ReviewView | None" = None) -> tuple[Item, ...]:
    """Alerts, the worst first, then refused keys that no alert is about, then changes to review,
    the oldest first."""
    machines = {machine.name: machine for machine in view.machines}
    alerts = sorted(view.alerts, key=lambda alert: _URGENCY.index(alert.level))
    items = [_alerted(alert, machines) for alert in alerts]
    told = {(alert.machine, _asked(alert, machines)) for alert in alerts}
    for machine in view.machines:
        if machine.state in _ASKING and (machine.name, machine.state) not in told:
            items.append(_asking(machine))
    if reviews is not None:
        items += _reviews(reviews)
    return tuple(items)


def _reviews(reviews: "ReviewView") -> list[Item]:
    # The first frame is drawn before there are any, and need not wait for their classes.
    from fleettui.tui.draw.review_marks import mark, waits
    from fleettui.tui.review_order import groups, shown

    items = []
    for repo in reviews.repos:
        if repo.problem:
            bad = marks.Mark(marks.BROKEN, Tone.BAD)
            text = f"{repo.name} cannot be reviewed: {repo.problem}"
            remedy = "mend that, then r shows it and R reads it again"
            items.append(Item(f"review.{repo.name}", bad, text, remedy=remedy))
    for change in filter(waits, shown(groups(reviews))):
        key = change.key
        text = f"{key.repo} {key.branch} {mark(change).word}: {change.title or 'no title'}"
        id = f"review.{key.repo}.{key.machine}.{key.task}"
        items.append(Item(id, mark(change), text, key.machine, None, change.since, key))
    return items


def _alerted(alert: Alert, machines: Mapping[str, MachineView]) -> Item:
    # Whatever is told without being wrong, an agent with a question say, waits all the same.
    mark = marks.WAITING if alert.level is Level.INFO else marks.level(alert.level)
    remedy, state = alert.remedy, _asked(alert, machines)
    if remedy is None and state is not None:
        remedy = _REMEDIES[state].format(machine=alert.machine)
    return Item(alert.id, mark, alert.text, alert.machine, remedy, alert.since)


def _asked(alert: Alert, machines: Mapping[str, MachineView]) -> SourceState | None:
    """What is to be decided about the source that the alert is about, if anything is."""
    machine = machines.get(alert.machine or "")
    if machine is None or alert.source is None or alert.source not in machine.sources:
        return None
    state = machine.sources[alert.source].state
    return state if state in _ASKING else None


def _asking(machine: MachineView) -> Item:
    name, state = machine.name, machine.state
    reasons = (view.reason for _, view in marks.troubled(machine) if view.state is state)
    reason = next(filter(None, reasons), marks.source(state).word)
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
        (left(said(item.text, item.machine), text_room), Tone.TEXT),
        (right(age, 6), Tone.DIM),
    )
    indent = " " * (names + 4)
    go = _GO if item.change is None else _GO_REVIEW
    told = item.remedy or (go if chosen else "")
    second: Line = ((indent, Tone.TEXT), (told, Tone.DIM))
    return pad((edge, *cut(first, room)), width), pad((edge, *cut(second, room)), width)


def said(text: str, machine: str | None) -> str:
    """The text where the machine's name stands beside it already."""
    return text.removeprefix(f"{machine} ") if machine else text


def names_cells(items: Sequence[Item]) -> int:
    """The width of the column of machines."""
    return min(20, max((cells(tame(item.machine or "")) for item in items), default=0))
