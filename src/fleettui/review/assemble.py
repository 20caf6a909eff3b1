"""A change as a value, put together from what was read, computed and said: pure."""

from collections.abc import Collection
from dataclasses import dataclass, field

from fleettui.model.change import (
    Approval,
    Change,
    ChangeKey,
    ChangeState,
    Comment,
    Forecast,
)
from fleettui.review.intake.incoming import Head
from fleettui.review.ports import TaskFacts
from fleettui.review.reading.facts import Fact
from fleettui.review.reading.states import state_of
from fleettui.review.said.values import NOTHING, Said

_DONE = (ChangeState.MERGED, ChangeState.REJECTED, ChangeState.EMPTY)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is known of one change. `bad`: why git refused its branch."""

    key: ChangeKey
    head: Head
    target: str
    fact: Fact | None = None
    bad: str | None = None
    said: Said = NOTHING
    comments: tuple[Comment, ...] = ()
    forecast: Forecast | None = None
    task: TaskFacts = field(default_factory=TaskFacts)


def change_of(parts: Parts, landed: Collection[str]) -> Change:
    """The change; `landed` are the heads that the journal has as landed."""
    head, fact, said = parts.head.commit, parts.fact, parts.said
    now = fact.evaluation if fact else None
    problem = parts.bad or (fact.failed if fact else None) or (now.too_large if now else None)
    newest = now.commits[0] if now and now.commits else None
    rejection = said.rejections.get(head)
    state = state_of(
        now,
        bad=parts.bad is not None or bool(fact and fact.failed),
        rejected=rejection is not None,
        landed=head in landed,
        contained=bool(fact and fact.contained),
        gates=parts.task.gates,
    )
    return Change(
        key=parts.key,
        head=head,
        target=parts.target,
        state=state,
        evaluation=now,
        since=said.seen.get(head),
        seen_at=parts.head.seen_at,
        head_at=newest.at if newest else None,
        author=newest.author if newest else "",
        title=_title(parts),
        text=parts.task.text,
        agent=parts.task.agent,
        model=parts.task.model,
        usd=parts.task.usd,
        gates=parts.task.gates,
        signals=fact.signals if fact else (),
        acknowledged=said.acknowledged.get(head, frozenset()),
        approval=None if state in _DONE else _approval(said, head),
        rejection=rejection,
        reviewed=said.reviewed(now.files) if now else frozenset(),
        reviewed_head=said.reviewed_head,
        comments=parts.comments,
        prompts=said.prompts,
        forecast=parts.forecast,
        problem=problem,
    )


def _title(parts: Parts) -> str:
    """What was asked for; else what the agent says of its oldest commit."""
    if parts.task.text:
        return parts.task.text.split("\n", 1)[0]
    now = parts.fact.evaluation if parts.fact else None
    return now.commits[-1].subject if now and now.commits else ""


def _approval(said: Said, head: str) -> Approval | None:
    """That of the head as it is; else the newest, which the branch has moved on from."""
    if head in said.approvals:
        return said.approvals[head]
    return max(said.approvals.values(), key=lambda yes: yes.at, default=None)


_ORDER = {
    ChangeState.READY: 0,
    ChangeState.CONFLICTS: 1,
    ChangeState.GATES_FAILED: 2,
    ChangeState.PENDING: 3,
    ChangeState.TOO_LARGE: 4,
    ChangeState.INVALID: 5,
    ChangeState.EMPTY: 6,
    ChangeState.REJECTED: 7,
    ChangeState.MERGED: 8,
}


def waiting_first(change: Change) -> tuple[int, str, str]:
    """What waits for the human first; within that by age, so that nothing jumps about."""
    since = change.since.isoformat() if change.since else "~"
    return _ORDER[change.state], since, str(change.key)
