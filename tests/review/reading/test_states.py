"""What can become of a change, case by case."""

import pytest

from fleettui.model.change import ChangeState, Evaluation, FileChange, Gate
from fleettui.review.reading.states import state_of

FILE = FileChange(b"a", "a", "M", 0o100644, 0o100644, "1" * 40, "2" * 40, 1, 1)
CLEAN = Evaluation("t" * 40, "h" * 40, "b" * 40, 1, 0, "e" * 40, files=(FILE,))
CONFLICT = Evaluation("t" * 40, "h" * 40, "b" * 40, 1, 0, None, ("a",), (FILE,))
LARGE = Evaluation("t" * 40, "h" * 40, None, 1, 0, None, too_large="too many files")
NOTHING = Evaluation("t" * 40, "h" * 40, "b" * 40, 1, 0, "e" * 40)
BEHIND = Evaluation("t" * 40, "h" * 40, "h" * 40, 0, 3, "e" * 40)


@pytest.mark.parametrize(
    "now, known, expected",
    [
        (CLEAN, {}, ChangeState.READY),
        (CLEAN, {"gates": (Gate(("make",), 0),)}, ChangeState.READY),
        (CLEAN, {"gates": (Gate(("make",), 0), Gate(("lint",), 1))}, ChangeState.GATES_FAILED),
        (CLEAN, {"gates": (Gate(("make",), None),)}, ChangeState.GATES_FAILED),
        (CLEAN, {"rejected": True}, ChangeState.REJECTED),
        (CLEAN, {"landed": True, "rejected": True}, ChangeState.MERGED),
        (CLEAN, {"bad": True}, ChangeState.INVALID),
        (None, {}, ChangeState.PENDING),
        (None, {"bad": True}, ChangeState.INVALID),
        (CONFLICT, {}, ChangeState.CONFLICTS),
        (LARGE, {}, ChangeState.TOO_LARGE),
        (NOTHING, {}, ChangeState.EMPTY),
        (NOTHING, {"contained": True}, ChangeState.MERGED),
        (BEHIND, {}, ChangeState.EMPTY),
        (BEHIND, {"contained": True}, ChangeState.MERGED),
    ],
)
def test_state(now: Evaluation | None, known: dict[str, object], expected: ChangeState) -> None:
    assert state_of(now, **known) is expected  # type: ignore[arg-type]
