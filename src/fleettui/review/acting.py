"""Landing, undoing, pushing, removing: each act on a desk, one at a time for each repository."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from fleettui.model.change import Change, ChangeKey, ChangeState, Evaluation
from fleettui.model.errors import FleettuiError, Refused
from fleettui.model.fmt import plural
from fleettui.model.landing import (
    Landing,
    Preview,
    Pushed,
    PushPreview,
    Removal,
    Strategy,
    Train,
    TrainResult,
    UndoPreview,
)
from fleettui.review import verdicts
from fleettui.review.desk import Desk, Shared
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.landing import landing as landings
from fleettui.review.landing import message, recovery
from fleettui.review.landing import train as trains
from fleettui.review.landing import undo as undoing
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.publish import push as pushing
from fleettui.review.publish import remove as removing
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.system import asked, told

_SETTLED = (ChangeState.MERGED, ChangeState.REJECTED)
_UNFIT = (ChangeState.GATES_FAILED, ChangeState.TOO_LARGE, ChangeState.INVALID)
_FIT = (ChangeState.READY, ChangeState.CONFLICTS)


async def recover(desk: Desk) -> tuple[str, ...]:
    """Bring what a crash left half done to its end; what was done, in clean lines.

    A repository that cannot be opened is told of later, by whatever needs it.
    """
    try:
        if not await asked(asyncio.to_thread(desk.ws.folder.exists)):
            return ()
        if not await desk.journal.pending():
            return ()
        clone = await asked(desk.open())
    except FleettuiError:
        return ()
    try:
        return await asked(recovery.recover(desk.ws, clone, desk.journal))
    except FleettuiError as error:
        return (f"{desk.ws.repo.name}: {error}",)


@told
async def preview_merge(desk: Desk, shared: Shared, key: ChangeKey, strategy: Strategy) -> Preview:
    """What the target would become by the approved head; by the newest where none is approved."""
    change = desk.change(key)
    clone = await desk.open()
    yes = change.approval
    now = await _evaluation(desk, change)
    by = yes.by if yes else _person(clone)
    shown = await landings.preview(
        desk.ws,
        clone,
        key=key,
        evaluation=now,
        strategy=strategy,
        message=message.write(_subject(change, now, by), strategy),
        when=yes.at if yes else shared.clock.now(),
        gates=desk.ws.repo.gates if shared.gates else (),
    )
    why = "it is not approved" if yes is None else _unfit(change, yes.head)
    blocked = (why, *shown.blocked) if why else shown.blocked
    return replace(shown, blocked=blocked, notes=(*_gates(desk, shared), *shown.notes))


def _gates(desk: Desk, shared: Shared) -> tuple[str, ...]:
    """Nobody may think that a gate was passed that never ran."""
    if shared.gates is not None or not desk.ws.repo.gates:
        return ()
    return (f"{plural(len(desk.ws.repo.gates), 'gate')} configured, and not run",)


def _unfit(change: Change, head: str) -> str:
    """What became known of a head since it was approved; a head that came later says nothing."""
    if change.head == head and change.state in _UNFIT:
        return verdicts.reason(change)
    return ""


async def _evaluation(desk: Desk, change: Change) -> Evaluation:
    """Of what was approved; the branch may have moved on since."""
    yes, now = change.approval, change.evaluation
    if yes is not None and (now is None or (now.target, now.head) != (yes.target, yes.head)):
        return await evaluate(desk.ws.q(), yes.target, yes.head)
    if now is None:
        raise Refused(f"{change.key.branch} cannot land: {change.problem or change.state.value}")
    return now


def _subject(change: Change, now: Evaluation, by: str) -> message.Subject:
    return message.Subject(
        key=change.key,
        head=now.head,
        approver=by,
        commits=now.commits,
        text=change.text,
        agent=change.agent,
        model=change.model,
        usd=change.usd,
    )


@told
async def merge(desk: Desk, shared: Shared, shown: Preview) -> Landing:
    """Land exactly what was shown and approved."""
    async with desk.acting:
        yes = shared.store.said(shown.key).approvals.get(shown.head)
        if yes is None:
            raise Refused(f"{shown.key.branch} is not approved", "approve it first")
        if why := _unfit(desk.change(shown.key), shown.head):
            raise Refused(f"{shown.key.branch} {why}")
        clone = await desk.open()
        try:
            landed = await landings.land(desk.ws, clone, desk.journal, shown, yes)
        finally:
            await desk.compute()
        _arrived(shared, landed)
        return landed


@told
async def preview_undo(desk: Desk, shared: Shared) -> UndoPreview:
    """What taking back the last landing would do."""
    clone = await desk.open()
    return await undoing.preview_undo(desk.ws, clone, desk.journal, now=shared.clock.now())


@told
async def undo(desk: Desk, shared: Shared, shown: UndoPreview) -> Landing:
    """Take it back, and the yes with it: the next train must not land it again."""
    async with desk.acting:
        try:
            undone = await undoing.undo(desk.ws, await desk.open(), desk.journal, shown)
            await shared.store.unapprove(undone.key)
            return undone
        finally:
            await desk.compute()


@told
async def preview_push(desk: Desk, shared: Shared) -> PushPreview:
    """Ask the remote where its branch is, and say what it would gain."""
    clone = await desk.open()
    return await pushing.preview_push(desk.ws, clone, desk.journal, ssh_config=shared.ssh_config)


@told
async def push(desk: Desk, shared: Shared, shown: PushPreview) -> Pushed:
    """Push exactly that."""
    async with desk.acting:
        clone = await desk.open()
        try:
            return await pushing.push(
                desk.ws, clone, desk.journal, shown, ssh_config=shared.ssh_config
            )
        finally:
            await desk.compute()


@told
async def preview_train(
    desk: Desk, shared: Shared, strategy: Strategy, keys: Sequence[ChangeKey]
) -> Train:
    """The approved changes, each on the result of the one before, in forecast order."""
    if await desk.stale():
        await desk.compute()
    changes = {change.key: change for change in desk.changes() if _rides(change, keys)}
    order = [key for key in (*keys, *desk.order) if key in changes]
    chosen = [changes[key] for key in dict.fromkeys([*order, *changes])]
    clone = await desk.open()
    by = _person(clone)
    passengers = [_passenger(change, by, desk.target) for change in chosen]
    now = shared.clock.now()
    train = await trains.plan(desk.ws, clone, passengers, strategy=strategy, now=now)
    return replace(train, notes=(*train.notes, *_gates(desk, shared)))


def _passenger(change: Change, by: str, target: str | None) -> trains.Passenger:
    now = change.evaluation
    blocked = ""
    if now is None or now.target != target:
        blocked = "it is being computed anew"
    elif change.state not in _FIT:
        blocked = f"it {verdicts.reason(change)}"
    subject = _subject(change, now, by) if now else message.Subject(change.key, change.head, by)
    return trains.Passenger(subject, change.title, blocked, change.acknowledged, change.signals)


def _rides(change: Change, keys: Sequence[ChangeKey]) -> bool:
    approved = change.head_approved and change.state is not ChangeState.MERGED
    return approved and (not keys or change.key in keys)


@told
async def land_train(desk: Desk, shared: Shared, train: Train) -> TrainResult:
    """Approve exactly the trees of the sheet, and land them until the first failure."""
    async with desk.acting:
        clone = await desk.open()
        try:
            return await trains.land(
                desk.ws,
                clone,
                desk.journal,
                train,
                now=shared.clock.now(),
                by=_person(clone),
                gates=shared.gates,
                arrived=partial(_arrived, shared),
            )
        finally:
            await desk.compute()


def _arrived(shared: Shared, landed: Landing) -> None:
    if shared.tasks:
        shared.tasks.landed(landed.key, landed.after)


def _person(clone: UserClone) -> str:
    name, address = clone.identity()
    return f"{name} <{address}>"


@told
async def preview_remove(desk: Desk, key: ChangeKey) -> Removal:
    """What removing worktree and branch on the machine would delete."""
    change = desk.change(key)
    return await removing.preview_remove(
        desk.ws, _place(desk, key), key, change.head, settled=change.state in _SETTLED
    )


@told
async def remove(desk: Desk, shown: Removal) -> None:
    """Remove them, after a backup."""
    async with desk.acting:
        await removing.remove(desk.ws, _place(desk, shown.key), shown)
        desk.incoming.forget(shown.key)


def _place(desk: Desk, key: ChangeKey) -> CloneAt:
    place = desk.incoming.place(key.machine)
    if place is None:
        raise Refused(f"{key.machine} has no clone of {key.repo} any more")
    return place
