"""Which words of a changed line changed, at a cost that no line can drive up."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

Stretches: TypeAlias = tuple[tuple[int, int], ...]

LONGEST = 1000
"""Characters of a line whose words are compared."""
COMPARED = 200
"""Characters of a line by which the line that it became is found."""
LARGEST = 2500
"""Comparisons of two words for one pair of lines; above it the middle counts as one change."""
ALIGNED = 12
"""Lines on each side of a run that are matched by likeness; longer runs line by line."""
ALIKE = 0.4
"""The share of two lines that must be equal before it helps to show what is not."""

_TOKENS = re.compile(r"\w+|\W")


def tokens(text: str) -> list[str]:
    """A text as words and single signs and spaces."""
    return _TOKENS.findall(text)


def likeness(old: str, new: str) -> float:
    """How much of two lines is the same words, from 0 to 1, spaces not counted."""
    return _likeness(_words(old), _words(new))


def _words(text: str) -> tuple["Counter[str]", int]:
    words = Counter(word for word in tokens(text[:COMPARED]) if not word.isspace())
    return words, _weight(words)


def _weight(words: "Counter[str]") -> int:
    return sum(len(word) * count for word, count in words.items())


def _likeness(one: tuple["Counter[str]", int], two: tuple["Counter[str]", int]) -> float:
    total = one[1] + two[1]
    return 2 * _weight(one[0] & two[0]) / total if total else 1.0


def partners(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """For removed lines the added ones that they became, in order, neither used twice."""
    if len(old) == len(new) or max(len(old), len(new)) > ALIGNED:
        return {place: place for place in range(min(len(old), len(new)))}
    left, right = [_words(line) for line in old], [_words(line) for line in new]
    found: dict[int, int] = {}
    free = 0
    for place, line in enumerate(left):
        scores = [_likeness(line, other) for other in right[free:]]
        if scores and max(scores) >= ALIKE:
            found[place] = free + scores.index(max(scores))
            free = found[place] + 1
    return found


def changed(old: str, new: str) -> tuple[Stretches, Stretches]:
    """Where two lines differ, word by word; nothing where they have little in common."""
    if len(old) > LONGEST or len(new) > LONGEST:
        return _middle(old, new)
    one, two = tokens(old), tokens(new)
    start = _common(one, two)
    tail = _common(one[start:][::-1], two[start:][::-1])
    left, right = one[start : len(one) - tail], two[start : len(two) - tail]
    if len(left) * len(right) > LARGEST:
        return _middle(old, new)
    keep_left, keep_right = _kept(left, right)
    before = sum(map(len, one[:start]))
    stretches = _stretches(left, keep_left, before), _stretches(right, keep_right, before)
    return stretches if _worth_it(old, new, *stretches) else ((), ())


def _common(one: Sequence[str], two: Sequence[str]) -> int:
    count = 0
    for first, second in zip(one, two, strict=False):
        if first != second:
            break
        count += 1
    return count


def _kept(left: list[str], right: list[str]) -> tuple[set[int], set[int]]:
    """The places of the longest common sequence, words weighing more than signs."""
    rows, columns = len(left), len(right)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        word, row, below = left[i], best[i], best[i + 1]
        weight = len(word) * 2 + 1
        for j in range(columns - 1, -1, -1):
            if word == right[j]:
                row[j] = below[j + 1] + weight
            else:
                row[j] = below[j] if below[j] >= row[j + 1] else row[j + 1]
    one, two = set(), set()
    i = j = 0
    while i < rows and j < columns:
        if left[i] == right[j]:
            one.add(i)
            two.add(j)
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return one, two


def _stretches(words: list[str], kept: set[int], offset: int) -> Stretches:
    """What is not kept; two of them with only spaces between are one."""
    found: list[tuple[int, int]] = []
    bridge = False
    for place, word in enumerate(words):
        end = offset + len(word)
        if place not in kept:
            if found and bridge:
                found[-1] = (found[-1][0], end)
            else:
                found.append((offset, end))
            bridge = True
        elif not word.isspace():
            bridge = False
        offset = end
    return tuple(found)


def _worth_it(old: str, new: str, left: Stretches, right: Stretches) -> bool:
    same = _size(old) - _covered(old, left) + _size(new) - _covered(new, right)
    total = _size(old) + _size(new)
    return total == 0 or same >= ALIKE * total


def _size(text: str) -> int:
    """Characters without spaces."""
    return len(text) - text.count(" ") - text.count("\t")


def _covered(text: str, stretches: Stretches) -> int:
    return sum(_size(text[start:end]) for start, end in stretches)


def _middle(old: str, new: str) -> tuple[Stretches, Stretches]:
    """All between the common start and the common end of two long lines."""
    least = min(len(old), len(new))
    start = _same_length(old, new, least)
    end = _same_length(old[::-1], new[::-1], least - start)
    if start + end < ALIKE * least:
        return (), ()
    return (
        ((start, len(old) - end),) if len(old) > start + end else (),
        ((start, len(new) - end),) if len(new) > start + end else (),
    )


def _same_length(one: str, two: str, most: int) -> int:
    """Characters that two texts have in common at the start, at most `most`."""
    low, high = 0, most
    while low < high:
        half = (low + high + 1) // 2
        if one[low:half] == two[low:half]:
            low = half
        else:
            high = half - 1
    return low
