"""The line above the changes, and the line below them that says what happens."""

from dataclasses import dataclass

from fleettui.model import fmt
from fleettui.model.change import Change, ChangeState
from fleettui.model.review import FetchState, RepoReview, ReviewView
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import (
    BLANK,
    Line,
    Tone,
    cut,
    fitting,
    joined,
    line_cells,
    spread,
    tame,
)
from fleettui.tui.draw.review_marks import Turn, short, turn
from fleettui.tui.draw.wrap import wrapped
from fleettui.tui.said import Manner, Said

_GAP = ("   ", Tone.TEXT)
_MOST = 4
"""Lines of what is said: a refusal names what stands in the way."""
_ORDER = 6
"""Changes of the forecast's order that are named."""
_WARNINGS = 3
"""Warnings, or notes, that are shown."""


@dataclass(frozen=True, slots=True)
class Bar:
    """All reviews, and the repository that the chosen change is in."""

    view: ReviewView
    repo: RepoReview | None = None


def draw_bar(value: Bar, width: int, height: int) -> Drawing:
    """`waiting on you 2 · approved 1 · all 6      main @ 3fa9c1e   order t-43 → t-51`."""
    start: Line = ((" ", Tone.TEXT), *counts(value.view))
    room = width - line_cells(start) - 3
    end: Line = ()
    if value.repo is not None:
        start_of_end = fitting(_repo_parts(value.repo), room, _GAP)
        order = _order(value.repo, room - line_cells(start_of_end) - len(_GAP[0]))
        end = joined([start_of_end, order], _GAP)
    return Drawing((spread(start, (*end, (" ", Tone.TEXT)), width),))


def counts(view: ReviewView) -> Line:
    """How many changes wait for whom."""
    changes = view.changes
    by_turn = {each: [c for c in changes if turn(c) is each] for each in Turn}
    yours = len(by_turn[Turn.YOURS])
    conflicts = sum(change.state is ChangeState.CONFLICTS for change in changes)
    parts: list[Line] = [
        (("waiting on you ", Tone.TEXT), (str(yours), Tone.WARN if yours else Tone.DIM)),
        _count("approved", len(by_turn[Turn.APPROVED]), Tone.OK),
        _count("sent back", len(by_turn[Turn.AGENT]), Tone.WORK),
        _count("conflicts", conflicts, Tone.BAD),
        (("all ", Tone.DIM), (str(len(changes)), Tone.DIM)),
    ]
    return joined(parts)


def _count(word: str, number: int, tone: Tone) -> Line:
    return ((f"{word} ", Tone.DIM), (str(number), tone)) if number else ()


def _repo_parts(repo: RepoReview) -> list[Line]:
    """What is known of a repository, the most telling first."""
    parts: list[Line] = [
        (
            (f"{repo.name} ", Tone.DIM),
            (repo.target, Tone.STRONG),
            (" @ ", Tone.FAINT),
            (short(repo.target_head), Tone.ACCENT if repo.target_head else Tone.DIM),
        )
    ]
    loading = [c for c in repo.clones if c.state in (FetchState.WAITING, FetchState.FETCHING)]
    unread = [c.machine for c in loading if c.observed_at is None]
    if unread:
        parts.append(((f"⟳ reading {', '.join(unread)}", Tone.WORK),))
    elif repo.pending:
        parts.append((("⟳ computing", Tone.WORK),))
    if repo.unpushed:
        parts.append(((f"↑{repo.unpushed} to push", Tone.WARN),))
    return parts


def _order(repo: RepoReview, room: int) -> Line:
    """`order t-43 → t-51 (t-42 conflicts with t-43)`, or as much of it as there is room for;
    nothing for a single change."""
    if len(repo.order) < 2:
        return ()
    names = [key.task for key in repo.order]
    left_out = _left_out(repo)
    lines: list[Line] = []
    for most in range(min(_ORDER, len(names)), 1, -1):
        more = [f"+{len(names) - most}"] if len(names) > most else []
        words = (("order ", Tone.DIM), (tame(" → ".join([*names[:most], *more])), Tone.TEXT))
        lines += [(*words, *left_out)] if most == min(_ORDER, len(names)) else []
        lines.append(words)
    return next((line for line in lines if line_cells(line) <= room), ())


