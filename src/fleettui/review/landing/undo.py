"""Taking back the last landing: by going back where nobody else has it yet, else by a new commit.

The last landing is the newest of the journal that is landed, not undone, and still part of the
target. So taking back again takes back the one before it; what was taken back lands again by
landing it, not by undoing the undo.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fleettui.git.parse import object_id
from fleettui.git.runner import Git
from fleettui.model.errors import Refused
from fleettui.model.landing import Landing, LandingState, Strategy, UndoPreview
from fleettui.model.text import clean
from fleettui.review.intake import quarantine
from fleettui.review.landing import commits, lock, obstacles
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.moving import move_target
from fleettui.review.landing.recovery import recover
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.publish import push
from fleettui.review.reading import merging
from fleettui.review.reading.merging import Merged
from fleettui.review.workspace import PINS, Workspace

_NAMED = 20
_NOBODY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (
        ("NAME", "fleettui"),
        ("EMAIL", "fleettui@localhost"),
        ("DATE", "@0 +0000"),
    )
}


async def preview_undo(
    ws: Workspace, clone: UserClone, journal: Journal, *, now: datetime
) -> UndoPreview:
    """What taking back the last landing would do. Raises Refused where there is none.

    A commit that takes it back is made in quarantine, dated `now`, and is what `undo` lands.
    """
    tip = await quarantine.take_target(ws, clone.common_dir)
    await quarantine.pin(ws, tip)
    landing = await _last(ws, journal, tip)
    if tip == landing.after and not await _known_to_others(clone, landing):
        way = await obstacles.look(ws, clone, tip, landing.before)
        return UndoPreview(landing, ws.target_ref, tip, landing.before, False, way.blocked)
    merged = await _without(ws.q(), tip, landing)
    if merged.tree is None:
        return UndoPreview(landing, ws.target_ref, tip, tip, True, _conflicts(merged, landing))
    if merged.tree == (await commits.read(ws.q(), tip)).tree:
        why = f"{clean(ws.repo.base)} has nothing of {landing.key.branch} any more"
        return UndoPreview(landing, ws.target_ref, tip, tip, True, (why,))
    after = await _commit(ws, clone, tip, merged.tree, landing, now)
    way = await obstacles.look(ws, clone, tip, after)
    return UndoPreview(landing, ws.target_ref, tip, after, True, way.blocked)


async def undo(ws: Workspace, clone: UserClone, journal: Journal, preview: UndoPreview) -> Landing:
    """Take it back, exactly so. Raises Refused where anything has moved since."""
    if preview.blocked:
        raise Refused("; ".join(preview.blocked))
    what = f"taking back {preview.landing.key.branch}"
    async with lock.holding(ws, what, clone=clone.common_dir) as held:
        await recover(ws, clone, journal, held)
        landing = await _last(ws, journal, await quarantine.take_target(ws, clone.common_dir))
        if landing.id != preview.landing.id or preview.ref != ws.target_ref:
            raise Refused("another landing is the last one now", "look again")
        if preview.revert:
            await _check(ws.q(), preview, landing)
        elif (preview.before, preview.after) != (landing.after, landing.before):
            raise Refused("this does not take the landing back", "look again")
        elif await _known_to_others(clone, landing):
            raise Refused(f"{landing.key.branch} was pushed meanwhile", "look again")
        return await move_target(
            ws,
            clone,
            journal,
            held,
            landing=landing,
            before=preview.before,
            after=preview.after,
            done=LandingState.UNDONE,
            otherwise=LandingState.LANDED,
        )


async def standing(q: Git, ref: str, tip: str, landed: Sequence[Landing]) -> tuple[Landing, ...]:
    """Those of the landings that are still part of the target: by hand, too, one can go back."""
    if not landed:
        return ()
    asked = ["for-each-ref", "--format=%(objectname)", f"--merged={tip}", "--", f"{PINS}/"]
    there = set((await q.run(asked)).stdout.decode("ascii").split())
    return tuple(one for one in landed if one.ref == ref and one.after in there)


async def _last(ws: Workspace, journal: Journal, tip: str) -> Landing:
    for landing in await journal.landed():
        if landing.ref == ws.target_ref and await push.contains(ws.q(), tip, landing.after):
            return landing
    raise Refused(f"{clean(ws.repo.base)} has no landing that could be taken back")


async def _known_to_others(clone: UserClone, landing: Landing) -> bool:
    """Whether it was pushed, by us or by hand, to anybody: others may have built on it."""
    if landing.pushed:
        return True
    asked = ["for-each-ref", "--count=1", "--format=x", f"--contains={landing.after}"]
    return bool((await clone.git().run([*asked, "refs/remotes/"])).stdout)


async def _without(q: Git, tip: str, landing: Landing) -> Merged:
    """The target as it would be without the landing: what came after it stays.

    A merge with the landing as the base, of what is there now and of what was before. git 2.39
    takes no base by hand, so the three trees become commits whose base is the one we mean.
    """
    before = (await commits.read(q, landing.before)).tree
    if tip == landing.after:
        return Merged(before)
    base = await _bare(q, (await commits.read(q, landing.after)).tree)
    ours = await _bare(q, (await commits.read(q, tip)).tree, base)
    theirs = await _bare(q, before, base)
    return await merging.merge(q, ours, theirs)


async def _bare(q: Git, tree: str, *parents: str) -> str:
    """A commit that is only for merging."""
    asked = ["commit-tree", "-m", "base"]
    for parent in parents:
        asked += ["-p", parent]
    alone = replace(q, env={**q.env, **_NOBODY})
    return object_id((await alone.run([*asked, "--end-of-options", tree])).stdout)


def _conflicts(merged: Merged, landing: Landing) -> tuple[str, ...]:
    if merged.problem:
        return (merged.problem,)
    why = f"{landing.key.branch} cannot be taken back: later commits changed"
    paths = [f"{why} {clean(path)}" for path in merged.conflicts[:_NAMED]]
    return tuple(paths) or (f"{why} the same folders",)


async def _commit(
    ws: Workspace, clone: UserClone, tip: str, tree: str, landing: Landing, now: datetime
) -> str:
    name, email = clone.identity()
    key = landing.key
    return await commits.build(
        ws.q(),
        target=tip,
        head=tip,
        tree=tree,
        strategy=Strategy.SQUASH,
        message=(
            f"Take back {key.branch} from {clean(key.machine, limit=40)}\n\n"
            f"This reverts commit {landing.after}.\n\n"
            f"Task: {key.task}\nMachine: {clean(key.machine)}\n"
            f"Approved-by: {clean(name)} <{clean(email)}>\n"
        ),
        identity=(name, email),
        when=now,
        base=None,
    )


async def _check(q: Git, preview: UndoPreview, landing: Landing) -> None:
    """Whether the commit of the preview is what taking back gives now."""
    made = await commits.read(q, preview.after)
    merged = await _without(q, preview.before, landing)
    if made.parents != (preview.before,) or made.tree != merged.tree:
        raise Refused("this does not take the landing back", "look again")
