"""Files that git was told not to look at (`assume-unchanged`, `skip-worktree`) and that changed.

`git status` is silent about them, and a merge refuses without a name.
"""

import asyncio
import os
from collections.abc import Mapping

from fleettui.git.parse import object_id
from fleettui.git.runner import Git
from fleettui.review.landing import work_files

DEADLINE = 120.0
"""Seconds for git to list its index."""

_MOST = 100


async def changed(git: Git, root: str, wanted: Mapping[bytes, str]) -> tuple[bytes, ...]:
    """Those of the wanted paths (to the blob that each should be) that differ on disk.

    A file that is not there is none of them: it is not checked out.
    """
    told = await git.run(["ls-files", "-v", "-z"], deadline=DEADLINE)
    flagged = await asyncio.to_thread(_flagged, told.stdout, wanted)
    found = []
    for path in flagged[:_MOST]:
        content = await asyncio.to_thread(work_files.read, root, path)
        if content is not None and await _blob(git, root, path, content) != wanted[path]:
            found.append(path)
    return tuple(found)


def _flagged(raw: bytes, wanted: Mapping[bytes, str]) -> list[bytes]:
    """`git ls-files -v -z`: a lower letter or an `S` before the paths in question."""
    found = []
    for line in raw.split(b"\0"):
        tag, path = line[:1], line[2:]
        if (tag.islower() or tag == b"S") and path in wanted:
            found.append(path)
    return found


async def _blob(git: Git, root: str, path: bytes, content: bytes) -> str:
    link = await asyncio.to_thread(os.path.islink, os.path.join(os.fsencode(root), path))
    form = "--no-filters" if link else b"--path=" + path
    return object_id((await git.run(["hash-object", "--stdin", form], stdin=content)).stdout)
