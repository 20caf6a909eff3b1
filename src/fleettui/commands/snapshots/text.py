"""The snapshot for people: a block a machine, what needs a human first."""

from collections.abc import Iterator

from fleettui.commands.output import Line, Style, paint
from fleettui.commands.snapshots import marks
from fleettui.commands.snapshots.block import block
from fleettui.commands.snapshots.changes import Changes
from fleettui.commands.snapshots.layout import INDENT, cut, flow, labelled, plain, prose
from fleettui.model import fmt
from fleettui.model.overview import CostTotals, Overview, Tasks
from fleettui.model.view import Alert, Banner, FleetView

NARROWEST = 40
"""Cells below which lines are left to the terminal to wrap."""


def as_text(
    view: FleetView,
    overview: Overview | None = None,
    *,
    room: int = 80,
    colour: bool = False,
    changes: Changes | None = None,
) -> str:
    """The snapshot in lines of at most `room` cells, each ended by a newline.

    With `changes`, only the machines that changed are drawn, and the others counted.
    """
    cells = max(room, NARROWEST)
    lines = _lines(view, overview or Overview(), changes, cells)
    return "".join(f"{paint(cut(line, cells), colour=colour)}\n" for line in lines)


def _lines(
    view: FleetView, overview: Overview, changes: Changes | None, room: int
) -> Iterator[Line]:
    yield from _header(view, room)
    for banner in view.banners:
        yield from _banner(banner, room)
    for alert in view.alerts:
        yield from _alert(alert, view, room)
    for machine in changes.view.machines if changes else view.machines:
        yield ()
        yield from block(machine, view.taken_at, room)
    totals = [*_totals(overview, view, room), *(_others(changes, room) if changes else ())]
    if totals:
        yield ()
        yield from totals


def _header(view: FleetView, room: int) -> Iterator[Line]:
    fine = sum(machine.state.healthy for machine in view.machines)
    every = len(view.machines)
    known = fmt.plural(every, "machine") if fine == every else f"{fine} of {every} machines"
    facts = [f"{known} ok" if every else "no machines"]
    if view.alerts:
        facts.append(fmt.plural(len(view.alerts), "alert"))
    facts.append(f"{fmt.clock_time(view.taken_at)} on {view.host}")
    head = ((view.name, Style.STRONG), ("  ", Style.PLAIN))
    yield from flow(head, plain(facts), room)


def _banner(banner: Banner, room: int) -> Iterator[Line]:
    glyph, style = marks.BROKEN
    whom = f" ({', '.join(banner.machines)})" if banner.machines else ""
    yield from prose(((f"{glyph} ", style),), f"{banner.text}{whom}", style, room)


def _alert(alert: Alert, view: FleetView, room: int) -> Iterator[Line]:
    glyph, style = marks.LEVEL[alert.level]
    named = alert.machine is None or alert.text.startswith(alert.machine)
    who = "" if named else f"{alert.machine}: "
    seconds = (view.taken_at - alert.since).total_seconds()
    age = f" · {fmt.age(seconds)}" if seconds >= 1 else ""
    head = ((f"{glyph} ", style),)
    yield from prose(head, f"{who}{alert.text}{age}", style, room)
    if alert.remedy:
        yield from prose((("  → ", Style.DIM),), alert.remedy, Style.DIM, room)


def _totals(overview: Overview, view: FleetView, room: int) -> Iterator[Line]:
    facts = list(_task_facts(overview.tasks))
    if facts:
        yield from flow(labelled("tasks"), facts, room)
    if overview.reviews:
        rows = [
            ((f"{row.repo} {row.branch} {row.state}", Style.PLAIN),) for row in overview.reviews
        ]
        yield from flow(labelled("reviews"), rows, room)
    if overview.cost.today_usd is not None or overview.cost.month_usd is not None:
        yield from flow(labelled("cost"), plain(list(_cost_facts(overview.cost))), room)
    leaks = overview.cost.leaks
    if leaks:
        known = [leak.usd for leak in leaks if leak.usd is not None]
        glyph, style = marks.ATTENTION
        text = f"{fmt.plural(len(leaks), 'leak')} {fmt.money(sum(known) if known else None)}"
        yield from prose(((f"  {glyph} ", style),), text, style, room)


def _task_facts(tasks: Tasks) -> Iterator[Line]:
    counts = tasks.counts
    for number, word, style in (
        (counts.running, "running", Style.WORK),
        (counts.queued, "queued", Style.PLAIN),
        (counts.waiting, "waiting", Style.PLAIN),
        (counts.review, "in review", Style.WARN),
        (counts.failed, "failed", Style.BAD),
    ):
        if number:
            yield ((f"{number} {word}", style),)


def _cost_facts(cost: CostTotals) -> Iterator[str]:
    yield f"today {fmt.money(cost.today_usd)}"
    budget = f" of {fmt.money(cost.budget_usd)}" if cost.budget_usd is not None else ""
    yield f"month {fmt.money(cost.month_usd)}{budget}"
    if cost.projected_usd is not None:
        yield f"projected {fmt.money(cost.projected_usd)}"
    if cost.saved_usd is not None:
        yield f"saved {fmt.money(cost.saved_usd)}"


def _others(changes: Changes, room: int) -> Iterator[Line]:
    """The machines that are not drawn because nothing about them changed."""
    facts = []
    if changes.unchanged:
        facts.append(f"{fmt.plural(changes.unchanged, 'machine')} unchanged")
    facts += [f"{name} is no longer in the fleet" for name in changes.removed]
    if facts:
        yield from flow(((INDENT, Style.DIM),), plain(facts, Style.DIM), room)
