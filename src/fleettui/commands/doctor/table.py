"""How the lines look to a person."""

from collections.abc import Iterator, Sequence

from fleettui.commands.doctor.line import CHECKS, Line, State
from fleettui.commands.output import Line as Spans
from fleettui.commands.output import Span, Style
from fleettui.model.text import width

HERE = "here"
"""The name of this computer where a line is not about a machine of the fleet."""

MARKS: dict[State, Span] = {
    State.OK: ("●", Style.OK),
    State.WARNING: ("▲", Style.WARN),
    State.FAILED: ("✕", Style.BAD),
    State.SKIPPED: ("–", Style.DIM),
}

_CHECK_CELLS = max(map(len, CHECKS))


def rows(lines: Sequence[Line], name_cells: int) -> Iterator[Spans]:
    """Each line, and its remedy below it; `name_cells` is the width of the first column."""
    for line in lines:
        name = line.machine or HERE
        dim = Style.DIM if line.state is State.SKIPPED else Style.PLAIN
        yield (
            MARKS[line.state],
            (f" {name}{' ' * (name_cells - width(name))}  ", Style.STRONG),
            (f"{line.check:<{_CHECK_CELLS}}  ", Style.DIM),
            (line.detail, dim),
        )
        if line.remedy:
            yield ((" " * (name_cells + _CHECK_CELLS + 6) + f"→ {line.remedy}", Style.PLAIN),)


def summary(lines: Sequence[Line]) -> Spans:
    """How many lines are how."""
    parts = []
    for state, word in ((State.FAILED, "failed"), (State.WARNING, "to look at")):
        number = sum(line.state is state for line in lines)
        if number:
            parts.append(f"{number} {word}")
    fine = sum(line.state is State.OK for line in lines)
    worst = State.FAILED if any(line.state is State.FAILED for line in lines) else None
    style = Style.BAD if worst else Style.STRONG
    return ((", ".join([*parts, f"{fine} fine"]), style),)
