"""What a human has not seen yet of a change whose branch has moved on."""

from fleettui.git.parse import object_id
from fleettui.git.runner import Git
from fleettui.review.reading.merging import merge_many


async def since(q: Git, target: str, reviewed: str, head: str) -> tuple[str, str]:
    """Two commits or trees; what differs between them is what `head` has made of `reviewed`.

    Where the branch only grew, the two heads themselves. Where it was rewritten, or has taken
    in more of the target, what each of them would make of the target: so that what the target's
    own commits did is not shown. Where one of those conflicts, the heads. Raises GitFailed,
    as where `reviewed` is gone.
    """
    if reviewed == head or await _only_grew(q, target, reviewed, head):
        return reviewed, head
    before, after = await merge_many(q, [(target, reviewed), (target, head)])
    if before.tree is None or after.tree is None:
        return reviewed, head
    return before.tree, after.tree


async def _only_grew(q: Git, target: str, reviewed: str, head: str) -> bool:
    asked = ["merge-base", "--is-ancestor", "--end-of-options", reviewed, head]
    if (await q.run(asked, ok=(0, 1))).exit_status:
        return False
    return await _bases(q, target, reviewed) == await _bases(q, target, head)


async def _bases(q: Git, target: str, head: str) -> frozenset[str]:
    told = await q.run(["merge-base", "--all", "--end-of-options", target, head], ok=(0, 1))
    return frozenset(map(object_id, told.stdout.splitlines()))
