"""What a human should know of a change before reading it: each thing with its path and reason."""

from fleettui.review.signals.find import find
from fleettui.review.signals.generated import generated

__all__ = ["find", "generated"]
