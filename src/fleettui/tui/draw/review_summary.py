"""What stands above a diff: what the change is, whether it lands, and what to be wary of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleettui.model import fmt
from fleettui.model.change import Change, ChangeState, Evaluation, Forecast, Signal
from fleettui.model.review import RepoReview
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import (
    Line,
    Span,
    Tone,
    cut,
    fit,
    fitting,
    flow,
    line_cells,
    spread,
    tame,
)
from fleettui.tui.draw.review_marks import (
    ago,
    gates_line,
    mark,
    plus_minus,
    short,
    stale_machines,
)
from fleettui.tui.why import moved

_GAP: Span = ("  ", Tone.TEXT)
_FEW_SIGNALS, _MANY_SIGNALS = 1, 4


@dataclass(frozen=True, slots=True)
class Summary:
    """A change as its diff is open. `seen`: what the diff was made of; `signal`: the one shown.

    `brief`: there is little room.
    """

    change: Change
    repo: RepoReview
    now: datetime
    seen: Evaluation | None = None
    signal: int = 0
    brief: bool = False


def draw_summary(value: Summary | None, width: int, height: int) -> Drawing:
    """All lines of the summary."""
    return Drawing(tuple(summary_lines(value, width)) if value is not None else ())


def summary_lines(value: Summary, width: int) -> list[Line]:
    """Title, figures, what stands in the way, signals."""
    lines = [title_line(value, width), *_facts(value, width)]
    lines += [cut(((" ", Tone.TEXT), *line), width) for line in _states(value, width - 1)]
    lines += [cut(line, width) for line in signal_lines(value, width)]
    return lines


def title_line(value: Summary, width: int) -> Line:
    """`▲ agent/t-43  Fix the retry loop in the queue    codex · gpt-oss:20b · $0.12`."""
    change = value.change
    found = mark(change)
    start: Line = (
        (f" {found.glyph} ", found.tone),
        (tame(change.key.branch), Tone.TITLE),
        _GAP,
        (tame(change.title), Tone.TEXT),
    )
    parts: list[Line] = [((tame(text), Tone.DIM),) for text in (change.agent, change.model) if text]
    if not parts and change.author:
        parts.append(((f"by {tame(change.author)}", Tone.DIM),))
    if change.usd is not None:
        parts.append(((fmt.money(change.usd), Tone.DIM),))
    end = fitting(parts, width // 2)
    return spread(start, (*end, (" ", Tone.TEXT)) if end else (), width)


def _facts(value: Summary, width: int) -> list[Line]:
    """Machine, size, whether it merges, gates; wrapped between facts, or as many as fit."""
    change, seen = value.change, value.change.evaluation
    state = mark(change)
    parts: list[Line] = [_machine(value), ((state.word, state.tone),)]
    if seen is not None:
        commits: Line = ((fmt.plural(seen.ahead, "commit"), Tone.TEXT),)
        files: Line = ((fmt.plural(len(seen.files), "file"), Tone.TEXT),)
        behind: Line = ((f"behind {seen.behind}", Tone.WARN if seen.behind else Tone.DIM),)
        lands = _merging(seen, brief=value.brief)
        if value.brief:
            parts += [lands, plus_minus(change), gates_line(change.gates), files, behind, commits]
        else:
            parts += [commits, files, plus_minus(change), behind, lands, gates_line(change.gates)]
    if change.head_at is not None:
        parts.append(((f"{ago(change.head_at, value.now)} old", Tone.DIM),))
    wanted = [part for part in parts if part]
    if value.brief:
        return [cut(((" ", Tone.TEXT), *fitting(wanted, width - 2)), width)]
    dot = (" ·", Tone.FAINT)
    lines = flow([(*part, dot) for part in wanted], width - 2, gap=1)
    return [cut(((" ", Tone.TEXT), *line[:-1]), width) for line in lines]


def _machine(value: Summary) -> Line:
    machine = tame(value.change.key.machine)
    if value.change.key.machine in stale_machines(value.repo, value.now):
        return ((f"◌ {machine}", Tone.WARN),)
    return ((machine, Tone.TEXT),)


def _merging(seen: Evaluation, *, brief: bool) -> Line:
    if seen.too_large:
        return ((f"too large: {seen.too_large}", Tone.WARN),)
    if seen.tree is None:
        return ()
    if brief:
        return (("merges cleanly", Tone.OK),)
    return (("merges cleanly → tree ", Tone.OK), (short(seen.tree), Tone.DIM))


def _states(value: Summary, width: int) -> Iterator[Line]:
    """What a human must know before a verdict, one line each."""
    change, seen = value.change, value.change.evaluation
    told = moved(change, value.seen) if value.seen is not None else None
    if told:
        yield (("⟳ ", Tone.WORK), (told, Tone.WARN))
    if seen is not None and seen.conflicts:
        yield _conflicts(seen, value.repo.target, width)
    if change.problem:
        yield ((f"✕ {tame(change.problem)}", Tone.BAD),)
    forecast = change.forecast
    if forecast is not None and change.state is not ChangeState.MERGED:
        yield from _others(forecast, brief=value.brief)
    yield from _verdicts(value)


def _others(forecast: Forecast, *, brief: bool) -> Iterator[Line]:
    """How it gets on with what else is open: only what is worse is told of each."""
    if forecast.conflicts_with:
        names = _either(forecast.conflicts_with)
        yield (("⇄ ", Tone.WARN), (f"conflicts once {names} has landed", Tone.WARN))
    touching = [each for each in forecast.overlaps if each not in forecast.conflicts_with]
    if touching and not brief:
        yield (("⇄ ", Tone.DIM), (f"same files as {', '.join(touching)}", Tone.DIM))


def _either(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _conflicts(seen: Evaluation, target: str, width: int) -> Line:
    many = fmt.plural(len(seen.conflicts), "file")
    head = f"✕ conflicts with {target} in {many}: "
    return (
        (head, Tone.BAD),
        (fit(", ".join(seen.conflicts), max(8, width - len(head))), Tone.TEXT),
    )


def _verdicts(value: Summary) -> Iterator[Line]:
    """What was said of it before."""
    change = value.change
    yes, no = change.approval, change.rejection
    if change.state is ChangeState.MERGED:
        return
    if change.approved and yes is not None:
        yield ((f"✓ approved by {tame(yes.by)} {ago(yes.at, value.now)} ago", Tone.OK),)
    elif change.head_approved and yes is not None:
        text = f"✓ approved on {value.repo.target} {short(yes.target)}, which has moved since"
        yield ((text, Tone.WARN),)
    if no is not None and no.head == change.head:
        note = f": {tame(no.note)}" if no.note else ""
        yield ((f"✕ rejected {ago(no.at, value.now)} ago{note}", Tone.DIM),)
    sent = [prompt for prompt in change.prompts if prompt.head == change.head]
    if sent:
        last = sent[-1]
        where = f"as {tame(last.attempt)}" if last.attempt else "stored until an agent takes it"
        yield ((f"⟳ comments sent back {ago(last.at, value.now)} ago, {where}", Tone.WORK),)


def signals_in_order(change: Change) -> tuple[Signal, ...]:
    """Signals as they are stepped through: what needs a yes of its own, then remarks."""
    return tuple(sorted(change.signals, key=lambda signal: not signal.blocking))


def signal_lines(value: Summary, width: int) -> list[Line]:
    """The signal that is shown, and others around it where there is room."""
    change = value.change
    signals = signals_in_order(change)
    if not signals:
        return []
    at = min(value.signal, len(signals) - 1)
    room = _FEW_SIGNALS if value.brief else _MANY_SIGNALS
    first = max(0, min(at - (room - 1) // 2, len(signals) - room))
    lines: list[Line] = []
    for index in range(first, min(first + room, len(signals))):
        line = _signal(signals[index], change, index, len(signals), shown=index == at)
        hints = _hints(signals[index], change, len(signals)) if index == at else ()
        fits = line_cells((*line, *hints)) <= width
        lines.append((*line, *hints) if fits else line)
    return lines


def _hints(signal: Signal, change: Change, count: int) -> Line:
    hints: list[Span] = []
    if signal in change.unacknowledged:
        hints += [("   b", Tone.KEY), (" acknowledges", Tone.DIM)]
    if count > 1:
        hints += [("   s", Tone.KEY), (" next", Tone.DIM)]
    return tuple(hints)


def _signal(signal: Signal, change: Change, index: int, count: int, *, shown: bool) -> Line:
    acknowledged = signal.key in change.acknowledged
    if not signal.blocking:
        glyph, tone = "·", Tone.DIM
    else:
        glyph, tone = ("✓", Tone.OK) if acknowledged else ("▲", Tone.WARN)
    place = f"{index + 1}/{count} " if count > 1 else ""
    text = Tone.TEXT if shown else Tone.DIM
    line: list[Span] = [
        (" " if count == 1 else " ▸" if shown else "  ", Tone.CHOSEN),
        (f"{glyph} ", tone),
        (place, Tone.FAINT),
    ]
    if signal.path:
        line += [(f"{tame(signal.path)}  ", Tone.STRONG if shown else Tone.DIM)]
    line += [(tame(signal.detail), text)]
    return tuple(line)
