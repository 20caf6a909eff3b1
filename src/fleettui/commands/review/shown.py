"""Changes and diffs as lines for a person."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from fleettui.commands.output import Line, Span, Style
from fleettui.commands.snapshots.layout import cut, left, right
from fleettui.model import fmt
from fleettui.model.change import Change, ChangeState, FileChange
from fleettui.model.patch import Patch, Row
from fleettui.model.review import RepoReview
from fleettui.model.text import clean, width

_MARKS: dict[ChangeState, Span] = {
    ChangeState.READY: ("▲", Style.WARN),
    ChangeState.CONFLICTS: ("✕", Style.BAD),
    ChangeState.GATES_FAILED: ("✕", Style.BAD),
    ChangeState.TOO_LARGE: ("◌", Style.BAD),
    ChangeState.INVALID: ("✕", Style.BAD),
    ChangeState.EMPTY: ("–", Style.DIM),
    ChangeState.MERGED: ("●", Style.OK),
    ChangeState.REJECTED: ("–", Style.DIM),
    ChangeState.PENDING: ("◌", Style.DIM),
}
_SHORT = 12
_LINE_LIMIT = 2000
_TAB = 4


def list_lines(shown: Sequence[tuple[RepoReview, Sequence[Change]]], room: int) -> Iterator[Line]:
    """Each repository with its changes; what to do where there is none."""
    if not shown:
        yield (("no repository is configured: add [[repos]] to fleet.toml", Style.PLAIN),)
    for repo, changes in shown:
        yield cut(_head(repo), room)
        if not changes:
            yield (("  nothing waits for you", Style.DIM),)
        names = max((width(one.key.branch) for one in changes), default=0)
        machines = max((width(one.key.machine) for one in changes), default=0)
        for one in changes:
            yield cut(_row(one, names, machines), room)
            yield from (cut(line, room) for line in _below(one))


def _head(repo: RepoReview) -> Line:
    at = f" @ {repo.target_head[:_SHORT]}" if repo.target_head else ""
    tasks = [key.task for key in repo.order]
    order = " → ".join(
        key.task if tasks.count(key.task) == 1 else f"{key.task}@{key.machine}"
        for key in repo.order
    )
    spans: list[Span] = [(repo.name, Style.STRONG), (f"  {repo.target}{at}", Style.DIM)]
    if order:
        spans.append((f"  order: {order}", Style.DIM))
    if repo.unpushed:
        spans.append((f"  {repo.unpushed} not pushed", Style.WARN))
    return tuple(spans)


def _row(one: Change, names: int, machines: int) -> Line:
    now = one.evaluation
    added = f"+{now.additions}" if now else fmt.UNKNOWN
    removed = f"−{now.deletions}" if now else fmt.UNKNOWN
    age = (datetime.now(UTC) - one.head_at).total_seconds() if one.head_at else None
    mark, style = _MARKS[one.state]
    approved = "✓ approved" if one.approved else "✓ approved before" if one.head_approved else ""
    return (
        (f"  {mark} ", style),
        (left(one.key.branch, names + 2), Style.STRONG),
        (left(one.key.machine, machines + 2), Style.PLAIN),
        (right(added, 6), Style.OK),
        (right(removed, 7), Style.BAD),
        (right(fmt.short_age(age), 6) + "  ", Style.DIM),
        (left(one.state.value, 12), style),
        (f" {one.head[:_SHORT]}  ", Style.DIM),
        (one.title, Style.PLAIN),
        (f"  {approved}" if approved else "", Style.OK),
    )


def _below(one: Change) -> Iterator[Line]:
    """What is wrong with a change, and what should be known of it."""
    if one.problem:
        yield ((f"      {one.problem}", Style.BAD),)
    if one.evaluation and one.evaluation.conflicts:
        paths = ", ".join(one.evaluation.conflicts)
        yield (("      conflicts in ", Style.DIM), (paths, Style.BAD))
    for signal in one.signals:
        open_ = signal.blocking and signal.key not in one.acknowledged
        mark = ("▲ ", Style.WARN) if open_ else ("· ", Style.DIM)
        place = f" {signal.path}" if signal.path else ""
        yield (("      ", Style.PLAIN), mark, (f"{signal.code}{place}", Style.PLAIN),
               (f"  {signal.detail}", Style.DIM))  # fmt: skip
    if one.forecast and one.forecast.conflicts_with:
        others = ", ".join(one.forecast.conflicts_with)
        yield ((f"      conflicts with {others}", Style.DIM),)


def stat_lines(files: Iterable[FileChange], room: int) -> Iterator[Line]:
    """Each file with its counts."""
    for file in files:
        added = "bin" if file.binary else f"+{file.additions}"
        removed = "" if file.binary else f"−{file.deletions}"
        yield cut(
            (
                (f"{file.status} ", Style.STRONG),
                (right(added, 7), Style.OK),
                (right(removed, 8) + "  ", Style.BAD),
                (file.path, Style.PLAIN),
                (_mode(file), Style.WARN),
                (_renamed(file), Style.DIM),
            ),
            room,
        )


def _mode(file: FileChange) -> str:
    if file.status == "M" and file.old_mode == file.new_mode:
        return ""
    usual = {("A", 0, 0o100644), ("D", 0o100644, 0)}
    if (file.status, file.old_mode, file.new_mode) in usual:
        return ""
    return f"  mode {file.old_mode:06o} → {file.new_mode:06o}"


def _renamed(file: FileChange) -> str:
    if file.renamed_from is None:
        return ""
    alike = f" {file.similarity} %" if file.similarity is not None else ""
    return f"  looks like {file.renamed_from}{alike}"


def diff_lines(patch: Patch, start: int, end: int) -> Iterator[Line]:
    """Rows of a patch in the words of a unified diff, safe to print."""
    firsts = {part.first: part.change for part in patch.files}
    for row in range(start, end):
        kind = Row(patch.kinds[row])
        if kind is Row.FILE:
            yield from _file_lines(firsts[row])
        else:
            yield _line(patch, row, kind)


def _file_lines(file: FileChange) -> Iterator[Line]:
    yield (
        (f"{file.status} {file.path}", Style.STRONG),
        (_mode(file), Style.WARN),
        (_renamed(file), Style.DIM),
    )


def _line(patch: Patch, row: int, kind: Row) -> Line:
    text = clean(patch.line(row).expandtabs(_TAB), limit=_LINE_LIMIT)
    match kind:
        case Row.HUNK:
            old_lines, new_lines = patch.counts.get(row, (0, 0))
            place = f"@@ -{patch.old[row]},{old_lines} +{patch.new[row]},{new_lines} @@"
            return ((place, Style.WORK), (f" {text}" if text else "", Style.DIM))
        case Row.ADDED:
            return ((f"+{text}", Style.OK),)
        case Row.REMOVED:
            return ((f"-{text}", Style.BAD),)
        case Row.CONTEXT:
            return ((f" {text}", Style.PLAIN),)
        case Row.NOTE:
            return ((f"\\ {text}", Style.DIM),)
        case _:
            return (("  binary, or larger than git shows: --text shows it", Style.WARN),)
