"""The text that metrics systems scrape: OpenMetrics 1.0, in the part that it shares with the
older Prometheus text format 0.0.4 (every family a gauge), because the node exporter reads files
in that one.

A state is one series for each possible state, 1 for the one that holds. A value that was not
read has no series.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Generic, TypeVar

T = TypeVar("T")

Number = float | int | None
Labels = dict[str, str | None]

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True, slots=True)
class Gauge(Generic[T]):
    """A number that things have. `name` ends in `unit` where it has one."""

    name: str
    meaning: str
    of: Callable[[T], Number]
    unit: str = ""

    def lines(self, things: Sequence[tuple[Labels, T]]) -> list[str]:
        """The family as text; the first of several series with the same labels counts."""
        series: dict[str, str] = {}
        for labels, thing in things:
            value = self.of(thing)
            if value is not None and isfinite(value):
                series.setdefault(_labels(labels), _number(value))
        return _family(self.name, self.meaning, self.unit, series)


@dataclass(frozen=True, slots=True)
class States(Generic[T]):
    """One of a few states that things are in."""

    name: str
    meaning: str
    of: Callable[[T], StrEnum | None]
    states: type[StrEnum]

    def lines(self, things: Sequence[tuple[Labels, T]]) -> list[str]:
        """The family as text, with a label `state`."""
        series: dict[str, str] = {}
        for labels, thing in things:
            now = self.of(thing)
            if now is not None and _labels({**labels, "state": now.value}) not in series:
                for state in self.states:
                    series[_labels({**labels, "state": state.value})] = _number(state is now)
        return _family(self.name, self.meaning, "", series)


Metrics = tuple[Gauge[T] | States[T], ...]


def exposition(lines: Iterable[str]) -> str:
    """A whole scrape, ended as OpenMetrics wants it."""
    return "\n".join([*lines, "# EOF", ""])


def families(metrics: Metrics[T], things: Sequence[tuple[Labels, T]]) -> Iterator[str]:
    """The lines of several metrics of the same things."""
    for metric in metrics:
        yield from metric.lines(things)


def _family(name: str, meaning: str, unit: str, series: dict[str, str]) -> list[str]:
    if not series:
        return []
    full = f"fleettui_{name}"
    about = [f"# TYPE {full} gauge", f"# HELP {full} {meaning}"]
    if unit:
        about.insert(1, f"# UNIT {full} {unit}")
    return [*about, *(f"{full}{labels} {value}" for labels, value in series.items())]


def _labels(labels: Labels) -> str:
    pairs = [
        f'{name}="{_utf8(value).translate(_ESCAPES)}"'
        for name, value in labels.items()
        if value is not None
    ]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _utf8(text: str) -> str:
    """Both formats are UTF-8, which has no place for half a surrogate pair."""
    return text.encode("utf-8", "backslashreplace").decode()


def _number(value: float) -> str:
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 2**53)
    return str(int(value)) if whole else repr(value)
