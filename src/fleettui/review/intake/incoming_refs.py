"""Names of refs for the heads of agents' branches, and back."""

import re
from dataclasses import dataclass

from fleettui.git.parse import task_of
from fleettui.model.errors import Malformed
from fleettui.review.workspace import BACKUPS, INCOMING

REFUSED = "refs/fleet/refused"
"""In `Q`: `refs/fleet/refused/MACHINE/TASK`, a text of ours: which head is bad, and why."""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")
_ENCODED = re.compile(rb"%([0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a branch is: the names of machine and task."""

    machine: str
    task: str

    @property
    def incoming(self) -> str:
        """The ref of its head."""
        return f"{INCOMING}/{component(self.machine)}/{component(self.task)}"

    @property
    def refused(self) -> str:
        """The ref of the reason why its head was not taken."""
        return f"{REFUSED}/{component(self.machine)}/{component(self.task)}"

    def backup(self, oid: str) -> str:
        """The ref that keeps a head after the branch is gone."""
        return f"{BACKUPS}/{component(self.machine)}/{component(self.task)}/{oid}"


def place_of(ref: bytes, root: str = INCOMING) -> Place:
    """The branch that a ref below `root` stands for. Raises Malformed."""
    parts = ref.removeprefix(root.encode() + b"/").split(b"/")
    if len(parts) < 2 or not ref.startswith(root.encode() + b"/"):
        raise Malformed("the quarantine has a ref of an unknown form")
    try:
        machine, task = (_decoded(part) for part in parts[:2])
    except UnicodeDecodeError:
        raise Malformed("the quarantine has a ref of an unknown form") from None
    return Place(machine, task)


def component(name: str) -> str:
    """A name as one part of a ref: what git or a file system could take amiss becomes `%XX`.

    Two names never become the same, not even where the file system does not know capitals.
    """
    raw = name.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)


def usable(branch: bytes) -> str | None:
    """The task of a full ref name `refs/heads/agent/TASK` that git itself would accept."""
    if not branch.startswith(b"refs/heads/agent/"):
        return None
    task = task_of(branch)
    if task is None or ".." in task or task.endswith((".", ".lock")):
        return None
    return task


def _decoded(part: bytes) -> str:
    return _ENCODED.sub(lambda found: bytes([int(found[1], 16)]), part).decode(
        "utf-8", "surrogateescape"
    )
