"""Worktrees and the agents in them, one line each, in columns."""

from collections.abc import Iterable
from datetime import datetime

from fleettui.model import fmt
from fleettui.model.view import MachineView
from fleettui.model.worktree import AgentState, Worktree
from fleettui.tui.draw import marks
from fleettui.tui.draw.paint import Line, Tone, cells, cut, left, right, tame
from fleettui.tui.draw.reviewed import Reviewed

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
    if worktree.problem or (isinstance(worktree, Reviewed) and worktree.waits):
        return 0
    return 4 if worktree.agent is None else _URGENCY[worktree.agent.state]


def worktree_lines(view: MachineView, now: datetime, room: int) -> tuple[Line, ...]:
    """`⟳ app  agent/42  claude running 12m  ↑3 ↓1 ~  4m`, what needs a human first."""
    trees = sorted(view.worktrees or (), key=urgency)
    if not trees:
        return ()
    facts = [_commit_facts(tree, now) for tree in trees]
    widths = [max(cells(row[column][0]) for row in facts) + 1 for column in range(4)]
    if room < 44:
        widths = []
    free = room - 2 - sum(widths)
    repo = min(_widest(tree.repo for tree in trees), max(3, free // 4))
    words = _widest(agent_words(tree, now) for tree in trees)
    branch = min(_widest(branch_name(tree) for tree in trees), max(6, free - repo - words - 4))
    who = max(0, min(words, free - repo - branch - 4))
    return tuple(
        _worktree(tree, now, room, (repo, branch, who), _columns(row, widths))
        for tree, row in zip(trees, facts, strict=True)
    )


def _widest(texts: Iterable[str]) -> int:
    return max(cells(tame(text)) for text in texts)


def _columns(facts: Line, widths: list[int]) -> Line:
    return tuple(
        (right(text, cells), tone)
        for (text, tone), cells in zip(facts[: len(widths)], widths, strict=True)
    )


def branch_name(tree: Worktree) -> str:
    """The branch, or that the worktree is on none."""
    return tree.branch or "(detached)"


def _worktree(
    tree: Worktree, now: datetime, room: int, columns: tuple[int, int, int], tail: Line
) -> Line:
    repo, branch, who = columns
    mark = marks.agent(tree.agent.state if tree.agent else None)
    if isinstance(tree, Reviewed) and tree.review is not None:
        mark = tree.review
    if tree.problem:
        mark = marks.Mark(marks.ATTENTION, Tone.WARN)
    head: Line = (
        (f"{mark.glyph} ", mark.tone),
        (left(tree.repo, repo), Tone.DIM),
        ("  ", Tone.TEXT),
        (left(branch_name(tree), branch), Tone.STRONG if agent_words(tree, now) else Tone.TEXT),
        ("  ", Tone.TEXT),
    )
    if tree.problem:
        return cut((*head, (tree.problem, Tone.WARN)), room)
    return cut((*head, (left(agent_words(tree, now), who), mark.tone), *tail), room)


def agent_words(tree: Worktree, now: datetime) -> str:
    """`claude running 12m`; a question mark where the state is only guessed. Where the agent is
    done, what became of its work: `claude review ready 4m`."""
    agent = tree.agent
    if isinstance(tree, Reviewed) and tree.review is not None:
        state, since = tree.review.word, tree.reviewed_since
    elif agent is None:
        return ""
    else:
        state, since = f"{agent.state.value}{'?' if agent.source == 'guess' else ''}", agent.since
    age = "" if since is None else fmt.short_age((now - since).total_seconds())
    return " ".join(filter(None, ((agent and agent.agent) or "", state, age)))


def _commit_facts(tree: Worktree, now: datetime) -> Line:
    """Commits ahead and behind, whether there are changes, and how old the last commit is."""
    at = tree.last_commit_at
    return (
        (_count("↑", tree.ahead), Tone.OK if tree.ahead else Tone.DIM),
        (_count("↓", tree.behind), Tone.WARN if tree.behind else Tone.DIM),
        ({True: "~", False: "", None: fmt.UNKNOWN}[tree.dirty], Tone.ACCENT),
        (fmt.short_age(None if at is None else (now - at).total_seconds()), Tone.DIM),
    )


def _count(arrow: str, commits: int | None) -> str:
    if commits is None:
        return fmt.UNKNOWN
    return f"{arrow}{fmt.count(commits)}" if commits else ""
