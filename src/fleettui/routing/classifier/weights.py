"""The learned weights: read once, when the first task is looked at."""

import struct
from functools import cache
from math import sqrt
from operator import add
from pathlib import Path
from typing import NamedTuple

from fleettui.model.kind import Kind
from fleettui.routing.classifier.features import GROUPS, ROWS

KINDS = tuple(Kind)
MAGIC = b"fleettui-kinds-1"
_HEAD = struct.Struct(f"<16sHHf{len(KINDS)}f")
_ROW = struct.Struct(f"<{len(KINDS)}b")


class Weights(NamedTuple):
    """A linear model: a bias for each kind, and a small number for each kind in each row."""

    bias: tuple[float, ...]
    unit: float
    rows: bytes


def parse(data: bytes) -> Weights:
    """The weights that `pack` wrote; raises ValueError where `data` is anything else."""
    if len(data) != _HEAD.size + ROWS * _ROW.size:
        raise ValueError(f"weights of {len(data)} bytes")
    magic, kinds, rows, unit, *bias = _HEAD.unpack_from(data)
    if (magic, kinds, rows) != (MAGIC, len(KINDS), ROWS):
        raise ValueError("weights of another version")
    return Weights(tuple(bias), unit, data[_HEAD.size :])


def pack(weights: Weights) -> bytes:
    """What `parse` reads."""
    return _HEAD.pack(MAGIC, len(KINDS), ROWS, weights.unit, *weights.bias) + weights.rows


@cache
def shipped() -> Weights:
    """The weights that came with the package."""
    return parse(Path(__file__).with_name("weights.bin").read_bytes())


def scores(weights: Weights, seen: dict[str, list[int]]) -> list[float]:
    """How much speaks for each kind, in the order of `KINDS`."""
    total = list(weights.bias)
    for group, rows in seen.items():
        summed = [0] * len(KINDS)
        for row in rows:
            summed = list(map(add, summed, _ROW.unpack_from(weights.rows, row * _ROW.size)))
        factor = weights.unit * share(group, len(rows))
        total = [have + factor * more for have, more in zip(total, summed, strict=True)]
    return total


def share(group: str, count: int) -> float:
    """What each of `count` features of `group` counts for."""
    return GROUPS[group] / sqrt(count + 4)
