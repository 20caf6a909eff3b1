"""Changes, diffs and landings as JSON values. Keys are fixed; more may be added."""

from collections.abc import Iterator
from typing import Any

from fleettui.commands.snapshots.document import moment as _when
from fleettui.model.change import (
    Approval,
    Change,
    Comment,
    FileChange,
    Forecast,
    Gate,
    Prompt,
    Signal,
)
from fleettui.model.patch import Patch, PatchFile, Row
from fleettui.model.review import RepoReview

_KINDS = {Row.CONTEXT: " ", Row.ADDED: "+", Row.REMOVED: "-"}


def change(one: Change, repo: RepoReview) -> dict[str, Any]:
    """A change as `review list` prints it."""
    now = one.evaluation
    return {
        "repo": one.key.repo,
        "machine": one.key.machine,
        "branch": one.key.branch,
        "task": one.key.task,
        "head": one.head,
        "target": one.target,
        "target_head": now.target if now else repo.target_head,
        "merge_base": now.base if now else None,
        "commits": now.ahead if now else None,
        "behind": now.behind if now else None,
        "files": len(now.files) if now else None,
        "additions": now.additions if now else None,
        "deletions": now.deletions if now else None,
        "tree": now.tree if now else None,
        "state": one.state.value,
        "problem": one.problem,
        "conflicts": list(now.conflicts) if now else [],
        "signals": [signal(each, one) for each in one.signals],
        "approved": one.approved,
        "approval": approval(one.approval) if one.approval else None,
        "rejection": _rejection(one),
        "forecast": forecast(one.forecast),
        "title": one.title,
        "author": one.author,
        "text": one.text,
        "agent": one.agent,
        "model": one.model,
        "usd": one.usd,
        "gates": [gate(each) for each in one.gates],
        "since": _when(one.since),
        "head_at": _when(one.head_at),
        "seen_at": _when(one.seen_at),
        "reviewed_head": one.reviewed_head,
        "reviewed": sorted(one.reviewed),
        "comments": [comment(each) for each in one.comments],
        "prompts": [prompt(each) for each in one.prompts],
    }


def _rejection(one: Change) -> dict[str, Any] | None:
    no = one.rejection
    return None if no is None else {"head": no.head, "at": _when(no.at), "note": no.note}


def signal(one: Signal, of: Change) -> dict[str, Any]:
    """A signal."""
    return {
        "code": one.code,
        "path": one.path,
        "detail": one.detail,
        "blocking": one.blocking,
        "acknowledged": one.key in of.acknowledged,
    }


def approval(one: Approval) -> dict[str, Any]:
    """An approval: exactly these three."""
    return {
        "target_head": one.target,
        "head": one.head,
        "tree": one.tree,
        "at": _when(one.at),
        "by": one.by,
        "acknowledged": list(one.acknowledged),
    }


def forecast(one: Forecast | None) -> dict[str, Any]:
    """How it gets on with the others."""
    known = one or Forecast()
    return {
        "conflicts_with": list(known.conflicts_with),
        "overlaps": list(known.overlaps),
        "position": known.position,
    }


def gate(one: Gate) -> dict[str, Any]:
    """A check that ran."""
    return {"command": list(one.command), "exit": one.exit, "seconds": one.seconds}


def comment(one: Comment) -> dict[str, Any]:
    """A remark; `line` null: outdated."""
    return {
        "id": one.id,
        "path": one.path,
        "side": one.side.value,
        "line": one.line,
        "text": one.text,
        "quote": one.quote,
        "outdated": one.outdated,
        "head": one.head,
        "at": _when(one.at),
        "sent": one.sent,
    }


def prompt(one: Prompt) -> dict[str, Any]:
    """Comments as an agent gets them."""
    return {
        "id": one.id,
        "head": one.head,
        "text": one.text,
        "at": _when(one.at),
        "attempt": one.attempt,
    }


def file(one: FileChange) -> dict[str, Any]:
    """A file of a diff, without its lines."""
    return {
        "path": one.path,
        "old_path": one.renamed_from,
        "status": one.status,
        "old_mode": f"{one.old_mode:06o}",
        "new_mode": f"{one.new_mode:06o}",
        "old_blob": one.old,
        "new_blob": one.new,
        "binary": one.binary,
        "additions": one.additions,
        "deletions": one.deletions,
        "similarity": one.similarity,
    }


def files(patch: Patch, changes: tuple[FileChange, ...]) -> list[dict[str, Any]]:
    """The files of a whole patch with their hunks, in git's order."""
    hunks: dict[int, list[dict[str, Any]]] = {}
    for part in patch.files:
        hunks.setdefault(part.index, []).extend(_hunks(patch, part))
    return [{**file(each), "hunks": hunks.get(index, [])} for index, each in enumerate(changes)]


def _hunks(patch: Patch, part: PatchFile) -> Iterator[dict[str, Any]]:
    current: dict[str, Any] | None = None
    for row in range(part.first, part.end):
        kind = Row(patch.kinds[row])
        if kind is Row.HUNK:
            if current:
                yield current
            current = _hunk(patch, row)
        elif current is not None and kind in _KINDS:
            current["lines"].append(
                {
                    "kind": _KINDS[kind],
                    "old": patch.old[row] or None,
                    "new": patch.new[row] or None,
                    "text": text(patch.line(row)),
                }
            )
    if current:
        yield current


def _hunk(patch: Patch, row: int) -> dict[str, Any]:
    old_lines, new_lines = patch.counts.get(row, (0, 0))
    return {
        "old_start": patch.old[row],
        "old_lines": old_lines,
        "new_start": patch.new[row],
        "new_lines": new_lines,
        "header": text(patch.line(row)),
        "lines": [],
    }


def text(raw: bytes) -> str:
    """A line as it is; bytes that are no UTF-8 as `\\xNN`. JSON escapes what could act."""
    return raw.decode("utf-8", "backslashreplace")
