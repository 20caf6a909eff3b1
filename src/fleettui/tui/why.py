"""Why a key of the review screen cannot do its work now, in words that say what can be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fleettui.model import fmt
from fleettui.model.change import Change, ChangeState, Evaluation
from fleettui.model.review import RepoReview, ReviewView
from fleettui.tui.draw.review_marks import gate_name, short


@dataclass(frozen=True, slots=True)
class At:
    """What the human looks at: the evaluation whose diff is open, the cursor in it.

    `file`: a path, "" where there is none. `line`: keys move in the diff, and it has lines.
    `draft`: on that line is a comment that was not sent. `signals`: blocking ones, not
    acknowledged. `busy`: what is being done in the repository right now. `unseen`: why nothing
    of the diff is on the screen, "": something is.
    """

    seen: Evaluation | None = None
    file: str = ""
    line: bool = False
    draft: bool = False
    searching: bool = False
    split_fits: bool = True
    editor: bool = True
    busy: str = ""
    unseen: str = ""


Reason: TypeAlias = str | None
_Rule: TypeAlias = Callable[[Change, RepoReview, At], Reason]

_LANDS = frozenset({"merge", "undo", "push", "train", "remove"})
OF_REPO = frozenset({"undo", "push", "train"})
"""What needs a repository, but no change."""


def why_not(action: str, view: ReviewView, change: Change | None, at: At) -> Reason:
    """Why the action would do nothing now; None: it does something."""
    if action in _LANDS and at.busy:
        return f"{at.busy}: wait until that is done"
    if action in OF_REPO:
        repo = _repo(view, change)
        if repo is None:
            return "no repository is configured"
        return repo.problem or _REPO_RULES[action](repo)
    rule = _RULES.get(action)
    if rule is None:
        return None
    if change is None:
        return "no change is chosen" if view.changes else "no agent left anything to review"
    found = view.repo(change.key.repo)
    return None if found is None else rule(change, found, at)


def _repo(view: ReviewView, change: Change | None) -> RepoReview | None:
    if change is not None:
        return view.repo(change.key.repo)
    return view.repos[0] if view.repos else None


def moved(change: Change, seen: Evaluation) -> Reason:
    """What changed since the diff on the screen was made; None: nothing that matters."""
    if change.head != seen.head:
        return "new commits since you opened it: press enter to see them"
    now = change.evaluation
    if now is not None and (now.target, now.tree) != (seen.target, seen.tree):
        return "the target moved since you opened it: press enter to see what would land now"
    return None


def _over(change: Change) -> Reason:
    if change.state is ChangeState.MERGED:
        return "it has landed already: z takes back the last landing"
    return None


def _cannot_land(change: Change, repo: RepoReview) -> Reason:
    state, now = change.state, change.evaluation
    if state is ChangeState.EMPTY:
        return f"it would change nothing in {repo.target}: x rejects it"
    if state in (ChangeState.INVALID, ChangeState.TOO_LARGE):
        return f"{state.value.replace('_', ' ')}: {change.problem or 'it cannot be landed'}"
    if now is None or state is ChangeState.PENDING:
        return "it is still being read"
    if now.too_large:
        return f"too large: {now.too_large}"
    if now.tree is None:
        files = fmt.plural(len(now.conflicts), "file")
        return f"it conflicts with {repo.target} in {files}: c and C send it back to its agent"
    failed = [gate for gate in change.gates if not gate.passed and gate.exit is not None]
    if state is ChangeState.GATES_FAILED:
        names = ", ".join(map(gate_name, failed)) or "a gate"
        return f"its gates failed ({names}): c and C send it back to its agent"
    return None


def _approve(change: Change, repo: RepoReview, at: At) -> Reason:
    reason = _over(change) or _cannot_land(change, repo)
    if reason:
        return reason
    if change.approved:
        return "it is approved already: m lands it, u takes the approval back"
    if at.seen is None:
        return "look at it first: enter opens it"
    if at.unseen:
        return at.unseen
    reason = moved(change, at.seen)
    if reason:
        return reason
    left = change.unacknowledged
    if left:
        first = left[0]
        many = f"{fmt.plural(len(left), 'signal')} first"
        return f"acknowledge {many} (b): {first.detail}{f' in {first.path}' if first.path else ''}"
    return None


def _reject(change: Change, repo: RepoReview, at: At) -> Reason:
    if change.state is ChangeState.REJECTED:
        return "you rejected it already: X removes it"
    if at.seen is not None and change.head != at.seen.head:
        return moved(change, at.seen)
    return _over(change)


def _merge(change: Change, repo: RepoReview, at: At) -> Reason:
    reason = _over(change) or repo.problem or _cannot_land(change, repo)
    if reason:
        return reason
    if change.approved:
        return None
    if change.head_approved:
        return f"{repo.target} moved since you approved it: a approves it anew, T lands it as it is"
    if change.approval is not None:
        return "new commits since you approved it: a approves them"
    return "nobody approved it yet: a approves what you see"


def _acknowledge(change: Change, repo: RepoReview, at: At) -> Reason:
    if at.seen is not None and change.head != at.seen.head:
        return moved(change, at.seen)
    if not change.unacknowledged:
        blocking = any(signal.blocking for signal in change.signals)
        return "every signal is acknowledged" if blocking else "no signal needs acknowledging"
    return None


def _comment(change: Change, repo: RepoReview, at: At) -> Reason:
    if change.state is ChangeState.MERGED:
        return "it has landed: comments reach no agent any more"
    if not at.line:
        return "no line to comment on: tab goes to the diff"
    return None


def _send(change: Change, repo: RepoReview, at: At) -> Reason:
    if not change.drafts:
        return "no comment to send: c writes one on a line"
    return None


def _take_back(change: Change, repo: RepoReview, at: At) -> Reason:
    if at.draft or (change.approval is not None and change.state is not ChangeState.MERGED):
        return None
    return "nothing to take back: no unsent comment on this line, and no approval"


def _reviewed(change: Change, repo: RepoReview, at: At) -> Reason:
    return None if at.file else "no file is shown"


def _edit(change: Change, repo: RepoReview, at: At) -> Reason:
    if not at.editor:
        return "no editor can be started from here"
    return None if at.file else "no file is shown"


def _attach(change: Change, repo: RepoReview, at: At) -> Reason:
    if at.seen is not None and moved(change, at.seen):
        return None
    return f"no running agent of ours works on {change.key.branch}: there is nothing to attach to"


def _remove(change: Change, repo: RepoReview, at: At) -> Reason:
    if change.state in (ChangeState.MERGED, ChangeState.REJECTED, ChangeState.EMPTY):
        return None
    return "only what has landed or was rejected can be removed: x rejects it"


def _found(change: Change, repo: RepoReview, at: At) -> Reason:
    return None if at.searching else "nothing is searched for: / searches"


def _split(change: Change, repo: RepoReview, at: At) -> Reason:
    return None if at.split_fits else "too narrow for two sides"


def _open(change: Change, repo: RepoReview, at: At) -> Reason:
    if at.seen is not None:
        return None
    return "it is still being read" if change.evaluation is None else "enter opens it first"


def _signals(change: Change, repo: RepoReview, at: At) -> Reason:
    return _open(change, repo, at) if change.signals else "no signals here"


def _always(change: Change, repo: RepoReview, at: At) -> Reason:
    return None


def _undo(repo: RepoReview) -> Reason:
    if repo.undoable is None:
        return f"nothing that landed in {repo.name} can be taken back"
    return None


def _push(repo: RepoReview) -> Reason:
    if repo.remote is None:
        return f'{repo.name} is never pushed: fleet.toml gives it no push = "origin"'
    if repo.unpushed == 0:
        return f"{repo.remote} has all of {repo.target} at {short(repo.target_head)}"
    return None


def _train(repo: RepoReview) -> Reason:
    if not any(change.head_approved and not _over(change) for change in repo.changes):
        return f"nothing in {repo.name} is approved: a approves"
    return None


_RULES: Mapping[str, _Rule] = {
    "approve": _approve,
    "reject": _reject,
    "merge": _merge,
    "acknowledge": _acknowledge,
    "comment": _comment,
    "send": _send,
    "take_back": _take_back,
    "reviewed": _reviewed,
    "edit": _edit,
    "attach": _attach,
    "remove": _remove,
    "found": _found,
    "split": _split,
    "against": _open,
    "open": _always,
    "copy": _always,
    "about": _always,
    "fold": _open,
    "file": _open,
    "hunk": _open,
    "context": _open,
    "signal": _signals,
}
_REPO_RULES: Mapping[str, Callable[[RepoReview], Reason]] = {
    "undo": _undo,
    "push": _push,
    "train": _train,
}
