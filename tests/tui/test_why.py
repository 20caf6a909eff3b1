"""Every key that cannot work says why, and what can be done."""

from dataclasses import replace

import pytest

from fleettui.model.change import Change, ChangeState, Gate
from fleettui.model.review import RepoReview, ReviewView
from fleettui.tui.review_keys import REVIEW
from fleettui.tui.why import At, why_not
from tests.tui import reviews
from tests.tui.reviews import approved, change, evaluation

READY = change("t-1", "One")
YES = approved(READY)
HERE = At(READY.evaluation, "src/queue/dequeue.py", True)
MOVED = replace(READY, head=reviews.oid("new"), evaluation=evaluation(reviews.oid("new")))
NEW_TARGET = replace(READY, target="f" * 40, evaluation=evaluation(READY.head, target="f" * 40))
CONFLICT = change("t-1", "One", state=ChangeState.CONFLICTS, conflicts=("a.py", "b.py"))
SIGNALS = replace(READY, signals=(reviews.RUNS_LATER, reviews.LOST_TEST))
SEEN = replace(SIGNALS, acknowledged=frozenset(signal.key for signal in SIGNALS.signals))
MERGED = replace(READY, state=ChangeState.MERGED)
REJECTED = replace(READY, state=ChangeState.REJECTED)
EMPTY = replace(READY, state=ChangeState.EMPTY)
INVALID = replace(READY, state=ChangeState.INVALID, problem="a tree names .git")
UNREAD = replace(READY, state=ChangeState.PENDING, evaluation=None)
FAILED = replace(
    READY,
    state=ChangeState.GATES_FAILED,
    gates=(Gate(("uv", "run", "pytest", "-q"), 1), Gate(("ruff", "check"), 0)),
)
REPO = reviews.repo(YES)
OLD_YES = replace(NEW_TARGET, approval=YES.approval)
OTHER_YES = replace(MOVED, approval=YES.approval)

TABLE: list[tuple[str, Change | None, At, str | None]] = [
    ("approve", None, HERE, "no agent left anything to review"),
    ("approve", READY, HERE, None),
    ("approve", READY, At(), "look at it first"),
    ("approve", MOVED, HERE, "new commits since you opened it: press enter"),
    ("approve", NEW_TARGET, HERE, "the target moved since you opened it: press enter"),
    ("approve", YES, HERE, "approved already: m lands it"),
    ("approve", CONFLICT, HERE, "conflicts with main in 2 files: c and C"),
    ("approve", FAILED, HERE, "its gates failed (pytest)"),
    (
        "approve",
        SIGNALS,
        HERE,
        "acknowledge 2 signals first (b): a CI workflow runs on push in .git",
    ),
    ("approve", SEEN, HERE, None),
    ("approve", MERGED, HERE, "landed already"),
    ("approve", EMPTY, HERE, "would change nothing in main"),
    ("approve", INVALID, HERE, "invalid: a tree names .git"),
    ("approve", UNREAD, HERE, "still being read"),
    ("reject", READY, HERE, None),
    ("reject", MOVED, HERE, "new commits since you opened it"),
    ("reject", REJECTED, HERE, "rejected it already"),
    ("reject", MERGED, HERE, "landed already"),
    ("merge", READY, HERE, "nobody approved it yet: a"),
    ("merge", YES, HERE, None),
    ("merge", OLD_YES, HERE, "main moved since you approved it"),
    ("merge", OTHER_YES, HERE, "new commits since you approved it"),
    ("merge", YES, replace(HERE, busy="merging agent/t-2"), "merging agent/t-2: wait"),
    ("merge", CONFLICT, HERE, "conflicts with main"),
    ("merge", MERGED, HERE, "landed already"),
    ("acknowledge", READY, HERE, "no signal needs"),
    ("acknowledge", SIGNALS, HERE, None),
    ("acknowledge", SEEN, HERE, "every signal is acknowledged"),
    ("acknowledge", replace(SIGNALS, head=MOVED.head), HERE, "new commits"),
    ("comment", READY, HERE, None),
    ("comment", READY, replace(HERE, line=False), "tab goes to the diff"),
    ("comment", MERGED, HERE, "it has landed"),
    ("send", READY, HERE, "no comment to send: c"),
    ("take_back", READY, HERE, "nothing to take back"),
    ("take_back", YES, HERE, None),
    ("take_back", READY, replace(HERE, draft=True), None),
    ("reviewed", READY, HERE, None),
    ("reviewed", READY, At(), "no file is shown"),
    ("edit", READY, HERE, None),
    ("edit", READY, replace(HERE, editor=False), "no editor"),
    ("attach", READY, HERE, "no running agent of ours works on agent/t-1"),
    ("attach", MOVED, HERE, None),
    ("remove", READY, HERE, "only what has landed or was rejected"),
    ("remove", REJECTED, HERE, None),
    ("remove", MERGED, HERE, None),
    ("split", READY, replace(HERE, split_fits=False), "too narrow"),
    ("split", READY, HERE, None),
    ("against", READY, At(), "enter opens it first"),
    ("against", READY, HERE, None),
    ("copy", READY, HERE, None),
    ("about", READY, HERE, None),
    ("fold", READY, HERE, None),
    ("copy", None, HERE, "no agent left anything"),
    ("undo", READY, HERE, None),
    ("push", READY, HERE, None),
    ("train", READY, HERE, "nothing in app is approved: a approves"),
    ("train", YES, HERE, None),
    ("train", OLD_YES, HERE, None),
]


@pytest.mark.parametrize("action, shown, at, expected", TABLE)
def test_the_reason(action: str, shown: Change | None, at: At, expected: str | None) -> None:
    view = ReviewView((reviews.repo(*([shown] if shown is not None else [])),))
    said = why_not(action, view, shown, at)
    assert (said is None) == (expected is None)
    assert (expected or "") in (said or "")


@pytest.mark.parametrize(
    "action, repo, expected",
    [
        (
            "push",
            replace(REPO, remote=None),
            'app is never pushed: fleet.toml gives it no push = "origin"',
        ),
        ("push", replace(REPO, unpushed=0), "origin has all of main at 3fa9c1e"),
        ("undo", replace(REPO, undoable=None), "nothing that landed in app can be taken back"),
        ("undo", replace(REPO, problem="the clone is gone"), "the clone is gone"),
        ("merge", replace(REPO, problem="the clone is gone"), "the clone is gone"),
        ("train", replace(REPO, problem="the clone is gone"), "the clone is gone"),
    ],
)
def test_the_reason_of_a_repository(action: str, repo: RepoReview, expected: str) -> None:
    view = ReviewView((repo,))
    assert why_not(action, view, YES, HERE) == expected


def test_without_a_repository() -> None:
    assert why_not("push", ReviewView(), None, At()) == "no repository is configured"
    assert why_not("approve", ReviewView((RepoReview("app", "main"),)), None, At()) is not None


def test_every_key_that_acts_is_in_the_table() -> None:
    acts = {key.action[5:-2] for key in REVIEW if key.action.startswith("act(")}
    assert acts <= {row[0] for row in TABLE}
