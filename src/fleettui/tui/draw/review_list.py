"""The list of changes: repositories, the state of their clones, one or two lines a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleettui.model.change import Change, ChangeKey
from fleettui.model.review import CloneView, FetchState, RepoReview
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import (
    BLANK,
    Line,
    Span,
    Tone,
    cells,
    cut,
    fitting,
    joined,
    left,
    line_cells,
    pad,
    right,
    spread,
    tame,
)
from fleettui.tui.draw.review_marks import (
    ago,
    clone_mark,
    is_stale,
    mark,
    plus_minus,
    stale_machines,
)
from fleettui.tui.draw.wrap import wrapped
from fleettui.tui.review_order import Group, shown

_TASK_CELLS = 14
_STATE_CELLS = 9
"""Cells of the states that are common; a longer one stands out of its column."""
_GAP: Span = ("  ", Tone.TEXT)


@dataclass(frozen=True, slots=True)
class Listed:
    """The list as it is shown. `active`: keys move in it. `hidden`: landed and rejected ones."""

    groups: tuple[Group, ...]
    now: datetime
    chosen: ChangeKey | None = None
    active: bool = True
    query: str = ""
    hidden: int = 0


def draw_list(value: Listed, width: int, height: int) -> Drawing:
    """All groups; where they fit, a change has two lines: what it is, and how it stands."""
    lines, starts, size = _fitting(value, width, height)
    start = starts.get(value.chosen) if value.chosen is not None else None
    if not starts:
        lines += empty_lines(value, width)
    if value.hidden:
        words = f"  A shows {value.hidden} landed or rejected"
        lines += [BLANK, cut(((words, Tone.FAINT),), width)]
    return Drawing(tuple(lines), None if start is None else (start, size))


def key_at(value: Listed, width: int, height: int, y: int) -> ChangeKey | None:
    """The change that is drawn on a line."""
    _, starts, size = _fitting(value, width, height)
    return next((key for key, start in starts.items() if start <= y < start + size), None)


def empty_lines(value: Listed, width: int) -> list[Line]:
    """What to say, and to do, where there is no change."""
    if value.query:
        return [cut((("  no change matches; esc shows all", Tone.DIM),), width)]
    clones = [clone for group in value.groups for clone in group.repo.clones]
    if any(c.observed_at is None and c.state is not FetchState.FAILED for c in clones):
        return [BLANK, cut((("  ◌ reading what agents left…", Tone.DIM),), width)]
    said = (
        "an agent's work shows up here by itself: every branch agent/… of the clones above, "
        "as soon as it has a commit"
    )
    lines: list[Line] = [BLANK, cut((("  ● nothing waits for review", Tone.OK),), width)]
    return lines + [
        cut(((f"  {line}", Tone.DIM),), width) for line in wrapped(said, max(10, width - 3))
    ]


def _fitting(
    value: Listed, width: int, height: int
) -> tuple[list[Line], dict[ChangeKey | None, int], int]:
    """All lines, where each change starts, and how many lines a change has."""
    if 2 * len(shown(value.groups)) <= height:
        lines, starts = _lines(value, width, tall=True)
        if len(lines) <= height:
            return lines, starts, 2
    return *_lines(value, width, tall=False), 1


def _lines(
    value: Listed, width: int, *, tall: bool
) -> tuple[list[Line], dict[ChangeKey | None, int]]:
    lines: list[Line] = []
    starts: dict[ChangeKey | None, int] = {}
    columns = Columns.of(shown(value.groups))
    for group in value.groups:
        lines += [BLANK] if lines else []
        lines += repo_lines(group.repo, value.now, width)
        stale = stale_machines(group.repo, value.now)
        for change in group.changes:
            starts[change.key] = len(lines)
            row = _Row(change, value.now, change.key == value.chosen, value.active, stale, columns)
            lines += row.tall(width) if tall else [row.flat(width)]
    return lines, starts


def repo_lines(repo: RepoReview, now: datetime, width: int) -> list[Line]:
    """The name of a repository, its clones, and what is wrong with them."""
    name: Line = ((f" {tame(repo.name)}", Tone.TITLE), (f"  {tame(repo.target)}", Tone.DIM))
    bad = [clone for clone in repo.clones if is_stale(clone, now)]
    fine = [clone for clone in repo.clones if clone not in bad]
    told = [clone_mark(clone, now) for clone in sorted(fine, key=lambda c: c.observed_at is None)]
    parts: list[Line] = [
        ((m.word if m.tone is Tone.DIM else f"{m.glyph} {m.word}", m.tone),) for m in reversed(told)
    ]
    room = width - line_cells(name) - 2
    lines = [spread(name, (*fitting(parts, room), (" ", Tone.TEXT)), width)]
    lines += [cut(_bad_clone(clone, now), width) for clone in bad]
    if repo.problem:
        lines += [
            cut(((f"  {line}", Tone.BAD),), width)
            for line in wrapped(f"✕ {repo.problem}", max(1, width - 3), most=4)
        ]
    return lines


def _bad_clone(clone: CloneView, now: datetime) -> Line:
    found = clone_mark(clone, now)
    reason = f": {clone.reason}" if clone.reason else ""
    return ((f"  {found.glyph} {found.word}", found.tone), (reason, Tone.DIM))


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of what stands below each other in all changes of the list."""

    task: int = 0
    state: int = 0
    added: int = 0
    removed: int = 0

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Columns":
        """As wide as the widest of them."""
        sizes = [parts for parts in map(plus_minus, changes) if len(parts) == 2]
        return cls(
            min(_TASK_CELLS, max((cells(tame(c.key.task)) for c in changes), default=0)),
            min(_STATE_CELLS, max((cells(mark(change).word) for change in changes), default=0)),
            max((cells(added) for (added, _), _ in sizes), default=0),
            max((cells(removed.strip()) for _, (removed, _) in sizes), default=0),
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """A change of the list."""

    change: Change
    now: datetime
    chosen: bool
    active: bool
    stale: frozenset[str]
    columns: Columns

    @property
    def edge(self) -> Span:
        """What tells the chosen one, brighter where the keys move it."""
        if not self.chosen:
            return (" ", Tone.TEXT)
        return ("▌", Tone.CHOSEN if self.active else Tone.BORDER)

    def tall(self, width: int) -> list[Line]:
        """`▲ t-43  Fix the retry loop` and, below, how it stands."""
        change, found = self.change, mark(self.change)
        age = f" {ago(change.since, self.now)} "
        title: Line = (
            self.edge,
            (f"{found.glyph} ", found.tone),
            (tame(change.key.task), Tone.TITLE if self.chosen else Tone.STRONG),
            _GAP,
            (tame(change.title), Tone.TEXT if found.tone is not Tone.DIM else Tone.DIM),
        )
        facts = fitting(
            [self.state(), self.size(), self.marks(), self.machine()],
            width - 4,
            _GAP,
        )
        second: Line = (self.edge, ("  ", Tone.TEXT), *facts)
        return [spread(title, ((age, Tone.DIM),), width), pad(second, width)]

    def flat(self, width: int) -> Line:
        """All of it on one line; what does not fit is left out, the state never."""
        change, found = self.change, mark(self.change)
        start: Line = (
            self.edge,
            (f"{found.glyph} ", found.tone),
            (left(change.key.task, self.columns.task), Tone.TITLE if self.chosen else Tone.STRONG),
        )
        end: Line = ((f"{ago(change.since, self.now)} ", Tone.DIM),)
        rest = width - line_cells(start) - 8
        parts = [self.state(), self.size(), self.marks(brief=True)]
        if width >= 56:
            parts += [self.machine(), ((tame(change.title), Tone.TEXT),)]
            facts = cut(joined(filter(None, parts), _GAP), rest)
        else:
            facts = fitting(parts, rest, _GAP)
        return spread((*start, _GAP, *facts), end, width)

    def state(self) -> Line:
        """How it stands, in its column."""
        found = mark(self.change)
        return ((found.word.ljust(self.columns.state), found.tone),)

    def size(self) -> Line:
        """Lines added and removed, in their columns."""
        parts = plus_minus(self.change)
        if len(parts) != 2:
            return ((" " * (self.columns.added + self.columns.removed + 1), Tone.TEXT),)
        (added, plus), (removed, minus) = parts
        return (
            (right(added, self.columns.added), plus),
            (" ", Tone.TEXT),
            (right(removed.strip(), self.columns.removed), minus),
        )

    def machine(self) -> Line:
        """Where it lies; marked where that was not read for some time."""
        name = tame(self.change.key.machine)
        if self.change.key.machine in self.stale:
            return ((f"◌ {name}", Tone.WARN),)
        return ((name, Tone.DIM),)

    def marks(self, *, brief: bool = False) -> Line:
        """Blocking signals, unsent comments, what it conflicts with; `brief`: only how much."""
        change = self.change
        parts: list[Line] = []
        blocking = sum(signal.blocking for signal in change.signals)
        if blocking:
            tone = Tone.WARN if change.unacknowledged else Tone.DIM
            parts.append(((f"▲{blocking}", tone),))
        if change.drafts:
            parts.append(((f"✎{len(change.drafts)}", Tone.ACCENT),))
        if change.forecast is not None and change.forecast.conflicts_with:
            first, *more = change.forecast.conflicts_with
            others = f" +{len(more)}" if more else ""
            named = f" {tame(first.removeprefix('agent/'))}{others}"
            parts.append(((f"⇄{len(more) + 1 if brief else named}", Tone.WARN),))
        return joined(parts, (" ", Tone.TEXT))
