"""What a human said of a change, and what was last known of it, as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fleettui.model.change import (
    Approval,
    ChangeKey,
    ChangeState,
    Comment,
    FileChange,
    Prompt,
    Rejection,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A file that was marked as reviewed, and exactly what its change was then."""

    raw_path: bytes
    path: str
    old: str
    new: str
    old_mode: int
    new_mode: int

    def holds(self, file: FileChange) -> bool:
        """Whether the file's change is still the same."""
        return self == mark_of(file)


def mark_of(file: FileChange) -> Mark:
    """The mark that fits a file as it is now."""
    return Mark(file.raw_path, file.path, file.old, file.new, file.old_mode, file.new_mode)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as it was made: `comment.line` is the line in the blob `blob` of that moment."""

    comment: Comment
    raw_path: bytes
    blob: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one change. Mappings are by head; `seen`: when a head was first seen."""

    seen: Mapping[str, datetime] = field(default_factory=dict)
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    acknowledged: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rejections: Mapping[str, Rejection] = field(default_factory=dict)
    marks: Mapping[bytes, Mark] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    reviewed_head: str | None = None

    def reviewed(self, files: Iterable[FileChange]) -> frozenset[str]:
        """Paths of the files whose mark still holds."""
        return frozenset(
            file.path
            for file in files
            if (mark := self.marks.get(file.raw_path)) and mark.holds(file)
        )


NOTHING = Said()
"""Of a change that nobody said anything to."""


@dataclass(frozen=True, slots=True)
class KnownChange:
    """A row of the list as it was last computed, for who reads no repository itself."""

    key: ChangeKey
    head: str
    state: ChangeState
    since: datetime | None
    observed_at: datetime
