"""The last line: the keys that work here."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleettui.tui.draw.paint import Line, Span, Tone, cells, pad, tame


@dataclass(frozen=True, slots=True)
class Hint:
    """A key as it is written on the keyboard, what it does, and the action behind it."""

    key: str
    text: str
    action: str


def hint_line(hints: Sequence[Hint], width: int) -> tuple[Line, tuple[tuple[int, int, str], ...]]:
    """As many hints as fit, the last one always, and from which cell to which each stands."""
    if not hints:
        return pad((), width), ()
    room = width - 1
    *others, last = hints
    reserve = _size(last)
    spans: list[Span] = [(" ", Tone.TEXT)]
    places: list[tuple[int, int, str]] = []
    x = 1
    for hint in [*others, last]:
        size = _size(hint)
        keep = 0 if hint is last else reserve
        if x + size + keep > room + 2:
            continue
        spans += [(tame(hint.key), Tone.KEY), (f" {tame(hint.text)}", Tone.DIM), ("  ", Tone.TEXT)]
        places.append((x, x + size - 2, hint.action))
        x += size
    return pad(spans, width), tuple(places)


def _size(hint: Hint) -> int:
    return cells(tame(hint.key)) + cells(tame(hint.text)) + 3
