"""How two commits are related, and who made which commits between them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from fleettui.git.parse import object_id
from fleettui.git.runner import Git, GitTooLarge
from fleettui.model.change import CommitInfo
from fleettui.model.errors import Malformed
from fleettui.model.text import clean

COMMITS = 200
"""How many commits are listed at most."""

COMMITS_CAP = 2 * 1024 * 1024
"""Bytes of authors and subjects: ten thousand commits, or fewer that tell stories."""

EDGE_CAP = 32 * 1024 * 1024
"""Bytes of object names: some 700,000 commits between target and head."""

HISTORY_DEADLINE = 15.0
"""Seconds for each question."""

_LOG = (
    "log",
    "-z",
    "--topo-order",
    "--encoding=UTF-8",
    "--no-mailmap",
    "--no-notes",
    "--no-show-signature",
    "--no-decorate",
    "--no-color",
    "--format=%m%H%x00%P%x00%at%x00%an%x00%s",
)
_SIDES = ("--left-right", "--boundary")
_MARKED = re.compile(rb"[<>-][0-9a-f]+")
_COUNT = re.compile(rb"[0-9]{1,15}")
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class History:
    """How many commits each side has alone, and the shared ones (`edge`) that those stand on.

    `commits`: those of the head, newest first, at most 200. `too_large`: why there are none.
    """

    ahead: int
    behind: int
    edge: tuple[str, ...]
    commits: tuple[CommitInfo, ...] = ()
    too_large: str = ""


async def read_history(q: Git, target: str, head: str) -> History:
    """What both sides have alone. Raises GitTimedOut, GitTooLarge and GitFailed."""
    asked = [*_LOG, *_SIDES, "--end-of-options", f"{target}...{head}", "--"]
    try:
        told = await q.run(asked, cap=COMMITS_CAP, deadline=HISTORY_DEADLINE)
    except GitTooLarge:
        return await _long_history(q, target, head)
    return history(told.stdout)


def history(raw: bytes) -> History:
    """`git log -z --left-right --boundary` with our format."""
    records = _records(raw)
    marked = [record[0] for record in records]
    commits = [record for record in records if record[0].startswith(b">")][:COMMITS]
    return _related(marked, tuple(_commit(*record) for record in commits))


def commits(raw: bytes) -> tuple[CommitInfo, ...]:
    """`git log -z` with our format. What is claimed in it may be anything."""
    return tuple(_commit(*record) for record in _records(raw))


async def _long_history(q: Git, target: str, head: str) -> History:
    """The counts without what the commits say, then the newest commits alone."""
    asked = ["rev-list", *_SIDES, "--end-of-options", f"{target}...{head}", "--"]
    told = await q.run(asked, cap=EDGE_CAP, deadline=HISTORY_DEADLINE)
    *names, last = told.stdout.split(b"\n")
    if last:
        raise Malformed("git's history is cut off")
    found = _related(names, ())
    newest = [*_LOG, f"--max-count={COMMITS}", "--end-of-options", f"{target}..{head}", "--"]
    try:
        said = await q.run(newest, cap=COMMITS_CAP, deadline=HISTORY_DEADLINE)
    except GitTooLarge as error:
        return History(found.ahead, found.behind, found.edge, too_large=error.text)
    return History(found.ahead, found.behind, found.edge, commits(said.stdout))


def _records(raw: bytes) -> list[tuple[bytes, bytes, bytes, bytes, bytes]]:
    fields = raw.split(b"\0")
    if fields.pop() or len(fields) % 5:
        raise Malformed("git's list of commits is cut off")
    return list(zip(*(iter(fields),) * 5, strict=True))


def _related(marked: list[bytes], commits: tuple[CommitInfo, ...]) -> History:
    if not all(map(_MARKED.fullmatch, marked)):
        raise Malformed("git's history makes no sense")
    sides = b"".join([name[:1] for name in marked])
    edge = [object_id(name[1:]) for name in marked if name.startswith(b"-")]
    return History(sides.count(b">"), sides.count(b"<"), tuple(edge), commits)


def _commit(marked: bytes, parents: bytes, at: bytes, author: bytes, subject: bytes) -> CommitInfo:
    seconds = int(at) if _COUNT.fullmatch(at) else 0
    return CommitInfo(
        id=object_id(marked[1:]),
        author=clean(author, limit=200),
        subject=clean(subject, limit=500),
        at=datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None,
        parents=len(parents.split()),
    )
