"""What git says when it is asked by hand: one question at a time, plainly parsed."""

import re
from dataclasses import dataclass
from pathlib import Path

from fleettui.model.change import FileChange
from tests.lab.repos import git


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a diff, as `git diff-tree --raw` and `--numstat` print it."""

    path: bytes
    old_mode: str
    new_mode: str
    old: str
    new: str
    status: str
    added: str
    removed: str


def listed(file: FileChange) -> Listed:
    """A file of ours in git's words."""
    return Listed(
        file.raw_path,
        f"{file.old_mode:06o}",
        f"{file.new_mode:06o}",
        file.old,
        file.new,
        file.status,
        "-" if file.additions is None else str(file.additions),
        "-" if file.deletions is None else str(file.deletions),
    )


def differences(place: Path, a: str, b: str) -> list[Listed]:
    """`git diff-tree --raw`, then `git diff-tree --numstat`."""
    plain = ["-c", "core.bigFileThreshold=5m", "diff-tree", "-r", "-z", "--no-renames"]
    raw = git(place, *plain, "--raw", "--no-abbrev", a, b).split(b"\0")[:-1]
    counts = git(place, *plain, "--numstat", a, b).split(b"\0")[:-1]
    found = []
    for number, count in enumerate(counts):
        old_mode, new_mode, old, new, status = raw[2 * number].decode().lstrip(":").split(" ")
        added, removed, path = count.split(b"\t", 2)
        assert path == raw[2 * number + 1]
        found.append(
            Listed(path, old_mode, new_mode, old, new, status, added.decode(), removed.decode())
        )
    assert len(raw) == 2 * len(counts)
    return found


def scratch_clone(place: Path, bare: Path) -> Path:
    """A clone with a work tree, to merge in."""
    git(bare, "clone", "-q", "--no-checkout", "--shared", str(bare), str(place))
    return place


def merge(clone: Path, target: str, head: str) -> tuple[str | None, list[bytes]]:
    """`git merge` in a scratch clone: the tree, or the paths that conflict."""
    # A merge that fails leaves files of all kinds behind; a checkout of the next does not mind.
    git(clone, "checkout", "-q", "-f", "--detach", target)
    git(clone, "clean", "-q", "-f", "-d", "-x")
    git(clone, "merge", "-q", "--no-ff", "--no-edit", "-m", "m", head, check=False)
    unmerged = git(clone, "ls-files", "-u", "-z").split(b"\0")[:-1]
    if unmerged or (clone / ".git" / "MERGE_HEAD").exists():
        git(clone, "merge", "--abort", check=False)
        git(clone, "reset", "-q", "--hard")
        paths = {entry.partition(b"\t")[2] for entry in unmerged}
        # A file in the place of a folder is set aside under the name of its side.
        ours = b"~" + target.encode()
        return None, sorted(re.sub(rb"~HEAD$", ours, path) for path in paths)
    return git(clone, "rev-parse", "HEAD^{tree}").decode().strip(), []
