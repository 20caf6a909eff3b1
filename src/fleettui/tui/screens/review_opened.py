"""How a diff is open: what it was made of, what it compares, how much stands around."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fleettui.model.change import Change, ChangeKey, Evaluation, FileChange
from fleettui.model.review_port import Against
from fleettui.review.signals.generated import generated

CONTEXTS = (3, 12, 60, 1_000_000)
"""Lines around what changed; the last is the whole file."""
_WORDS = ("3 lines around", "12 lines around", "60 lines around", "whole files")


@dataclass(frozen=True, slots=True)
class Opened:
    """The diff of a change. `context` is a place in CONTEXTS."""

    key: ChangeKey
    seen: Evaluation
    against: Against
    context: int = 0
    as_text: bool = False

    @property
    def lines_around(self) -> int:
        """Lines around what changed."""
        return CONTEXTS[self.context]

    @property
    def words_around(self) -> str:
        """The same in words."""
        return _WORDS[self.context]

    def wider(self, step: int) -> "Opened":
        """With more lines around, or fewer."""
        return replace(self, context=max(0, min(self.context + step, len(CONTEXTS) - 1)))

    def compared(self, change: Change) -> "Opened":
        """With the next comparison that there is."""
        choices = [Against.LANDS, Against.MADE, *([Against.SINCE] if seen_before(change) else [])]
        after = choices.index(self.against) + 1 if self.against in choices else 0
        return replace(self, against=choices[after % len(choices)])


def seen_before(change: Change) -> bool:
    """Whether the human has said something to an older head."""
    return change.reviewed_head not in (None, change.head)


def opened(change: Change) -> Opened | None:
    """How a change is opened: what is new first, where the rest was seen; None: not yet."""
    if change.evaluation is None:
        return None
    against = Against.SINCE if seen_before(change) else Against.LANDS
    return Opened(change.key, change.evaluation, against)


def folded(files: Iterable[FileChange]) -> Mapping[str, str]:
    """Which files nobody reads line by line, and why."""
    found = ((file.path, generated(file.raw_path)) for file in files)
    return {path: reason for path, reason in found if reason}
