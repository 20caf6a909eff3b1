"""What a change touches, and when two changes cannot get in each other's way.

Git merges path by path, and paths meet in three ways only: the same path, a file where the other
one has a folder, and renames. A rename is a removed path and an added one, and it carries along
what the other side did to the removed path, to the added one, or added to a folder that was
removed. Changes that meet in none of these merge in any order as each merges alone.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fleettui.git.parse import RawChange, object_id, raw_changes
from fleettui.git.runner import Git, GitTimedOut, GitTooLarge
from fleettui.model.change import Evaluation
from fleettui.model.errors import Malformed
from fleettui.review.reading.listing import DIFF

_CAP = 64 * 1024 * 1024
_FOLDERS_ASKED = 1000

Changed = tuple[RawChange, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """The paths of a change, as git's bytes: what it did, and what landing it would do.

    `folders` are all above its paths, `added_in` all above its new ones, `removed_from` all above
    the ones that it removed; `adds` and `removes`: there are such. `commits` are its own ones.
    `certain`: nothing but this decides whether it merges after another one landed.
    """

    paths: frozenset[bytes]
    folders: frozenset[bytes]
    added_in: frozenset[bytes]
    removed_from: frozenset[bytes]
    commits: frozenset[str]
    certain: bool
    adds: bool = False
    removes: bool = False


def meet(one: Touched, other: Touched) -> bool:
    """Whether two changes can have to do with each other."""
    return not (
        one.paths.isdisjoint(other.paths)
        and one.paths.isdisjoint(other.folders)
        and one.folders.isdisjoint(other.paths)
        and one.added_in.isdisjoint(other.removed_from)
        and one.removed_from.isdisjoint(other.added_in)
        and one.commits.isdisjoint(other.commits)
    )


def entangled(groups: Sequence[Sequence[Touched]]) -> bool:
    """Whether groups that do not meet may all the same matter to each other when all land.

    What one of them removed and another one added can look like a rename to git, which then
    matters to a third one that meets one of the two.
    """
    adds = [any(one.adds for one in group) for group in groups]
    removes = [any(one.removes for one in group) for group in groups]
    return any(
        len(group) > 1
        and (
            (adds[place] and any(removes[:place] + removes[place + 1 :]))
            or (removes[place] and any(adds[:place] + adds[place + 1 :]))
        )
        for place, group in enumerate(groups)
    )


def above(paths: Iterable[bytes]) -> frozenset[bytes]:
    """All folders that hold these paths, without the topmost."""
    found: set[bytes] = set()
    for path in paths:
        folder = path.rpartition(b"/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition(b"/")[0]
    return frozenset(found)


async def read_touched(q: Git, evaluations: Sequence[Evaluation]) -> tuple[Touched, ...]:
    """What each of them touches. All have the same target and merge cleanly with it."""
    behind = [one for one in evaluations if one.behind and one.base]
    asked = dict.fromkeys(
        pair for one in behind for pair in ((one.head, one.base), (one.target, one.base)) if pair[1]
    )
    try:
        told = await _changes(q, [(commit, base) for commit, base in asked if base])
        gone = await _gone(q, behind, told)
    except (GitTimedOut, GitTooLarge, Malformed):
        told, gone = {}, None
    return await asyncio.to_thread(lambda: tuple(_touched(one, told, gone) for one in evaluations))


def listed(raw: bytes, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Changed]:
    """`git diff-tree --stdin --always -z --raw`: what differs, for each commit and its base."""
    fields = raw.split(b"\0")
    if fields.pop():
        raise Malformed("git's list of changes is cut off")
    found: list[list[bytes]] = []
    place = 0
    while place < len(fields):
        if fields[place].startswith(b":") and found:
            found[-1] += fields[place : place + 2]
            place += 2
        else:
            object_id(fields[place])
            found.append([])
            place += 1
    if len(found) != len(pairs):
        raise Malformed("git lists the changes of other commits than were asked for")
    return {
        pair: raw_changes(b"".join(field + b"\0" for field in one))
        for pair, one in zip(pairs, found, strict=True)
    }


async def _changes(q: Git, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Changed]:
    if not pairs:
        return {}
    args = ["diff-tree", "--stdin", "--always", "-r", "-z", "--raw", "--no-abbrev"]
    # A commit with one more on its line is compared with that one, as if it were its parent.
    asked = "".join(f"{commit} {base}\n" for commit, base in pairs).encode("ascii")
    told = await q.run([*args, "--no-renames", *DIFF], stdin=asked, cap=_CAP)
    return await asyncio.to_thread(listed, told.stdout, pairs)


async def _gone(
    q: Git, behind: Sequence[Evaluation], told: Mapping[tuple[str, str], Changed]
) -> frozenset[bytes] | None:
    """Folders in which a change adds files and the target has none any more; None: too many."""
    suspects: set[bytes] = set()
    for one in behind:
        removed = (file.path for file in told[one.target, one.base or ""] if not file.new_mode)
        added = (file.path for file in told[one.head, one.base or ""] if not file.old_mode)
        suspects |= above(removed) & above(added)
    if not suspects:
        return frozenset()
    if len(suspects) > _FOLDERS_ASKED:
        return None
    asked = ["ls-tree", "-d", "-z", "--name-only", "--end-of-options", behind[0].target, "--"]
    there = (await q.run([*asked, *sorted(suspects)])).stdout.split(b"\0")
    return frozenset(suspects.difference(there))


def _touched(
    one: Evaluation,
    told: Mapping[tuple[str, str], Changed],
    gone: frozenset[bytes] | None,
) -> Touched:
    made = told.get((one.head, one.base or ""), ())
    added = {file.raw_path for file in one.files if not file.old_mode}
    removed = {file.raw_path for file in one.files if not file.new_mode}
    added |= {file.path for file in made if not file.old_mode}
    removed |= {file.path for file in made if not file.new_mode}
    paths = frozenset([*(file.raw_path for file in one.files), *(file.path for file in made)])
    return Touched(
        paths=paths,
        folders=above(paths),
        added_in=above(added),
        removed_from=above(removed),
        commits=frozenset(commit.id for commit in one.commits),
        certain=_certain(one, told, gone),
        adds=bool(added),
        removes=bool(removed),
    )


def _certain(
    one: Evaluation,
    told: Mapping[tuple[str, str], Changed],
    gone: frozenset[bytes] | None,
) -> bool:
    """Whether one base is known, and no rename of the target's own has a part in the merge."""
    if len(one.commits) != one.ahead or one.base is None:
        return False
    if not one.behind:
        return True
    pair = (one.head, one.base)
    if gone is None or pair not in told or any(commit.parents != 1 for commit in one.commits):
        return False
    made, target = told[pair], told[one.target, one.base]
    moved = {file.path for file in target if not (file.old_mode and file.new_mode)}
    return moved.isdisjoint(file.path for file in made) and gone.isdisjoint(
        above(file.path for file in made if not file.old_mode)
    )
