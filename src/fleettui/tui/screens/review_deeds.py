"""What the keys of the review screen ask the service to do, and what is said when it is done."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fleettui.model import fmt
from fleettui.model.change import Change, ChangeKey, Comment, Evaluation, Side
from fleettui.model.errors import Refused
from fleettui.model.landing import (
    Landing,
    Preview,
    PushPreview,
    Removal,
    Train,
    UndoPreview,
)
from fleettui.model.review import RepoReview
from fleettui.model.review_port import ReviewPort
from fleettui.tui.acts import Acts
from fleettui.tui.draw.review_marks import short
from fleettui.tui.said import Manner
from fleettui.tui.screens import review_plans as plans
from fleettui.tui.screens.sheets import Plan, Sheet

WhatT = TypeVar("WhatT")
_Work = Callable[[], Coroutine[Any, Any, str]]


def landing_lock(repo: str) -> tuple[str, str]:
    """Under which what moves a branch of a repository is done, one at a time."""
    return ("land", repo)


class Deeds:
    """Starts acts; `ask` shows a sheet and gives on what it returns, `judged` is told of each
    verdict once the service has it."""

    def __init__(
        self,
        port: ReviewPort,
        acts: Acts,
        ask: Callable[[Sheet[Any], Callable[[Any], None]], Awaitable[None]],
        judged: Callable[[ChangeKey], None],
    ) -> None:
        self._port = port
        self._acts = acts
        self._ask = ask
        self._judged = judged

    # Verdicts

    def approve(self, change: Change, seen: Evaluation) -> None:
        """Say yes to exactly what was seen."""
        key = change.key

        async def work() -> str:
            await self._port.approve(key, seen.head, tree=seen.tree)
            self._judged(key)
            return (
                f"approved {key.branch} at {short(seen.head)}: m lands it, T all that is approved"
            )

        self._start(("say", key), f"approving {key.branch}", work)

    def reject(self, change: Change, note: str) -> None:
        """Say no."""
        key = change.key

        async def work() -> str:
            await self._port.reject(key, note)
            self._judged(key)
            return f"rejected {key.branch}" + (f": {note}" if note else "")

        self._start(("say", key), f"rejecting {key.branch}", work)

    def acknowledge(self, change: Change, signal: str, head: str) -> None:
        """Acknowledge a signal of the head that is seen."""
        key = change.key

        async def work() -> str:
            await self._port.acknowledge(key, signal, head)
            return ""

        self._start(("acknowledge", key, signal), "", work)

    def take_back_approval(self, change: Change) -> None:
        """Take an approval back."""
        key = change.key

        async def work() -> str:
            await self._port.unapprove(key)
            return f"{key.branch} is not approved any more"

        self._start(("say", key), f"taking back the approval of {key.branch}", work)

    # Files and comments

    def mark(self, change: Change, path: str, reviewed: bool) -> None:
        """Mark a file as reviewed, or no more."""
        key = change.key

        async def work() -> str:
            await self._port.mark(key, path, reviewed)
            return ""

        self._start(("mark", key, path), "", work)

    def comment(self, change: Change, path: str, line: int, side: Side, text: str) -> None:
        """Remark on a line."""
        key = change.key

        async def work() -> str:
            await self._port.comment(key, path, line, text, side)
            return f"commented on {path}:{line}: C sends it" if line else f"commented on {path}"

        self._start(("comment", key, path, line, text), "keeping your comment", work)

    def take_back_comment(self, change: Change, comment: Comment) -> None:
        """Take back a comment that was not sent."""
        key = change.key

        async def work() -> str:
            await self._port.uncomment(key, comment.id)
            return f"took back your comment on {comment.path}"

        self._start(("uncomment", key, comment.id), "", work)

    async def send(self, change: Change) -> None:
        """Send the comments, after a look at the prompt."""
        key = change.key

        def sent(what: Change) -> _Work:
            async def work() -> str:
                prompt = await self._port.send(key)
                self._judged(key)
                many = fmt.plural(len(what.drafts), "comment")
                where = (
                    f"as {prompt.attempt}" if prompt.attempt else "stored until an agent takes it"
                )
                return f"sent {many} on {key.branch}, {where}"

            return work

        await self._sheet(plans.send_plan(change), ("say", key), f"sending to {key.branch}", sent)

    # Landing

    async def merge(self, change: Change, repo: RepoReview) -> None:
        """Land one change, after a look at what the target becomes."""
        key = change.key

        def landed(preview: Preview) -> _Work:
            async def work() -> str:
                landing = await self._port.merge(preview)
                self._judged(key)
                return _landed(landing, repo.target)

            return work

        plan = plans.merge_plan(self._port, change, repo)
        await self._sheet(plan, landing_lock(repo.name), f"merging {key.branch}", landed)

    async def train(self, repo: RepoReview) -> None:
        """Land everything approved, after a look at the chain."""

        def landed(train: Train) -> _Work:
            async def work() -> str:
                result = await self._port.land_train(train)
                many = fmt.plural(len(result.landed), "change")
                if result.stopped:
                    raise Refused(f"the train landed {many} and stopped", result.stopped)
                return f"landed {many} on {repo.target}: z takes back the last one"

            return work

        plan = plans.train_plan(self._port, repo)
        await self._sheet(
            plan, landing_lock(repo.name), f"landing a train on {repo.target}", landed
        )

    async def undo(self, repo: RepoReview) -> None:
        """Take back the last landing, after a look."""

        def undone(preview: UndoPreview) -> _Work:
            async def work() -> str:
                landing = await self._port.undo(preview)
                return f"took back {landing.key.branch}: {repo.target} is at {short(preview.after)}"

            return work

        plan = plans.undo_plan(self._port, repo)
        doing = f"taking back the last landing in {repo.name}"
        await self._sheet(plan, landing_lock(repo.name), doing, undone)

    async def push(self, repo: RepoReview) -> None:
        """Push the target branch, after a look at what the remote gains."""

        def pushed(preview: PushPreview) -> _Work:
            async def work() -> str:
                done = await self._port.push(preview)
                if not done.count:
                    return f"{done.remote} had everything already"
                many = fmt.plural(done.count, "commit")
                return f"pushed {many} to {done.remote}: {repo.target} is at {short(done.after)}"

            return work

        plan = plans.push_plan(self._port, repo)
        await self._sheet(plan, landing_lock(repo.name), f"pushing to {repo.remote}", pushed)

    async def remove(self, change: Change) -> None:
        """Remove worktree and branch, after a look at what is deleted."""
        key = change.key

        def removed(removal: Removal) -> _Work:
            async def work() -> str:
                await self._port.remove(removal)
                return f"removed {key.branch} on {key.machine}; {removal.backup} keeps it"

            return work

        plan = plans.remove_plan(self._port, change)
        await self._sheet(plan, landing_lock(key.repo), f"removing {key.branch}", removed)

    def _start(self, lock: tuple[object, ...], doing: str, work: _Work) -> None:
        if not self._acts.start(lock, doing, work):
            busy = self._acts.under(lock) or "the same is being done"
            self._acts.say(Manner.WHY, f"{busy}: wait until that is done")

    async def _sheet(
        self,
        plan: Plan[WhatT],
        lock: tuple[object, ...],
        doing: str,
        work_of: Callable[[WhatT], _Work],
    ) -> None:
        def confirmed(what: WhatT | None) -> None:
            if what is not None:
                self._start(lock, doing, work_of(what))

        await self._ask(Sheet(plan), confirmed)


def _landed(landing: Landing, target: str) -> str:
    return (
        f"landed {landing.key.branch}: {target} {short(landing.before)} → {short(landing.after)}, "
        "z takes it back"
    )
