"""How far a machine's clock is from ours."""

import re

from fleettui.probes.figures import real

_SECONDS = re.compile(rb"(\d{9,10})(?!\d)(?:[.,](\d{1,9}))?")


def read_clock(section: bytes) -> tuple[float, float] | None:
    """Seconds since 1970, and by how much that may be off, from `date +%s.%N`.

    Where `date` knows no `%N` only whole seconds come: the middle of that second is taken.
    """
    found = _SECONDS.match(section.strip())
    if found is None:
        return None
    seconds = real(found[1], 1e10)
    if seconds is None:
        return None
    return (seconds + float(b"0." + found[2]), 0.0) if found[2] else (seconds + 0.5, 0.5)


def skew(section: bytes, received: float, latency: float) -> float | None:
    """The machine's clock minus ours in seconds; 0 where it is less than what can be told.

    `received` is our wall clock when the answer was complete, `latency` the seconds that it
    took: the machine looked at its clock about half-way.
    """
    read = read_clock(section)
    if read is None:
        return None
    seconds, error = read
    difference = seconds - (received - latency / 2)
    return 0.0 if abs(difference) <= error + latency / 2 else difference
