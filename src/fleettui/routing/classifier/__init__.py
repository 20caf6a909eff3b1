"""What a task is, guessed from its text alone: no network, no model server."""

from fleettui.routing.classifier.guess import Guess, classify

__all__ = ["Guess", "classify"]
