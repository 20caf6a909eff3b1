"""The lines above the machines: the fleet in numbers, shared causes, money."""

from typing import TYPE_CHECKING

from fleettui.model import fmt
from fleettui.model.view import FleetView
from fleettui.model.worktree import AgentState
from fleettui.tui.draw import marks
from fleettui.tui.draw.inbox import waiting
from fleettui.tui.draw.paint import Line, Span, Tone, cut, fit, joined, line_cells, pad, spread

if TYPE_CHECKING:
    from fleettui.model.review import ReviewView


def header_line(
    view: FleetView, width: int, place: str = "", reviews: "ReviewView | None" = None
) -> Line:
    """`fleettui home   4 machines · 3 models · 5 agents   ▲ 1 needs you   10:42:07`."""
    where: list[Span] = [(" fleettui ", Tone.ACCENT), (fit(view.name, 24), Tone.STRONG)]
    if place:
        where += [(" ▸ ", Tone.FAINT), (fit(place, 40), Tone.STRONG)]
    clock: Line = ((f"{fmt.clock_time(view.taken_at)} ", Tone.DIM),)
    needs = needs_you(view, reviews)
    gap: Span = ("   ", Tone.TEXT)
    ends: list[Line] = [
        (*totals(view), gap, *needs, gap, *clock),
        (*totals(view, fine=False), gap, *needs, gap, *clock),
        (*needs, gap, *clock),
        clock,
    ]
    for end in ends:
        if line_cells(where) + line_cells(end) + 2 <= width:
            return spread(where, end, width)
    return pad(where, width)


def totals(view: FleetView, *, fine: bool = True) -> Line:
    """How many machines, loaded models and working agents there are."""
    machines = len(view.machines)
    gone = sum(not m.state.healthy and not marks.reading(m) for m in view.machines)
    ollamas = [m.ollama for m in view.machines if m.ollama and m.ollama.loaded is not None]
    models = sum(len(ollama.loaded or ()) for ollama in ollamas)
    agents = sum(
        tree.agent is not None and tree.agent.state in (AgentState.RUNNING, AgentState.WAITING)
        for machine in view.machines
        for tree in machine.worktrees or ()
    )
    looked = any(machine.worktrees is not None for machine in view.machines)
    fleet = fmt.plural(machines, "machine")
    parts: list[Line] = [
        ((fleet if not (gone and fine) else f"{machines - gone} of {fleet} fine", Tone.TEXT),),
        ((fmt.plural(models, "model"), Tone.TEXT),) if ollamas else (),
        ((fmt.plural(agents, "agent"), Tone.TEXT),) if looked else (),
    ]
    return joined(parts)


def needs_you(view: FleetView, reviews: "ReviewView | None" = None) -> Line:
    """How much waits for the human: `▲ 2 reviews · 1 alert need you`."""
    items = waiting(view, reviews)
    if not items and any(marks.reading(machine) for machine in view.machines):
        return marks.READING.line()
    if not items:
        return (("● nothing needs you", Tone.DIM),)
    bad = any(item.mark.tone is Tone.BAD for item in items if item.change is None)
    glyph, tone = (marks.BROKEN, Tone.BAD) if bad else (marks.ATTENTION, Tone.WARN)
    verb = "needs" if len(items) == 1 else "need"
    changes = sum(item.change is not None for item in items)
    count = str(len(items))
    if changes:
        others = len(items) - changes
        count = fmt.plural(changes, "review") + (
            f" · {fmt.plural(others, 'alert')}" if others else ""
        )
    return ((f"{glyph} {count} {verb} you", tone),)


def cost_line(view: FleetView, width: int) -> Line | None:
    """What the fleet spent; None where no machine's cost is known."""
    costs = [m.cost for m in view.machines if m.cost is not None]
    today = [cost.today_usd for cost in costs if cost.today_usd is not None]
    month = [cost.month_usd for cost in costs if cost.month_usd is not None]
    if not today and not month:
        return None
    parts: list[Line] = [
        ((" today ", Tone.DIM), (fmt.money(sum(today) if today else None), Tone.TEXT)),
        (("month ", Tone.DIM), (fmt.money(sum(month) if month else None), Tone.TEXT)),
    ]
    return pad(joined(parts), width)


def banner_line(view: FleetView, width: int) -> Line | None:
    """The cause that several machines share, in one line; None without one."""
    if not view.banners:
        return None
    first, *others = view.banners
    names = ", ".join(first.machines)
    text = f" {marks.ATTENTION} {first.text}" + (f": {names}" if names else "")
    more = f"+{len(others)} more " if others else ""
    line = spread(((text, Tone.BANNER),), ((more, Tone.BANNER),) if more else (), width)
    return tuple((text, Tone.BANNER) for text, _ in cut(line, width))
