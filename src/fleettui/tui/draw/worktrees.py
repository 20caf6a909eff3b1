"""Worktrees and the agents in them, one line each, in columns."""

from datetime import datetime

from fleettui.model import fmt
from fleettui.model.view import MachineView
from fleettui.model.worktree import AgentState, Worktree
from fleettui.tui.draw import marks
from fleettui.tui.draw.paint import Line, Tone, cells, cut, fit, left, right, tame

_URGENCY = {
    AgentState.WAITING: 0,
    AgentState.FAILED: 0,
    AgentState.LOST: 0,
    AgentState.RUNNING: 1,
    AgentState.DONE: 2,
    AgentState.UNKNOWN: 3,
}


def urgency(worktree: Worktree) -> int:
    """What waits for a human comes first, then what runs."""
    if worktree.problem:
        return 0
    return 4 if worktree.agent is None else _URGENCY[worktree.agent.state]


def worktree_lines(view: MachineView, now: datetime, room: int) -> tuple[Line, ...]:
    """`⟳ app  agent/42  claude running 12m  ↑3 ↓1 ~  4m`, what needs a human first."""
    trees = sorted(view.worktrees or (), key=urgency)
    if not trees:
        return ()
    tail = 20 if room >= 44 else 0
    free = room - 2 - tail
    repo = min(max(cells(tame(tree.repo)) for tree in trees), max(3, free // 5))
    branch = min(max(cells(tame(tree.branch or "")) for tree in trees), max(6, free * 2 // 5))
    who = min(26, max(0, free - repo - branch - 4))
    return tuple(_worktree(tree, now, room, (repo, branch, who, tail)) for tree in trees)


def _worktree(tree: Worktree, now: datetime, room: int, columns: tuple[int, int, int, int]) -> Line:
    repo, branch, who, tail = columns
    mark = marks.agent(tree.agent.state if tree.agent else None)
    if tree.problem:
        mark = marks.Mark(marks.ATTENTION, Tone.WARN)
    head: Line = (
        (f"{mark.glyph} ", mark.tone),
        (left(tree.repo, repo), Tone.DIM),
        ("  ", Tone.TEXT),
        (left(tree.branch or "(detached)", branch), Tone.STRONG if tree.agent else Tone.TEXT),
        ("  ", Tone.TEXT),
    )
    if tree.problem:
        return cut((*head, (tree.problem, Tone.WARN)), room)
    line = (*head, (left(agent_words(tree, now), who), mark.tone))
    return cut((*line, *commit_facts(tree, now)) if tail else line, room)


def agent_words(tree: Worktree, now: datetime) -> str:
    """`claude running 12m`; a question mark where the state is only guessed."""
    agent = tree.agent
    if agent is None:
        return ""
    guess = "?" if agent.source == "guess" else ""
    since = "" if agent.since is None else fmt.short_age((now - agent.since).total_seconds())
    words = (agent.agent or "", f"{agent.state.value}{guess}", since)
    return " ".join(word for word in words if word)


def commit_facts(tree: Worktree, now: datetime) -> Line:
    """Commits ahead and behind, whether there are changes, and how old the last commit is."""
    at = tree.last_commit_at
    return (
        (right(_count("↑", tree.ahead), 5), Tone.OK if tree.ahead else Tone.DIM),
        (right(_count("↓", tree.behind), 5), Tone.WARN if tree.behind else Tone.DIM),
        (right({True: "~", False: "", None: fmt.UNKNOWN}[tree.dirty], 2), Tone.ACCENT),
        (right(fmt.short_age(None if at is None else (now - at).total_seconds()), 6), Tone.DIM),
    )


def _count(arrow: str, commits: int | None) -> str:
    if commits is None:
        return fmt.UNKNOWN
    return fit(f"{arrow}{fmt.count(commits)}", 5) if commits else ""
