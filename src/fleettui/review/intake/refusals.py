"""Why the head of a branch was not taken: kept, so that it is not fetched again and again."""

import re
import time
from dataclasses import dataclass

from fleettui.git.over_host import TooMuch
from fleettui.git.parse import object_id
from fleettui.git.runner import Git
from fleettui.model.errors import FleettuiError, Malformed
from fleettui.model.text import clean

DAY_S = 86400.0
"""Seconds before objects that are bad in themselves are looked at again."""

RETRY_S = 600.0
"""Seconds before a branch is tried again that failed for another reason."""

_BAD_OBJECT = re.compile(r"object ([0-9a-f]{40,64}): (\w+): (.*)")
_LOCKED = ("cannot lock ref", ".lock'", "incorrect old value")
_KEPT = re.compile(rb"([0-9a-f]{40,64}) ([0-9]{1,12}) ([^\n]{1,2000})")


@dataclass(frozen=True, slots=True)
class Refusal:
    """`head` was refused for `reason`, a clean line; `until` in seconds since 1970."""

    head: str
    reason: str
    until: float

    def holds(self, head: str) -> bool:
        """Whether that head need not be tried now."""
        return self.head == head and time.time() < self.until <= time.time() + DAY_S


def refusal(head: str, failure: FleettuiError) -> Refusal:
    """The refusal that a failed fetch of one branch stands for."""
    text = failure.text.removeprefix("git fetch: ")
    if found := _BAD_OBJECT.search(text):
        reason = f"git refuses its objects: {found[3]} ({found[2]}, object {found[1][:12]})"
        return _for(head, reason, DAY_S)
    if any(word in text for word in _LOCKED):
        return _for(head, text, 0.0)
    return _for(head, text, DAY_S if isinstance(failure, TooMuch) else RETRY_S)


def no_commit(head: str) -> Refusal:
    """The refusal of a branch that names something else than a commit."""
    return _for(head, "the branch does not name a commit", DAY_S)


def read(text: bytes) -> Refusal | None:
    """A refusal as it was kept; None: it makes no sense."""
    found = _KEPT.fullmatch(text.removesuffix(b"\n"))
    if not found:
        return None
    try:
        head = object_id(found[1])
    except Malformed:
        return None
    return Refusal(head, clean(found[3], limit=400), float(found[2]))


async def write(git: Git, kept: Refusal) -> str:
    """Keep a refusal as an object of the repository; its name."""
    text = f"{kept.head} {int(kept.until)} {kept.reason}"
    return object_id((await git.run(["hash-object", "-w", "--stdin"], stdin=text.encode())).stdout)


def _for(head: str, reason: str, seconds: float) -> Refusal:
    return Refusal(head, clean(reason, limit=300), time.time() + seconds)
