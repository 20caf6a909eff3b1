"""From the text of a task to what it is, and how sure that is."""

import math
from dataclasses import dataclass

from fleettui.model.kind import Category, Kind
from fleettui.routing.classifier.features import features
from fleettui.routing.classifier.weights import KINDS, Weights, scores, shipped

NOVEL_AT = 0.55


@dataclass(frozen=True, slots=True)
class Guess:
    """What a task seems to be.

    `confidence` is how often a guess with this number has its `category` right, from 0 to 1;
    `ranked` has every kind with its probability, the likeliest first.
    """

    kind: Kind
    category: Category
    confidence: float
    ranked: tuple[tuple[Kind, float], ...]


def classify(text: str) -> Guess:
    """Guess what `text` asks for. Any text has an answer; it takes about a millisecond."""
    return guess(shipped(), features(text))


def guess(weights: Weights, seen: dict[str, list[int]]) -> Guess:
    """The guess that `weights` make of the features of a text."""
    return decide(scores(weights, seen))


def decide(values: list[float]) -> Guess:
    """The guess that follows from what speaks for each kind."""
    top = max(values)
    parts = [math.exp(value - top) for value in values]
    whole = math.fsum(parts)
    ranked = sorted(
        ((kind, part / whole) for kind, part in zip(KINDS, parts, strict=True)),
        key=lambda pair: (-pair[1], pair[0]),
    )
    sums = dict.fromkeys(Category, 0.0)
    for kind, part in ranked:
        sums[kind.category] += part
    category = _category(sums)
    kind = next(kind for kind, _ in ranked if kind.category is category)
    return Guess(kind, category, min(sums[category], 1.0), tuple(ranked))


def _category(sums: dict[Category, float]) -> Category:
    """The likeliest; the dearest only where it is likelier than all others together."""
    best = max(sums, key=lambda category: sums[category])
    if best is Category.NOVEL and sums[best] < NOVEL_AT:
        return max((each for each in sums if each is not best), key=lambda each: sums[each])
    return best
