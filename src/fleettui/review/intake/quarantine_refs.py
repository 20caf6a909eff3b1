"""Reading and writing the refs of a quarantine, and mending those that a crash has broken."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fleettui.git.parse import object_id
from fleettui.git.runner import Git, GitFailed, GitMissing, GitTimedOut
from fleettui.hosts.threads import in_thread
from fleettui.model.errors import Malformed

ALL = "refs/fleet"

_FORMAT = (
    "%(refname)%00%(objectname)%00%(objecttype)%00"
    "%(if:equals=blob)%(objecttype)%(then)%(raw)%(end)%00"
)
_BROKEN = re.compile(rb"ignoring broken ref (refs/fleet/\S+)")
_OID_LAST = re.compile(rb".*/([0-9a-f]{40}(?:[0-9a-f]{24})?)")


@dataclass(frozen=True, slots=True)
class Ref:
    """A ref with the kind of its object (`commit`, `blob` …), and the text of a blob."""

    name: bytes
    oid: str
    kind: str
    text: bytes = b""


async def below(git: Git, *roots: str) -> tuple[Ref, ...]:
    """All refs whose names begin with one of `roots`, folder by folder."""
    told = await git.run(["for-each-ref", f"--format={_FORMAT}", "--", *roots])
    fields = told.stdout.split(b"\0")
    if fields.pop().strip() or len(fields) % 4:
        raise Malformed("git's list of refs is cut off")
    return tuple(
        Ref(name.removeprefix(b"\n"), object_id(oid), kind.decode("ascii", "replace"), text)
        for name, oid, kind, text in zip(*(iter(fields),) * 4, strict=True)
    )


async def commit_at(git: Git, ref: str) -> str | None:
    """The commit that a ref names; None: there is no such ref, or it names no commit."""
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
    told = await git.run(asked, ok=(0, 1))
    return object_id(told.stdout) if told.exit_status == 0 else None


async def update(git: Git, steps: Sequence[str]) -> None:
    """Change refs all at once or not at all; `steps` as git-update-ref(1) takes them."""
    if steps:
        await git.run(["update-ref", "--stdin"], stdin="".join(f"{s}\n" for s in steps).encode())


async def names(git: Git) -> tuple[str, ...]:
    """The names of all refs, as far as they can be read; never fails."""
    try:
        told = await git.run(["for-each-ref", "--format=%(refname)", "--", ALL])
    except GitFailed:
        return ()
    return tuple(line.decode("ascii", "replace") for line in told.stdout.splitlines())


async def healthy(git: Git) -> bool:
    """Drop refs that name nothing, and tell whether the quarantine can then be used.

    A ref file that a crash left empty is written again where its own name says what was in it.
    """
    try:
        told = await git.run(["for-each-ref", "--format=%(objectname) %(refname)", "--", ALL])
        await _rewrite(git, _BROKEN.findall(told.stderr))
        await _drop_missing(git, told.stdout.splitlines())
        await below(git, ALL)
    except (GitMissing, GitTimedOut):
        raise
    except (GitFailed, Malformed):
        return False
    return True


async def _rewrite(git: Git, broken: Sequence[bytes]) -> None:
    for name in broken:
        await in_thread(partial(_unlink, git, name))
        if found := _OID_LAST.fullmatch(name):
            oid = found[1].decode("ascii")
            with contextlib.suppress(GitFailed):
                await update(git, [f"update {name.decode('ascii')} {oid}"])


async def _drop_missing(git: Git, lines: Sequence[bytes]) -> None:
    """Refs to objects that are not there any more; other ones are not touched."""
    wanted = b"".join(line.split(b" ")[0] + b"\n" for line in lines)
    told = await git.run(["cat-file", "--batch-check", "--buffer"], stdin=wanted)
    answers = told.stdout.splitlines()
    gone = [
        line.split(b" ", 1)[1].decode("ascii", "replace")
        for line, answer in zip(lines, answers, strict=True)
        if answer.endswith(b" missing")
    ]
    await update(git, [f"delete {name}" for name in gone])


def _unlink(git: Git, name: bytes) -> None:
    parts = name.decode("ascii", "replace").split("/")
    if git.git_dir is not None and not {"", ".", ".."} & set(parts):
        Path(git.git_dir, *parts).unlink(missing_ok=True)
