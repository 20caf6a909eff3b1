"""The text of a change: which two trees are compared, and single files of them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from fleettui.git.parse import object_id
from fleettui.git.runner import Git
from fleettui.model.change import Change, Evaluation, FileChange, Side
from fleettui.model.errors import OperationFailed, UsageError
from fleettui.model.patch import Patch
from fleettui.model.review_port import Against
from fleettui.model.text import clean
from fleettui.review.reading.listing import list_files, read_blob
from fleettui.review.reading.patch import read_patch
from fleettui.review.reading.since import since

BLOB_CAP = 5_000_000
"""Bytes of a file that is shown whole."""

_EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


async def patch_of(
    q: Git,
    change: Change,
    against: Against,
    *,
    context: int = 3,
    path: bytes | None = None,
    as_text: bool = False,
) -> AsyncGenerator[Patch, None]:
    """The diff, growing. Raises OperationFailed where the change was not computed."""
    before, after, files = await compared(q, change, against)
    stream = read_patch(q, before, after, files, context=context, path=path, as_text=as_text)
    async with aclosing(stream):
        async for patch in stream:
            yield patch


async def compared(
    q: Git, change: Change, against: Against
) -> tuple[str, str, Sequence[FileChange]]:
    """The two trees (or commits) that a diff is between, and its files."""
    now = change.evaluation
    if now is None:
        why = change.problem or "it is still being computed"
        raise OperationFailed(f"{change.key.branch} cannot be shown: {clean(why)}")
    if against is Against.SINCE and change.reviewed_head not in (None, now.head):
        before, after = await since(q, now.target, change.reviewed_head or "", now.head)
        return before, after, await list_files(q, before, after)
    base = now.base or _EMPTY_TREE[len(now.head)]
    if now.tree is None:
        return base, now.head, now.files
    if against is Against.MADE:
        return base, now.head, await list_files(q, base, now.head)
    return now.target, now.tree, now.files


async def blob_of(q: Git, now: Evaluation, path: bytes, side: Side) -> bytes:
    """A whole file as it would be (or was). Raises UsageError where it is not there."""
    tree = now.target if side is Side.OLD else now.tree or now.head
    told = await q.run(["ls-tree", "-z", "--full-tree", tree, "--", path])
    entry, _, name = told.stdout.removesuffix(b"\0").partition(b"\t")
    words = entry.split(b" ")
    if name != path or len(words) != 3 or words[1] != b"blob":
        raise UsageError(f"there is no file {clean(path)} on that side")
    return await read_blob(q, object_id(words[2]), BLOB_CAP)
