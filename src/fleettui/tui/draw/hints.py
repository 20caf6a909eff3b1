"""The last line: the keys that work here."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleettui.tui.draw.paint import Line, Span, Tone, cells, pad, tame

_GAP = 2


@dataclass(frozen=True, slots=True)
class Hint:
    """A key as it is written on the keyboard, what it does, and the action behind it.

    `idle`: pressed now, it only says why it does nothing.
    """

    key: str
    text: str
    action: str
    idle: bool = False


def hint_line(hints: Sequence[Hint], width: int) -> tuple[Line, tuple[tuple[int, int, str], ...]]:
    """As many hints as fit, and from which cell to which each stands: the last one always, and
    those that only say why they do nothing after all others."""
    spans: list[Span] = []
    places: list[tuple[int, int, str]] = []
    x = 1
    for hint in _chosen(hints, width):
        size = _size(hint)
        spans += [(" " if x == 1 else " " * _GAP, Tone.TEXT)]
        key, text = (Tone.FAINT, Tone.FAINT) if hint.idle else (Tone.KEY, Tone.DIM)
        spans += [(tame(hint.key), key), (f" {tame(hint.text)}", text)]
        places.append((x, x + size, hint.action))
        x += size + _GAP
    return pad(spans, width), tuple(places)


def _chosen(hints: Sequence[Hint], width: int) -> list[Hint]:
    kept: set[int] = set()
    room = width - 1
    first = [len(hints) - 1] if hints else []
    others = sorted(range(len(hints) - 1), key=lambda place: hints[place].idle)
    for place in (*first, *others):
        size = _size(hints[place]) + (_GAP if kept else 0)
        if size <= room:
            kept.add(place)
            room -= size
    return [hint for place, hint in enumerate(hints) if place in kept]


def _size(hint: Hint) -> int:
    return cells(tame(hint.key)) + cells(tame(hint.text)) + 1
