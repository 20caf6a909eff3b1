"""What merging would give: `git merge-tree`, which needs no work tree and touches no ref.

Renames are followed as `git merge` does by default. Attributes such as `merge=union` count as
far as `merge_rules.take_rules` took them over from the target.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from shutil import rmtree

from fleettui.git.parse import object_id
from fleettui.git.runner import Git, GitFailed, GitTimedOut, GitTooLarge
from fleettui.model.errors import Malformed
from fleettui.model.text import clean
from fleettui.review.reading.merge_rules import rules_file

MERGE_DEADLINE = 30.0
"""Seconds for one merge, or for a batch of them."""

MANY_DEADLINE = 120.0
"""Seconds for all merges that are asked for at once."""

MERGE_CAP = 16 * 1024 * 1024
"""Bytes of conflicting paths."""

UNRELATED = "the two have no commit in common"
"""Why there is neither a tree nor a conflict: git merges unrelated histories for nobody."""

_BATCH = 200

_AS_GIT_MERGES = ("merge.renames=true", "merge.directoryRenames=conflict")
"""The defaults of `git merge`. The runner switches renames off in diffs, which merges inherit."""

_ARGS = ("merge-tree", "--write-tree", "-z", "--no-messages", "--name-only")


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge. `tree` None: it conflicts in the paths `conflicts` (git's bytes, each once).

    A few conflicts, such as a folder that was renamed in two ways, have no path. `problem`: why
    nothing is known at all; "" where something is.
    """

    tree: str | None
    conflicts: tuple[bytes, ...] = ()
    problem: str = ""

    @property
    def clean(self) -> bool:
        """Whether there is a tree that can be landed."""
        return self.tree is not None


async def merge(q: Git, target: str, head: str, *, deadline: float = MERGE_DEADLINE) -> Merged:
    """Merge two commits. The tree, if there is one, is in `q` then.

    Raises GitTimedOut and GitTooLarge; unrelated histories are a `problem`.
    """
    asked = [*_ARGS, "--end-of-options", target, head]
    try:
        told = await _merging(q).run(asked, ok=(0, 1), cap=MERGE_CAP, deadline=deadline)
    except GitFailed as error:
        if _unrelated(error):
            return Merged(None, problem=UNRELATED)
        raise
    if not told.stdout:
        # An object that is missing ends with the same status as a conflict.
        reason = clean(told.stderr.strip().removeprefix(b"merge-tree: "), limit=200)
        raise GitFailed(f"git merge-tree: {reason}", exit_status=told.exit_status)
    return merged(told.stdout, conflicting=told.exit_status == 1)


async def merge_many(
    q: Git, pairs: Sequence[tuple[str, str]], *, deadline: float = MANY_DEADLINE
) -> tuple[Merged, ...]:
    """Merge many pairs of commits in few processes; the results are in the order of `pairs`.

    What cannot be merged has a `problem` and does not harm the others. Raises GitMissing only.
    """
    expires = asyncio.get_running_loop().time() + deadline
    done: list[Merged] = []
    while len(done) < len(pairs):
        left = expires - asyncio.get_running_loop().time()
        if left <= 0:
            late = Merged(None, problem="there was no time left to merge them")
            return (*done, *[late] * (len(pairs) - len(done)))
        batch = pairs[len(done) : len(done) + _BATCH]
        found, problem = await _batch(q, batch, min(left, MERGE_DEADLINE))
        done += found
        if len(found) < len(batch):
            done.append(Merged(None, problem=problem))
    return tuple(done)


@asynccontextmanager
async def scratch(q: Git) -> AsyncIterator[Git]:
    """`q`, but what is written there is gone afterwards: for forecasts, which nobody lands."""
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="fleettui-merge-")
    objects = q.env.get("GIT_OBJECT_DIRECTORY", os.path.join(q.git_dir or "", "objects"))
    places = {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects}
    try:
        yield replace(q, env={**q.env, **places})
    finally:
        await asyncio.to_thread(rmtree, folder, ignore_errors=True)


def merged(raw: bytes, *, conflicting: bool) -> Merged:
    """What `git merge-tree --write-tree -z --no-messages --name-only` prints."""
    fields = raw.split(b"\0")
    if fields.pop() or not fields:
        raise Malformed("git's merge is cut off")
    tree, *paths = fields
    return _outcome(conflicting, tree, paths)


class MergeParser:
    """`git merge-tree --stdin --no-messages --name-only`, as it comes."""

    def __init__(self) -> None:
        self.found: list[Merged] = []
        self._fields: list[bytes] = []
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises Malformed; what was found before stays."""
        *fields, self._rest = (self._rest + data).split(b"\0")
        for field in fields:
            if field or len(self._fields) < 2:
                self._fields.append(field)
            else:
                status, tree, *paths = self._fields
                self._fields = []
                if status not in (b"0", b"1"):
                    raise Malformed("git says neither that it merges nor that it conflicts")
                self.found.append(_outcome(status == b"0", tree, paths))


def _outcome(conflicting: bool, tree: bytes, paths: list[bytes]) -> Merged:
    oid = object_id(tree)
    if not all(paths) or (paths and not conflicting):
        raise Malformed("git lists conflicts that make no sense")
    return Merged(None if conflicting else oid, tuple(dict.fromkeys(paths)))


async def _batch(
    q: Git, pairs: Sequence[tuple[str, str]], deadline: float
) -> tuple[list[Merged], str]:
    """What was merged, and why the pair after the last one was not."""
    parser = MergeParser()
    asked = "".join(f"{ours} {theirs}\n" for ours, theirs in pairs).encode("ascii")
    stream = _merging(q).stream([*_ARGS, "--stdin"], stdin=asked, cap=MERGE_CAP, deadline=deadline)
    try:
        async with aclosing(stream):
            async for chunk in stream:
                parser.feed(chunk)
    except (GitTimedOut, GitTooLarge, Malformed) as error:
        return parser.found, error.text
    except GitFailed as error:
        if error.exit_status is None:
            raise
        return parser.found, UNRELATED if _unrelated(error) else error.text
    return parser.found, "git does not say how it merges"


def _merging(q: Git) -> Git:
    rules = f"core.attributesFile={rules_file(q)}"
    return replace(q, config=(*q.config, *_AS_GIT_MERGES, rules))


def _unrelated(error: GitFailed) -> bool:
    return "unrelated histories" in error.text
