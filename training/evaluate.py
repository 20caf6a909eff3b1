"""Says how good the classifier is: `python -m training.evaluate [FILE…]`.

Without a file: on the project's own tasks, each batch guessed by a model that never saw it. With
files of labelled tasks (JSON Lines with text, kind, source): the shipped model on those.
"""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from fleettui.routing.classifier.weights import KINDS, shipped
from training import trial
from training.data import own, read
from training.fit import PENALTY
from training.trial import Answer


def main(paths: Sequence[str]) -> None:
    """Print the tables."""
    if paths:
        report(trial.asked(shipped(), read([Path(path) for path in paths])))
        return
    found = [pair for pair in trial.held_out(own(), PENALTY) if "patterns" not in pair[0].source]
    heat = min(
        (step / 20 for step in range(6, 41)),
        key=lambda heat: trial.misfit(trial.answers(found, heat)),
    )
    report(trial.answers(found, heat))


def report(given: Sequence[Answer]) -> None:
    """Print what `given` says of the model that gave it."""
    _line("all", given)
    print(f"calibration error {trial.misfit(given):.3f}\n")
    print("confidence  right  count")
    for sure, right, count in trial.calibration(given):
        print(f"{sure:10.2f} {right:6.2f} {count:6}")
    print("\nguessed (across) for each kind (down)")
    print(f"{'':24}" + "".join(f"{kind[:5]:>6}" for kind in KINDS))
    for kind in KINDS:
        guessed = Counter(each.guess.kind for each in given if each.task.kind is kind)
        print(f"{kind:24}" + "".join(f"{guessed[other] or '.':>6}" for other in KINDS))
    print()
    _by("category", given, lambda each: each.task.kind.category)
    _by("language", given, lambda each: each.task.language)
    _by("source", given, lambda each: each.task.source.partition(":")[0])


def _by(what: str, given: Sequence[Answer], key: Callable[[Answer], str]) -> None:
    for value in sorted({key(each) for each in given}):
        _line(f"{what} {value}", [each for each in given if key(each) == value])


def _line(name: str, given: Sequence[Answer]) -> None:
    print(
        f"{name:28} categories {trial.share_right(given):6.1%} kinds {trial.share_kind(given):6.1%}"
        f" called novel {trial.share_dear(given):5.1%} of {len(given)}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
