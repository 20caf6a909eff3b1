"""How the user's own `.gitattributes` wants files to be merged: `CHANGES merge=union`.

`git merge` reads the rules of the work tree. The quarantine has none, so the rules of the target
(never of an agent's branch) are kept in a file there, which only merges read. Of them just what
git does itself is taken over: a driver is a command, and an attribute such as `-diff` would hide
something.
"""

import asyncio
import os
import re
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.model.errors import Malformed

RULES_CAP = 256 * 1024
"""Bytes of a file of attributes."""

_OURS = {
    b"merge": b"merge",
    b"-merge": b"-merge",
    b"!merge": b"!merge",
    b"merge=union": b"merge=union",
    b"merge=binary": b"merge=binary",
    b"merge=text": b"merge=text",
    b"binary": b"-merge",
}
_LINE = re.compile(rb'[ \t]*("(?:[^"\\]|\\.)*"|[^ \t]+)[ \t]+(.*)', re.DOTALL)


def rules_file(q: Git) -> str:
    """Where the rules are kept; there may be none."""
    return os.path.join(q.git_dir or "/nonexistent", "merge-attributes")


async def take_rules(q: Git, target: str) -> None:
    """Merge from now on as the `.gitattributes` at the top of the target commit says.

    Those of folders below are not read. Raises GitFailed, and OSError where the quarantine
    cannot be written.
    """
    asked = f"{target}:.gitattributes\n".encode("ascii")
    told = await q.run(["cat-file", "--batch"], stdin=asked, cap=RULES_CAP)
    await asyncio.to_thread(_keep, Path(rules_file(q)), rules(_blob(told.stdout)))


def rules(attributes: bytes) -> bytes:
    """The lines of a `.gitattributes` that say how to merge, and of them only that."""
    kept = []
    for line in attributes.split(b"\n"):
        found = _LINE.fullmatch(line.rstrip(b"\r"))
        if not found or found[1].startswith((b"#", b"[attr]")):
            continue
        wanted = [_OURS[word] for word in found[2].split() if word in _OURS]
        if wanted:
            kept.append(b" ".join([found[1], *wanted]) + b"\n")
    return b"".join(kept)


def _blob(told: bytes) -> bytes:
    """`git cat-file --batch` of one object; b"" where there is no such file."""
    header, newline, body = told.partition(b"\n")
    if header.endswith(b" missing"):
        return b""
    words = header.split(b" ")
    if not newline or len(words) != 3 or not words[2].isdigit() or len(body) != int(words[2]) + 1:
        raise Malformed("git does not tell what is in .gitattributes")
    return body[:-1] if words[1] == b"blob" else b""


def _keep(place: Path, content: bytes) -> None:
    if (place.read_bytes() if place.exists() else b"") == content:
        return
    new = place.with_suffix(f".{os.getpid()}")
    new.write_bytes(content)
    os.replace(new, place)
