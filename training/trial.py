"""How well a classifier does on tasks that it has not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fleettui.model.kind import Category
from fleettui.routing.classifier.features import features
from fleettui.routing.classifier.guess import Guess, decide
from fleettui.routing.classifier.weights import Weights, scores
from training.data import Task
from training.fit import fit, quantised

FOLDS = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What was guessed of a task."""

    task: Task
    guess: Guess

    @property
    def right(self) -> bool:
        """Whether the category is right: it chooses the ladder."""
        return self.guess.category is self.task.kind.category


def held_out(tasks: Sequence[Task], penalty: float) -> list[tuple[Task, list[float]]]:
    """The scores of each task from a model that never saw its batch."""
    seen = [features(task.text) for task in tasks]
    batches = sorted({task.source for task in tasks})
    found: list[tuple[Task, list[float]]] = []
    for fold in range(FOLDS):
        hidden = set(batches[fold::FOLDS])
        known = [at for at, task in enumerate(tasks) if task.source not in hidden]
        weights = quantised(*fit([tasks[at] for at in known], [seen[at] for at in known], penalty))
        found += [
            (task, scores(weights, seen[at]))
            for at, task in enumerate(tasks)
            if task.source in hidden
        ]
    return found


def answers(found: Sequence[tuple[Task, list[float]]], heat: float) -> list[Answer]:
    """What follows from scores that are divided by `heat`."""
    return [Answer(task, decide([value / heat for value in values])) for task, values in found]


def asked(weights: Weights, tasks: Sequence[Task]) -> list[Answer]:
    """What `weights` make of `tasks`."""
    return [Answer(task, decide(scores(weights, features(task.text)))) for task in tasks]


def calibration(given: Sequence[Answer]) -> list[tuple[float, float, int]]:
    """Mean confidence, share that was right and count, in ten steps of confidence."""
    steps: list[list[Answer]] = [[] for _ in range(10)]
    for answer in given:
        steps[min(int(answer.guess.confidence * 10), 9)].append(answer)
    return [
        (_mean(step, lambda each: each.guess.confidence), share_right(step), len(step))
        for step in steps
        if step
    ]


def misfit(given: Sequence[Answer]) -> float:
    """The expected calibration error: how far confidence is from the share that was right."""
    return sum(abs(sure - right) * count for sure, right, count in calibration(given)) / len(given)


def share_right(given: Sequence[Answer]) -> float:
    """The share with the right category."""
    return _mean(given, lambda each: each.right)


def share_kind(given: Sequence[Answer]) -> float:
    """The share with the right kind."""
    return _mean(given, lambda each: each.guess.kind is each.task.kind)


def share_dear(given: Sequence[Answer]) -> float:
    """The share of mechanical and reasoning tasks that would go to the dearest models."""
    plain = (Category.MECHANICAL, Category.REASONING)
    cheap = [answer for answer in given if answer.task.kind.category in plain]
    return _mean(cheap, lambda each: each.guess.category is Category.NOVEL)


def _mean(given: Sequence[Answer], value: Callable[[Answer], float]) -> float:
    return sum(map(value, given)) / len(given) if given else 0.0
