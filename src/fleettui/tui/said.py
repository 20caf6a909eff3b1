"""What the screen says to the human in its last lines."""

from dataclasses import dataclass
from enum import StrEnum


class Manner(StrEnum):
    """How something is said."""

    DOING = "doing"
    DONE = "done"
    WHY = "why"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Said:
    """What happens now, happened last, or why a key did nothing."""

    manner: Manner
    text: str
