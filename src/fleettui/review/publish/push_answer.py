"""What `git push --porcelain` and the remote said, as a value: pure and total.

The connection may break after the remote has taken everything: such an end is unclear, and the
remote has to be asked.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

_STAGE = re.compile(
    rb"(?:remote: )?((?:Enumerating|Counting|Compressing|Writing|Resolving) [a-z]+): +([0-9]{1,3})%"
)
_REFUSED_FOR_GOOD = (
    b"Authentication failed",
    b"could not read Username",
    b"could not read Password",
    b"Permission denied",
    b"Host key verification failed",
    b"No ED25519 host key is known",
    b"does not appear to be a git repository",
    b"not found",
    b"error: 403",
    b"error: 401",
    b"not allowed",
)
_EMPTY_WORDS = (
    b"fatal: Could not read from remote repository",
    b"Please make sure you have the correct access",
    b"and the repository exists",
    b"fatal: the remote end hung up",
    b"@@@@",
)
"""What git says below the reason that a transport has given."""

_MOST_LINES = 40
_LONGEST = 400


class Answer(StrEnum):
    """`taken`: the remote has it. `refused`: it said no, and will again. `moved`: its branch is
    not where it was expected. `unclear`: nobody knows. `late`: nor after all the time there was.
    """

    TAKEN = "taken"
    REFUSED = "refused"
    MOVED = "moved"
    UNCLEAR = "unclear"
    LATE = "late"


def answer(stdout: bytes, stderr: bytes, exit_status: int) -> Answer:
    """How a push of one ref ended. The lines are `FLAG TAB FROM:TO TAB SUMMARY`."""
    rows = [line.split(b"\t") for line in stdout.splitlines()]
    for row in rows:
        if len(row) < 3:
            continue
        if row[0] == b"!":
            return _rejection(row[2])
        if exit_status == 0 and row[0] in (b" ", b"*", b"+", b"="):
            return Answer.TAKEN
    if any(sign in stderr for sign in _REFUSED_FOR_GOOD):
        return Answer.REFUSED
    return Answer.UNCLEAR


def _rejection(summary: bytes) -> Answer:
    if summary.startswith(b"[remote rejected]"):
        return Answer.MOVED if b"fetch first" in summary else Answer.REFUSED
    return Answer.MOVED if summary.startswith(b"[rejected]") else Answer.UNCLEAR


def reason(stdout: bytes, stderr: bytes) -> bytes:
    """Why it was refused: what the remote says in its own words, or what git makes of it."""
    said = [
        line.removeprefix(b"remote:").strip()
        for line in stderr.splitlines()
        if line.startswith(b"remote:")
    ]
    told = b"; ".join(line.removeprefix(b"error:").strip() for line in said if line)
    summary = next((row.split(b"\t")[-1] for row in stdout.splitlines() if row[:1] == b"!"), b"")
    short = summary.partition(b"(")[2].removesuffix(b")")
    if told or short:
        return told if not short or short in told else b": ".join(filter(None, (short, told)))
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(_EMPTY_WORDS)] or lines
    fatal = [line for line in lines if line.startswith((b"fatal:", b"error:", b"ssh:"))] or lines
    return fatal[0].removeprefix(b"fatal:").removeprefix(b"error:").strip() if fatal else b""


@dataclass(slots=True)
class Hearing:
    """Takes git's stderr in pieces: progress goes to `progress`, the rest is kept."""

    progress: Callable[[str], None] | None = None
    lines: list[bytes] = field(default_factory=list)
    _rest: bytes = b""

    def hear(self, piece: bytes) -> None:
        """The next piece; progress lines end with a carriage return."""
        *lines, self._rest = re.split(rb"[\r\n]", (self._rest + piece)[-64 * 1024 :])
        for line in lines:
            self._take(line)

    @property
    def kept(self) -> bytes:
        """All lines that were no progress, at most the last forty."""
        return b"\n".join((*self.lines, self._rest))

    def _take(self, line: bytes) -> None:
        if stage := _STAGE.match(line):
            if self.progress is not None:
                percent = min(int(stage[2]), 100)
                self.progress(f"{stage[1].decode('ascii').lower()} {percent} %")
        elif line.strip():
            self.lines.append(line[:_LONGEST])
            del self.lines[:-_MOST_LINES]
