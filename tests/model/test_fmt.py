"""One table for all formatting."""

from collections.abc import Callable
from typing import Any

import pytest

from fleettui.model import fmt

GIB = 1024**3


@pytest.mark.parametrize(
    "function,value,shown",
    [
        (fmt.size, 21_500_000_000, "21.5 GB"),
        (fmt.size, 512, "512 B"),
        (fmt.size, 0, "0 B"),
        (fmt.size, 999_999, "1.0 MB"),
        (fmt.size, 412_316_860_416, "412 GB"),
        (fmt.memory, 64 * GIB, "64 GB"),
        (fmt.memory, int(41.9 * GIB), "41.9 GB"),
        (fmt.percent, 34.2, "34 %"),
        (fmt.percent, 0.0, "0 %"),
        (fmt.age, 0.4, "0s"),
        (fmt.age, 59.9, "59s"),
        (fmt.age, 130, "2m 10s"),
        (fmt.age, 240, "4m"),
        (fmt.age, 3600 * 4 + 200, "4h 3m"),
        (fmt.age, 86400 * 6 + 7300, "6d 2h"),
        (fmt.age, -3, "0s"),
        (fmt.short_age, 130, "2m"),
        (fmt.countdown, 252, "4:12"),
        (fmt.countdown, 3852, "1:04:12"),
        (fmt.countdown, -5, "0:00"),
        (fmt.countdown, 200_000, "2d 7h"),
        (fmt.latency, 0.42, "0.4 ms"),
        (fmt.latency, 3.2, "3 ms"),
        (fmt.latency, 1240, "1.2 s"),
        (fmt.money, 0.0, "$0.00"),
        (fmt.money, 0.001, "<$0.01"),
        (fmt.money, 1204, "$1,204.00"),
        (fmt.money, -2.5, "-$2.50"),
        (fmt.count, 412, "412"),
        (fmt.count, 12_345, "12.3k"),
        (fmt.count, 4_100_000, "4.1M"),
        (fmt.context, 32768, "32k"),
        (fmt.context, 131072, "128k"),
        (fmt.context, 1048576, "1M"),
        (fmt.context, 512, "512"),
    ],
)
def test_it_is_written(function: Callable[[Any], str], value: float, shown: str) -> None:
    assert function(value) == shown


@pytest.mark.parametrize(
    "function",
    [
        fmt.size, fmt.memory, fmt.percent, fmt.age, fmt.short_age, fmt.countdown,
        fmt.latency, fmt.money, fmt.count, fmt.context, fmt.clock_time,
    ],
)  # fmt: skip
def test_what_is_not_known_is_a_dash(function: Callable[[Any], str]) -> None:
    assert function(None) == "–"


def test_used_of_total_shares_the_unit() -> None:
    assert fmt.used_of(int(41.9 * GIB), 64 * GIB) == "41.9 of 64 GB"
    assert fmt.used_of(None, 64 * GIB) == "– of 64 GB"
    assert fmt.used_of(GIB, None) == "1 GB"
    assert fmt.used_of(None, None) == "–"


def test_plurals() -> None:
    assert fmt.plural(1, "machine") == "1 machine"
    assert fmt.plural(0, "machine") == "0 machines"
    assert fmt.plural(2, "entry", "entries") == "2 entries"
