"""Worktrees say what became of the branches in them."""

from dataclasses import replace

import pytest

from fleettui.model.change import Change, ChangeState
from fleettui.model.review import ReviewView
from fleettui.model.worktree import AgentState
from fleettui.tui.draw.paint import plain
from fleettui.tui.draw.reviewed import with_reviews
from fleettui.tui.draw.rows import compact_lines
from fleettui.tui.draw.worktrees import worktree_lines
from tests.tui import fleets, reviews


def reviewed_rows(state: AgentState | None, *changes: Change) -> str:
    """The worktrees of brain, where these changes lie."""
    tree = fleets.tree("agent/t-43", state, head=changes[0].head[:12] if changes else "3fa9c1e")
    brain = replace(fleets.brain(), worktrees=(tree,))
    view = replace(fleets.fleet_of(2), machines=(brain,))
    joined = with_reviews(view, ReviewView((reviews.repo(*changes),)))
    return "\n".join(plain(line) for line in worktree_lines(joined.machines[0], fleets.NOW, 90))


READY = reviews.change("t-43", "Fix it")


@pytest.mark.parametrize(
    "change, words",
    [
        (READY, "▲ app  agent/t-43  claude review ready 4m"),
        (replace(READY, state=ChangeState.CONFLICTS), "✕ app  agent/t-43  claude conflicts 4m"),
        (replace(READY, state=ChangeState.GATES_FAILED), "✕ app  agent/t-43  claude gates failed"),
        (reviews.approved(READY), "● app  agent/t-43  claude approved 4m"),
        (replace(READY, state=ChangeState.MERGED), "● app  agent/t-43  claude landed 4m"),
        (replace(READY, state=ChangeState.PENDING), "● app  agent/t-43  claude done 12m"),
        (replace(READY, key=replace(READY.key, machine="mini")), "agent/t-43  claude done 12m"),
    ],
)
def test_a_branch_says_what_became_of_it(change: Change, words: str) -> None:
    assert words in reviewed_rows(AgentState.DONE, change)


def test_a_branch_without_an_agent_says_it_too() -> None:
    assert "▲ app  agent/t-43  review ready 4m" in reviewed_rows(None, READY)


@pytest.mark.parametrize("state", [AgentState.RUNNING, AgentState.WAITING, AgentState.FAILED])
def test_what_an_agent_does_now_is_worth_more(state: AgentState) -> None:
    assert f"claude {state.value} 12m" in reviewed_rows(state, READY)


def test_an_older_head_says_nothing_of_the_newer_one() -> None:
    tree = fleets.tree("agent/t-43", AgentState.DONE, head="f" * 40)
    view = replace(fleets.fleet_of(2), machines=(replace(fleets.brain(), worktrees=(tree,)),))
    assert with_reviews(view, ReviewView((reviews.repo(READY),))).machines[0].worktrees == (tree,)


def test_what_waits_for_review_stands_before_what_runs_and_is_counted_in_rows() -> None:
    trees = (
        fleets.tree("agent/t-1", AgentState.RUNNING),
        fleets.tree("agent/t-43", AgentState.DONE, head=READY.head),
    )
    view = replace(fleets.fleet_of(2), machines=(replace(fleets.brain(), worktrees=trees),))
    brain = with_reviews(view, ReviewView((reviews.repo(READY),))).machines[0]
    rows = [plain(line) for line in worktree_lines(brain, fleets.NOW, 90)]
    assert "review ready" in rows[0]
    told = "\n".join(plain(line) for line in compact_lines(brain, fleets.NOW, 120, names=8))
    assert "▲ 1 to review  ⟳ 1 running" in told
