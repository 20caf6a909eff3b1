"""The commit that lands, made in quarantine.

The same arguments give the same commit: its dates are given, and who it is by. We make it in
the name of the user, who answers for it, as author and as committer. Whom an agent names as the
author of its work is a claim, and is quoted in the message; only a merge keeps the agent's own
commits, as they were reviewed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fleettui.git.parse import object_id
from fleettui.git.runner import Git
from fleettui.model.change import CommitInfo
from fleettui.model.errors import Malformed, Refused
from fleettui.model.landing import Strategy
from fleettui.model.text import clean
from fleettui.review.landing.message import part
from fleettui.review.reading import merging
from fleettui.review.workspace import PINS

MOST = 200
"""Commits that a rebase may carry over."""


_LOG = (
    *("log", "-z", "--topo-order", "--reverse", "--no-mailmap", "--no-notes", "--no-color"),
    *("--no-show-signature", "--no-decorate", "--format=%H%x00%P%x00%T%x00%an%x00%s"),
)
_OTHERWISE = "merge or squash it"


@dataclass(frozen=True, slots=True)
class Made:
    """A commit as it is in quarantine."""

    tree: str
    parents: tuple[str, ...]


async def build(
    q: Git,
    *,
    target: str,
    head: str,
    tree: str,
    strategy: Strategy,
    message: str,
    identity: tuple[str, str],
    when: datetime,
    base: str | None,
) -> str:
    """Make the commit that takes `target` to `tree`, and pin it; its object id.

    `base` is the merge base of `target` and `head`; only a rebase needs it. Raises Refused where
    a rebase is not possible or does not end at `tree`.
    """
    by = _signed(q, identity, when)
    if strategy is Strategy.MERGE:
        made = await _commit(by, tree, (target, head), message)
    elif strategy is Strategy.SQUASH:
        made = await _commit(by, tree, (target,), message)
    else:
        made = await _rebased(by, target, head, tree, message, base)
    await q.run(["update-ref", "--end-of-options", f"{PINS}/{made}", made])
    return made


@dataclass(frozen=True, slots=True)
class _Step:
    tree: str
    info: CommitInfo


async def read(q: Git, commit: str) -> Made:
    """Tree and parents of a commit."""
    told = await q.run(["cat-file", "commit", commit])
    tree, parents = "", []
    for line in told.stdout.split(b"\n\n", 1)[0].split(b"\n"):
        word, _, value = line.partition(b" ")
        if word == b"tree":
            tree = object_id(value)
        elif word == b"parent":
            parents.append(object_id(value))
    if not tree:
        raise Malformed("a commit has no tree")
    return Made(tree, tuple(parents))


async def is_ancestor(q: Git, old: str, new: str) -> bool:
    """Whether a commit is another one, or one of those that it is built on."""
    asked = ["merge-base", "--is-ancestor", "--end-of-options", old, new]
    return (await q.run(asked, ok=(0, 1))).exit_status == 0


def _signed(q: Git, identity: tuple[str, str], when: datetime) -> Git:
    name, email = identity
    at = f"@{int(when.timestamp())} +0000"
    who = {f"GIT_{role}_NAME": name for role in ("AUTHOR", "COMMITTER")}
    where = {f"GIT_{role}_EMAIL": email for role in ("AUTHOR", "COMMITTER")}
    dates = {f"GIT_{role}_DATE": at for role in ("AUTHOR", "COMMITTER")}
    return replace(q, env={**q.env, **who, **where, **dates})


async def _commit(q: Git, tree: str, parents: Sequence[str], text: str) -> str:
    asked = ["commit-tree", "-F", "-"]
    for parent in parents:
        asked += ["-p", parent]
    told = await q.run([*asked, "--end-of-options", tree], stdin=text.encode())
    return object_id(told.stdout)


async def _rebased(q: Git, target: str, head: str, tree: str, text: str, base: str | None) -> str:
    if base is None:
        raise Refused("the change has no history in common with the target", _OTHERWISE)
    chain = await _chain(q, base, head)
    tip, tip_tree = target, (await read(q, target)).tree
    before = (await read(q, base)).tree
    carried: list[tuple[str, CommitInfo]] = []
    for commit in chain:
        replayed = await _replayed(q, before, tip_tree, commit)
        if replayed != tip_tree:
            carried.append((replayed, commit.info))
        before, tip_tree = commit.tree, replayed
    if tip_tree != tree:
        raise Refused("rebased, the change gives other files than those approved", _OTHERWISE)
    for number, (step, info) in enumerate(carried, 1):
        words = part(text, number, len(carried), info)
        tip = await _commit(q, step, (tip,), words)
    return tip


async def _chain(q: Git, base: str, head: str) -> list[_Step]:
    """The commits after `base` up to `head`, oldest first, if they are one line."""
    asked = [*_LOG, f"--max-count={MOST + 1}", "--end-of-options", f"{base}..{head}"]
    told = (await q.run(asked)).stdout.removesuffix(b"\0")
    fields = told.split(b"\0") if told else []
    if len(fields) % 5:
        raise Malformed("git's list of commits is cut off")
    found: list[_Step] = []
    last = base
    for oid, parents, tree, author, subject in zip(*(iter(fields),) * 5, strict=True):
        if parents.decode("ascii", "replace") != last:
            raise Refused("the change has merges of its own and cannot be rebased", _OTHERWISE)
        last = object_id(oid)
        info = CommitInfo(last, clean(author, limit=80), clean(subject), None)
        found.append(_Step(object_id(tree), info))
    if len(found) > MOST:
        raise Refused(f"the change has more than {MOST} commits", _OTHERWISE)
    return found


async def _replayed(q: Git, before: str, tip: str, commit: _Step) -> str:
    """The tree `tip` with what a commit did to the tree `before`."""
    if before == tip:
        return commit.tree
    base = await _commit(q, before, (), "base")
    ours = await _commit(q, tip, (base,), "ours")
    theirs = await _commit(q, commit.tree, (base,), "theirs")
    merged = await merging.merge(q, ours, theirs)
    if merged.tree is None:
        raise Refused(f"commit {commit.info.id[:10]} conflicts when it is rebased", _OTHERWISE)
    return merged.tree
