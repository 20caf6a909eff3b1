"""What the human says of a change: checked against what is true now, then kept."""

from collections.abc import Sequence

from fleettui.model.change import Approval, Change, ChangeState, FileChange, Rejection, Signal
from fleettui.model.clock import Clock
from fleettui.model.errors import Refused, UsageError
from fleettui.model.text import clean

_CANNOT = {
    ChangeState.CONFLICTS: "conflicts with {target}",
    ChangeState.GATES_FAILED: "has failed its gates",
    ChangeState.TOO_LARGE: "is too large to review",
    ChangeState.INVALID: "is not valid",
    ChangeState.EMPTY: "would change nothing",
    ChangeState.MERGED: "is in {target} already",
    ChangeState.PENDING: "is still being computed",
}


def check_head(change: Change, head: str, tree: str | None = None) -> None:
    """Raise Refused unless that is what the change is now."""
    if head != change.head:
        raise Refused(
            f"{change.key.branch} has moved to {change.head[:12]}", "look at what is new first"
        )
    now = change.evaluation
    if tree is not None and (now is None or now.tree != tree):
        raise Refused(
            f"{change.target} has moved: {change.key.branch} would become something else now",
            "look at it again",
        )


def approval_of(
    change: Change, target: str | None, *, acknowledge: Sequence[str], clock: Clock, by: str
) -> Approval:
    """The yes to a change as it is now. Raises Refused where it cannot be given, naming why."""
    now = change.evaluation
    if change.state in _CANNOT or now is None or now.tree is None:
        raise Refused(f"{change.key.branch} {reason(change)}")
    if now.target != target:
        raise Refused(f"{change.target} has moved, and {change.key.branch} is being computed anew")
    told = check_signals(change, acknowledge)
    missing = [signal for signal in change.unacknowledged if signal.key not in told]
    if missing:
        names = ", ".join(f"{signal.key} ({signal.detail})" for signal in missing)
        raise Refused(f"{change.key.branch} needs acknowledgement of {names}", _how(missing))
    acknowledged = tuple(sorted({*change.acknowledged, *told}))
    return Approval(now.target, change.head, now.tree, clock.now(), by, acknowledged)


def reason(change: Change) -> str:
    """Why a change cannot land as it is, as the end of a sentence about it."""
    now = change.evaluation
    why = _CANNOT.get(change.state, "cannot be approved").format(target=change.target)
    names = ", ".join(now.conflicts[:10]) if now and now.conflicts else change.problem or ""
    return why + (f": {names}" if names else "")


def check_signals(change: Change, keys: Sequence[str]) -> tuple[str, ...]:
    """The keys, each of a signal of the change. Raises UsageError for another one."""
    known = {signal.key for signal in change.signals}
    for key in keys:
        if key not in known:
            text = f"{change.key.branch} has no signal {clean(key, limit=120)}"
            raise UsageError(text, f"it has {', '.join(sorted(known))}" if known else "")
    return tuple(keys)


def _how(missing: Sequence[Signal]) -> str:
    return "look at it, then --ack " + " --ack ".join(f"'{signal.key}'" for signal in missing)


def rejection_of(change: Change, note: str, clock: Clock) -> Rejection:
    """The no to a change. Raises Refused where it has landed."""
    if change.state is ChangeState.MERGED:
        raise Refused(f"{change.key.branch} is in {change.target} already", "undo takes it back")
    return Rejection(change.head, clock.now(), note)


def file_of(change: Change, path: str) -> FileChange:
    """The file of a change by its path as shown, or as git has it. Raises UsageError."""
    for file in change.evaluation.files if change.evaluation else ():
        if path in (file.path, file.raw_path.decode("utf-8", "surrogateescape")):
            return file
    shown = clean(path, limit=200)
    raise UsageError(f"{change.key.branch} does not change {shown}", "see review diff --stat")
