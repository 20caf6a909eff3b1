"""The snapshot as one short line, for cron and for the status line of tmux."""

from collections.abc import Iterator

from fleettui.commands.output import drawable
from fleettui.commands.snapshots import marks
from fleettui.commands.snapshots.layout import DOT
from fleettui.model import fmt
from fleettui.model.overview import Overview
from fleettui.model.reading import SourceState
from fleettui.model.text import fit, width
from fleettui.model.view import FleetView, MachineView

ROOM = 80
"""Cells that the line takes at most."""

NAME = 24
MODEL = 28
"""Cells of one machine's or one model's name."""


def as_line(view: FleetView, overview: Overview | None = None) -> str:
    """`home 3/4 ● engine qwen2.5-coder:32b 66 % · mini stale 2m · 1 alert`, without newline.

    Plain text in one line. tmux reads `#` in a status line as the beginning of a command or a
    style; doubled, it shows one.
    """
    needs = list(_needs(view, overview or Overview()))
    troubled = [machine for machine in view.machines if not machine.state.healthy]
    working = [machine for machine in view.machines if _models(machine)]
    fine = len(view.machines) - len(troubled)
    head = f"{fit(drawable(view.name), NAME)} {fine}/{len(view.machines)} {_glyph(view)}"
    room = ROOM - width(head) - 1
    tail = _fitting([], needs, room)
    bad = _fitting(tail, [_trouble(machine) for machine in troubled], room)
    good = _fitting([*bad, *tail], [_work(machine) for machine in working], room)
    words = DOT.join([*good, *bad, *tail])
    return f"{head} {words}".rstrip().replace("#", "##")


def _fitting(others: list[str], words: list[str], room: int) -> list[str]:
    """As many words, in their order, as there is room for beside the others."""
    kept: list[str] = []
    for word in words:
        if width(DOT.join([*others, *kept, word])) > room:
            break
        kept.append(word)
    return kept


def _glyph(view: FleetView) -> str:
    """The shape of the worst machine."""
    states = [machine.state for machine in view.machines]
    worst = max(states, key=lambda state: state.rank, default=SourceState.ABSENT)
    return marks.SOURCE[worst][0]


def _needs(view: FleetView, overview: Overview) -> Iterator[str]:
    if view.alerts:
        yield fmt.plural(len(view.alerts), "alert")
    waiting = overview.tasks.counts.review or len(overview.reviews)
    if waiting:
        yield fmt.plural(waiting, "review")
    if overview.tasks.counts.failed:
        yield f"{overview.tasks.counts.failed} failed"


def _trouble(machine: MachineView) -> str:
    ages = [seen.age_s for seen in machine.sources.values() if seen.state is machine.state]
    known = [age for age in ages if age is not None]
    age = f" {fmt.short_age(max(known))}" if known else ""
    return f"{fit(drawable(machine.name), NAME)} {machine.state}{age}"


def _models(machine: MachineView) -> bool:
    return machine.state.healthy and machine.ollama is not None and bool(machine.ollama.loaded)


def _work(machine: MachineView) -> str:
    """`engine qwen2.5-coder:32b +1 66 %`; the percentage is memory in use."""
    loaded = (machine.ollama.loaded if machine.ollama else None) or ()
    name = fit(drawable(loaded[0].name), MODEL) if loaded else ""
    more = f" +{len(loaded) - 1}" if len(loaded) > 1 else ""
    system = machine.system
    full = ""
    if system is not None and system.memory_used is not None and system.memory_total:
        full = f" {fmt.percent(100 * system.memory_used / system.memory_total)}"
    return f"{fit(drawable(machine.name), NAME)} {name}{more}{full}"
