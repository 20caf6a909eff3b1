"""Changes in real repositories, down to names and modes that no work tree could hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.model.change import Evaluation, Signal
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.signals import find
from tests.lab.repos import git

Files = Mapping[str, "str | bytes | Entry"]
"""Contents by path; a byte that is no UTF-8 is a surrogate."""

BEGIN: Files = {"README": "hello\n"}


@dataclass(frozen=True)
class Entry:
    """A file with a mode; the content of a submodule is an object id."""

    mode: int
    content: str | bytes = b""


def link(target: str | bytes) -> Entry:
    """A symbolic link."""
    return Entry(0o120000, target)


def program(content: str | bytes) -> Entry:
    """An executable file."""
    return Entry(0o100755, content)


def submodule(oid: str) -> Entry:
    """A commit of another repository."""
    return Entry(0o160000, oid)


def quarantine(place: Path) -> Git:
    """A bare repository with HEAD on a branch that is not there."""
    place.mkdir(parents=True, exist_ok=True)
    git(place, "init", "-q", "--bare", "-b", "unborn", ".")
    return Git(git_dir=str(place))


def commit(
    place: Path,
    files: Files,
    *,
    parents: tuple[str, ...] = (),
    message: str | bytes = "change",
) -> str:
    """Store a commit of exactly these files; its id."""
    words = _bytes(message)
    lines = [
        b"commit refs/heads/made",
        b"mark :1",
        b"committer Ada <ada@example.org> 1790000000 +0000",
        b"data %d\n%s" % (len(words), words),
        *(b"from " + parent.encode() for parent in parents[:1]),
        b"deleteall",
    ]
    for name, file in files.items():
        entry = file if isinstance(file, Entry) else Entry(0o100644, file)
        content, path = _bytes(entry.content), _quoted(name.encode("utf-8", "surrogateescape"))
        if entry.mode == 0o160000:
            lines.append(b"M 160000 %s %s" % (content, path))
        else:
            lines.append(b"M %o inline %s\ndata %d\n%s" % (entry.mode, path, len(content), content))
    script = b"reset refs/heads/made\n" + b"\n".join(lines) + b"\nget-mark :1\n"
    told = git(place, "fast-import", "--quiet", "--force", "--cat-blob-fd=1", stdin=script)
    return told.decode().strip()


async def change(
    place: Path, before: Files, after: Files, message: str | bytes = "change"
) -> tuple[Git, Evaluation]:
    """A target with `before` and a head on it with `after`."""
    q = quarantine(place)
    target = commit(place, before)
    head = commit(place, after, parents=(target,), message=message)
    return q, await evaluate(q, target, head)


async def signals_of(
    place: Path, before: Files, after: Files, message: str | bytes = "change"
) -> tuple[Signal, ...]:
    """What is found in such a change."""
    return await find(*await change(place, before, after, message))


def words(signals: tuple[Signal, ...]) -> set[str]:
    """`CODE:PATH`, with an exclamation mark where it blocks."""
    return {signal.key + ("!" if signal.blocking else "") for signal in signals}


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _quoted(path: bytes) -> bytes:
    return b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
