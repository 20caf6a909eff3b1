"""Landing an approved change in the user's clone: exactly what was looked at, or nothing."""

from dataclasses import replace
from datetime import datetime

from fleettui.model.change import Approval, ChangeKey, Evaluation
from fleettui.model.errors import Refused
from fleettui.model.landing import Landing, Preview, Strategy
from fleettui.model.text import clean
from fleettui.review.intake import quarantine
from fleettui.review.landing import commits, lock, obstacles
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.lock import Held, holding
from fleettui.review.landing.moving import move_target, to_the_end
from fleettui.review.landing.recovery import recover
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.reading import merging
from fleettui.review.workspace import Workspace

__all__ = ["land", "land_held", "move_target", "preview"]


async def preview(
    ws: Workspace,
    clone: UserClone,
    *,
    key: ChangeKey,
    evaluation: Evaluation,
    strategy: Strategy,
    message: str,
    when: datetime,
    gates: tuple[tuple[str, ...], ...] = (),
) -> Preview:
    """What the target would become, and what stands in the way; the user's clone is only read.

    `when` (that of the approval, if there is one) becomes the date of the commit. Raises Refused
    where there is nothing that could land, or the strategy is not possible.
    """
    found = evaluation
    if found.tree is None:
        raise Refused(f"{key.branch} conflicts with {clean(ws.repo.base)}", "send it back")
    after = await _made(ws, clone, found, found.tree, strategy, message, when)
    outlook = await obstacles.look(ws, clone, found.target, after)
    busy = lock.held_by(ws)
    return Preview(
        key=key,
        target=ws.repo.base,
        before=found.target,
        after=after,
        tree=found.tree,
        head=found.head,
        strategy=strategy,
        message=message,
        files=len(found.files),
        additions=found.additions,
        deletions=found.deletions,
        checked_out=clean(outlook.place.path) if outlook.place else None,
        keeps=outlook.keeps,
        blocked=(*outlook.blocked, *([f"another act is under way: {busy}"] if busy else [])),
        gates=gates,
        notes=outlook.notes,
    )


async def _made(
    ws: Workspace,
    clone: UserClone,
    found: Evaluation,
    tree: str,
    strategy: Strategy,
    message: str,
    when: datetime,
) -> str:
    await quarantine.pin(ws, found.target, found.head)
    return await commits.build(
        ws.q(),
        target=found.target,
        head=found.head,
        tree=tree,
        strategy=strategy,
        message=message,
        identity=clone.identity(),
        when=when,
        base=found.base,
    )


async def land(
    ws: Workspace, clone: UserClone, journal: Journal, shown: Preview, approval: Approval
) -> Landing:
    """Land exactly what a preview showed and an approval says yes to.

    Raises Refused where anything differs or stands in the way, OperationFailed where git or the
    disk fails: nothing of it is left behind then. What an earlier crash left is ended first, and
    told in the note of the landing.
    """
    what = f"landing {shown.key.branch}"
    async with holding(ws, what, clone=clone.common_dir) as held:
        told = await recover(ws, clone, journal, held)
        landing = await land_held(ws, clone, journal, held, shown, approval)
    return replace(landing, note="; ".join(filter(None, (*told, landing.note))))


async def land_held(
    ws: Workspace,
    clone: UserClone,
    journal: Journal,
    held: Held,
    shown: Preview,
    approval: Approval,
) -> Landing:
    """The same for who holds the lock already, as a train does."""
    await _check(ws, shown, approval)
    await quarantine.pin(ws, shown.before, shown.head, shown.after)
    return await to_the_end(_landed(ws, clone, journal, held, shown, approval))


async def _landed(
    ws: Workspace,
    clone: UserClone,
    journal: Journal,
    held: Held,
    shown: Preview,
    approval: Approval,
) -> Landing:
    entry = await journal.begin(
        key=shown.key,
        ref=ws.target_ref,
        before=shown.before,
        after=shown.after,
        head=shown.head,
        strategy=shown.strategy,
        at=approval.at,
    )
    return await move_target(
        *(ws, clone, journal, held), landing=entry, before=shown.before, after=shown.after
    )


async def _check(ws: Workspace, shown: Preview, approval: Approval) -> None:
    """That the commit is what was approved, and that git still merges it so."""
    if (approval.target, approval.head, approval.tree) != (shown.before, shown.head, shown.tree):
        raise Refused(f"{shown.key.branch} was not approved as it is now", "look at it again")
    q = ws.q()
    made = await commits.read(q, shown.after)
    expected = {
        Strategy.MERGE: (shown.before, shown.head),
        Strategy.SQUASH: (shown.before,),
    }.get(shown.strategy, made.parents)
    on_top = await commits.is_ancestor(q, shown.before, shown.after)
    if made.tree != approval.tree or made.parents != expected or not on_top:
        raise Refused("the commit is not the one that was approved", "look at it again")
    merged = await merging.merge(q, shown.before, shown.head)
    if merged.tree != approval.tree:
        raise Refused("merging gives other files than those approved", "look at it again")