def _left_out(repo: RepoReview) -> Line:
    for change in repo.changes:
        forecast = change.forecast
        if forecast is None or forecast.position is not None or not forecast.conflicts_with:
            continue
        if turn(change) is Turn.OVER:
            continue
        other = forecast.conflicts_with[0].removeprefix("agent/")
        return ((f" ({change.key.task} conflicts with {other})", Tone.WARN),)
    return ()


_MANNERS = {
    Manner.DOING: ("⟳", Tone.WORK),
    Manner.DONE: ("●", Tone.OK),
    Manner.WHY: ("▲", Tone.WARN),
    Manner.FAILED: ("✕", Tone.BAD),
}


@dataclass(frozen=True, slots=True)
class Below:
    """What stands below the changes: what is wrong with the repository, what is done right now,
    what was said last; else what can be done with the repository.

    `notes`: what was done without being asked for, until it is put away. `brief`: there is little
    room.
    """

    doing: tuple[str, ...] = ()
    said: Said | None = None
    repo: RepoReview | None = None
    notes: tuple[str, ...] = ()
    brief: bool = False


def draw_below(value: Below, width: int, height: int) -> Drawing:
    """At least one line, more where a refusal is long."""
    return Drawing(below_lines(value, width))


def below_lines(value: Below, width: int) -> tuple[Line, ...]:
    """The lines that are needed."""
    lines = [*_warnings(value, width), *_notes(value, width)]
    told = len(lines)
    if value.doing:
        lines.append(cut(((f" ⟳ {' · '.join(value.doing)}", Tone.WORK),), width))
    if value.said is not None:
        glyph, tone = _MANNERS[value.said.manner]
        lines += _marked(glyph, tone, value.said.text, width, _MOST)
    if len(lines) == told and not (told and value.brief):
        lines.append(cut(_quiet(value), width))
    return tuple(lines)


def _marked(glyph: str, tone: Tone, text: str, width: int, most: int) -> list[Line]:
    """A text under its mark, in as many lines as it needs, but no more than `most`."""
    told = wrapped(text, max(1, width - 4), most=most)
    return [
        cut(((f" {glyph if not index else ' '} ", tone), (line, tone)), width)
        for index, line in enumerate(told)
    ]


def _warnings(value: Below, width: int) -> list[Line]:
    if value.repo is None:
        return []
    shown = value.repo.warnings[: 1 if value.brief else _WARNINGS]
    left = len(value.repo.warnings) - len(shown)
    lines: list[Line] = []
    for number, warning in enumerate(shown, start=1):
        more = f" (and {left} more)" if left and number == len(shown) else ""
        lines += _marked("▲", Tone.WARN, f"{value.repo.name}: {warning}{more}", width, 2)
    return lines


def _notes(value: Below, width: int) -> list[Line]:
    shown = value.notes[: 1 if value.brief else _WARNINGS]
    more = f" (and {len(value.notes) - len(shown)} more)" if len(shown) < len(value.notes) else ""
    lines: list[Line] = []
    for number, note in enumerate(shown, start=1):
        end = f"{more}; esc puts this away" if number == len(shown) else ""
        lines += _marked("●", Tone.ACCENT, f"{note}{end}", width, 2)
    return lines


def _quiet(value: Below) -> Line:
    repo = value.repo
    if repo is None:
        return BLANK
    parts: list[Line] = []
    if repo.undoable:
        parts.append((("z ", Tone.KEY), (f"takes back {repo.undoable}", Tone.DIM)))
    if repo.unpushed and repo.remote:
        commits = fmt.plural(repo.unpushed, "commit")
        parts.append((("P ", Tone.KEY), (f"pushes {commits} to {repo.remote}", Tone.DIM)))
    approved = sum(turn(change) is Turn.APPROVED for change in repo.changes)
    if approved > 1:
        parts.append((("T ", Tone.KEY), (f"lands {approved} approved changes", Tone.DIM)))
    return ((" ", Tone.TEXT), *joined(parts))


def repo_of(view: ReviewView, change: Change | None) -> RepoReview | None:
    """The repository of a change; the first one where there is none."""
    if change is not None:
        return view.repo(change.key.repo)
    return view.repos[0] if view.repos else None
