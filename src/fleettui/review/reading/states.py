"""What can become of a change: a pure decision over what is known of it."""

from collections.abc import Sequence

from fleettui.model.change import ChangeState, Evaluation, Gate


def state_of(
    now: Evaluation | None,
    *,
    bad: bool = False,
    rejected: bool = False,
    landed: bool = False,
    contained: bool = False,
    gates: Sequence[Gate] = (),
) -> ChangeState:
    """The state of a head.

    `bad`: git refused it. `rejected`, `landed`: what the human did with exactly this head.
    `contained`: what it did is in the target already, through a merge or in another way.
    """
    if landed:
        return ChangeState.MERGED
    if rejected:
        return ChangeState.REJECTED
    if bad:
        return ChangeState.INVALID
    if now is None:
        return ChangeState.PENDING
    if now.too_large is not None:
        return ChangeState.TOO_LARGE
    return _outcome(now, contained, gates)


def _outcome(now: Evaluation, contained: bool, gates: Sequence[Gate]) -> ChangeState:
    if now.tree is None:
        return ChangeState.CONFLICTS
    if now.ahead == 0 or not now.files:
        return ChangeState.MERGED if contained else ChangeState.EMPTY
    if any(not gate.passed for gate in gates):
        return ChangeState.GATES_FAILED
    return ChangeState.READY
