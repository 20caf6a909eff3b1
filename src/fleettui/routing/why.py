"""A decision in one line for a human."""

from fleettui.model.kind import Kind
from fleettui.model.route import Candidate, Classified, DecidedBy
from fleettui.routing.placement import Seat

_SPOKE = {
    DecidedBy.FLAG: "you said",
    DecidedBy.RULE: "your rule says",
    DecidedBy.MODEL: "a local model says",
    DecidedBy.CLASSIFIER: "the classifier says",
}

_NAMED = 3


def why(
    classified: Classified,
    ladder: tuple[Candidate, ...],
    chosen: Candidate | None,
    seats: tuple[Seat, ...],
    *,
    unsure: bool,
) -> str:
    """What the task is and who said so, what it goes to, and what was passed over for it."""
    parts = [_kind(classified, unsure)]
    before = ladder[: ladder.index(chosen)] if chosen else ladder
    skipped = [f"{rung.id}: {rung.skipped}" for rung in before]
    if chosen is None:
        parts.append("no candidate" if ladder else "the fleet has no model for it")
    if len(skipped) > _NAMED:
        skipped[_NAMED:] = [f"{len(skipped) - _NAMED} more skipped"]
    parts += [f"not {line}" if "@" in line else line for line in skipped]
    if chosen is not None:
        parts.append(_goes(chosen, seats))
    return "; ".join(parts)


def _kind(classified: Classified, unsure: bool) -> str:
    said = f"{_SPOKE[classified.decided_by]} {classified.kind.value}"
    if classified.decided_by in (DecidedBy.MODEL, DecidedBy.CLASSIFIER):
        said += f" ({classified.confidence:.2f})"
    if unsure:
        return f"{said}, which is not sure enough: the lowest tier first"
    return f"{said}, {_article(classified.kind)} task"


def _article(kind: Kind) -> str:
    return f"a {kind.category.value}"


def _goes(chosen: Candidate, seats: tuple[Seat, ...]) -> str:
    notes = f" ({', '.join(chosen.notes)})" if chosen.notes else ""
    text = f"goes to {chosen.id}{notes}, {chosen.agent} on {chosen.machine}"
    seat = next((seat for seat in seats if seat.machine == chosen.machine), None)
    if seat is not None and seat.full:
        return f"{text}, which is {seat.skipped}: it waits its turn"
    return text
