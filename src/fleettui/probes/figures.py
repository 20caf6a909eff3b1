"""Numbers from outside: bounded, finite, or None. Every function is total."""

import math
import re

MOST_BYTES = 1 << 60
"""No machine of today has more memory or disk; what is larger is not a size."""

_NUMBER = re.compile(r"\s*([+-]?\d{1,20}(?:[.,]\d{1,20})?)\s*", re.ASCII)


def real(raw: object, most: float, *, least: float = 0.0) -> float | None:
    """A number between `least` and `most`; text may have a decimal comma."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, bytes):
        raw = raw.decode("ascii", "replace")
    if isinstance(raw, str):
        found = _NUMBER.fullmatch(raw)
        if found is None:
            return None
        raw = float(found[1].replace(",", "."))
    if not isinstance(raw, int | float) or not least <= raw <= most or not math.isfinite(raw):
        return None
    return float(raw)


def percent(raw: object) -> float | None:
    """A number from 0 to 100."""
    return real(raw, 100.0)


def whole(raw: object, *, unit: int = 1, most: int = MOST_BYTES) -> int | None:
    """A whole number of `unit`s, not negative, `most` at most when multiplied."""
    if isinstance(raw, bytes):
        raw = raw.decode("ascii", "replace")
    if isinstance(raw, str):
        text = raw.strip()
        raw = int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None
    if not isinstance(raw, int) or isinstance(raw, bool):
        return None
    return raw * unit if 0 <= raw * unit <= most else None


def part_of(part: int | None, total: int | None) -> int | None:
    """`part`, unless it is larger than the total that it belongs to."""
    return None if part is None or (total is not None and part > total) else part


def words(section: bytes) -> dict[bytes, bytes]:
    """The first word of each line with the rest of it; the first line of a word counts."""
    found: dict[bytes, bytes] = {}
    for line in section.splitlines():
        key, _, value = line.strip().partition(b" ")
        found.setdefault(key, value.strip())
    return found
