"""Taking and printing figures."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def seconds_of(command: Sequence[str], *, env: dict[str, str] | None = None) -> float:
    """Wall-clock seconds that a whole process takes; its output is thrown away."""
    started = time.perf_counter()
    subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=env
    )
    return time.perf_counter() - started


def in_turn(runs: int, *takes: Callable[[], float]) -> list[list[float]]:
    """Take each figure `runs` times, A B A B …, after one round that does not count."""
    for take in takes:
        take()
    rounds = [[take() for take in takes] for _ in range(runs)]
    return [list(column) for column in zip(*rounds, strict=True)]


def line(name: str, values: Sequence[float], *, unit: str = "ms", scale: float = 1000.0) -> None:
    """Print the least, the median and the most of some figures."""
    low, middle, high = min(values), statistics.median(values), max(values)
    print(
        f"  {name:<46} {middle * scale:9.1f} {unit}   "
        f"({low * scale:.1f} – {high * scale:.1f}, n={len(values)})",
        flush=True,
    )


def ratio(name: str, ours: Sequence[float], theirs: Sequence[float]) -> None:
    """Print the median of the ratios, pair by pair: a drifting machine cancels out."""
    pairs = [a / b for a, b in zip(ours, theirs, strict=True)]
    print(
        f"  {name:<46} {statistics.median(pairs):9.2f} ×    ({min(pairs):.2f} – {max(pairs):.2f})",
        flush=True,
    )


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 stay below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]


def title(text: str) -> None:
    """Print what the following figures are about."""
    print(f"\n{text}", flush=True)
