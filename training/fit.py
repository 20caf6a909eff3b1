"""Multinomial logistic regression over sparse features, in numpy: small, seedless, repeatable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleettui.routing.classifier.features import ROWS
from fleettui.routing.classifier.weights import KINDS, Weights, share
from training.data import Task

Floats = NDArray[np.float64]
PENALTY = 0.15
ROUNDS = 60
_DOUBT = 0.03  # how wrong a label may be: keeps the model from being too sure


@dataclass(frozen=True, slots=True)
class Sparse:
    """Features of texts by text (rows of a matrix) and the same by feature, for both products."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Floats
    order: NDArray[np.int64]
    used: NDArray[np.int64]
    used_starts: NDArray[np.int64]
    texts: NDArray[np.int64]

    def times(self, weights: Floats) -> Floats:
        """The matrix times `weights`, one line a text."""
        return np.add.reduceat(weights[self.columns] * self.values[:, None], self.starts)

    def back(self, errors: Floats) -> Floats:
        """The transposed matrix times `errors`, one line a feature."""
        parts = errors[self.texts[self.order]] * self.values[self.order][:, None]
        result = np.zeros((ROWS, errors.shape[1]))
        result[self.used] = np.add.reduceat(parts, self.used_starts)
        return result


def sparse(seen: Sequence[dict[str, list[int]]]) -> Sparse:
    """The matrix of the features of some texts, each of which has at least one."""
    starts: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    texts: list[int] = []
    for at, groups in enumerate(seen):
        starts.append(len(columns))
        for group, rows in groups.items():
            columns += rows
            values += [share(group, len(rows))] * len(rows)
            texts += [at] * len(rows)
    column = np.array(columns, dtype=np.int64)
    order = np.argsort(column, kind="stable")
    used, used_starts = np.unique(column[order], return_index=True)
    return Sparse(
        np.array(starts, dtype=np.int64),
        column,
        np.array(values),
        order,
        used,
        used_starts.astype(np.int64),
        np.array(texts, dtype=np.int64),
    )


def fit(
    tasks: Sequence[Task],
    seen: Sequence[dict[str, list[int]]],
    penalty: float = PENALTY,
    rounds: int = ROUNDS,
) -> tuple[Floats, Floats]:
    """Weights (a line a feature, a column a kind) and biases that explain `tasks` best.

    `seen` are their features; a larger `penalty` keeps the weights smaller.
    """
    matrix = sparse(seen)
    wanted = np.zeros((len(tasks), len(KINDS)))
    for at, task in enumerate(tasks):
        wanted[at, KINDS.index(task.kind)] = 1.0
    counts = wanted.sum(axis=0)
    balance = wanted @ np.where(counts > 0, (counts.mean() / np.maximum(counts, 1)) ** 0.5, 0.0)
    size = ROWS * len(KINDS)

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, bias = point[:size].reshape(ROWS, -1), point[size:]
        logits = matrix.times(weights) + bias
        logits -= logits.max(axis=1, keepdims=True)
        log = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        smooth = (1 - _DOUBT) * wanted + _DOUBT / len(KINDS)
        value = -float((balance * (smooth * log).sum(axis=1)).sum())
        errors = (np.exp(log) - smooth) * balance[:, None]
        slope = np.concatenate([matrix.back(errors).ravel(), errors.sum(axis=0)])
        slope[:size] += penalty * point[:size]
        return value + 0.5 * penalty * float((point[:size] ** 2).sum()), slope

    point = descend(loss, np.zeros(size + len(KINDS)), rounds)
    return point[:size].reshape(ROWS, -1), point[size:]


def descend(
    loss: Callable[[Floats], tuple[float, Floats]], point: Floats, rounds: int, kept: int = 8
) -> Floats:
    """The point where `loss` is least, by L-BFGS with a backtracking step."""
    value, slope = loss(point)
    steps: list[tuple[Floats, Floats, float]] = []
    for _ in range(rounds):
        direction = _direction(slope, steps)
        descent = float((slope * direction).sum())
        if descent > -1e-9:
            break
        length = 1.0 if steps else 1.0 / max(float(np.abs(slope).sum()), 1.0)
        while True:
            tried = point + length * direction
            tried_value, tried_slope = loss(tried)
            if tried_value <= value + 1e-4 * length * descent or length < 1e-10:
                break
            length *= 0.5
        moved, turned = tried - point, tried_slope - slope
        curve = float((moved * turned).sum())
        if curve > 1e-12:
            steps = [*steps[-kept + 1 :], (moved, turned, 1.0 / curve)]
        done = value - tried_value < 1e-7 * max(abs(value), 1.0)
        point, value, slope = tried, tried_value, tried_slope
        if done:
            break
    return point


def _direction(slope: Floats, steps: Sequence[tuple[Floats, Floats, float]]) -> Floats:
    direction = -slope
    pulls = []
    for moved, turned, inverse in reversed(steps):
        pull = inverse * float((moved * direction).sum())
        direction = direction - pull * turned
        pulls.append(pull)
    if steps:
        moved, turned, inverse = steps[-1]
        direction = direction * (1.0 / (inverse * float((turned * turned).sum())))
    for (moved, turned, inverse), pull in zip(steps, reversed(pulls), strict=True):
        direction = direction + (pull - inverse * float((turned * direction).sum())) * moved
    return direction


def quantised(weights: Floats, bias: Floats, heat: float = 1.0) -> Weights:
    """The same model in one byte a weight, its scores divided by `heat`."""
    unit = float(np.abs(weights).max()) / 127 or 1.0
    rows = np.rint(weights / unit).astype(np.int8)
    return Weights(tuple((bias / heat).tolist()), unit / heat, rows.tobytes())
