"""All formatting of sizes, ages, money and durations: pure, and in one place.

Every function takes None for “not known” and then returns an en dash, never a zero.
"""

from datetime import datetime

UNKNOWN = "–"
FOREVER = "∞"

_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB")


def _scaled(value: float, step: float) -> str:
    index = 0
    while value >= step * 0.9995 and index < len(_DECIMAL) - 1:
        value /= step
        index += 1
    digits = 0 if index == 0 or value >= 99.95 else 1
    return f"{value:.{digits}f} {_DECIMAL[index]}"


def size(octets: float | None) -> str:
    """Bytes on disk or of a model in powers of 1000, as `ollama ps` prints them: `21.5 GB`."""
    return UNKNOWN if octets is None else _scaled(octets, 1000.0)


def memory(octets: float | None) -> str:
    """Main memory in powers of 1024 under the name that vendors print on the box: `64.0 GB`."""
    return UNKNOWN if octets is None else _scaled(octets, 1024.0).replace(".0 ", " ")


def used_of(used: float | None, total: float | None) -> str:
    """Main memory as `41.9 of 64 GB`; the unit is the total's."""
    if total is None:
        return memory(used)
    if used is None:
        return f"{UNKNOWN} of {memory(total)}"
    number, _, unit = memory(total).partition(" ")
    factor = 1024.0 ** _DECIMAL.index(unit)
    return f"{used / factor:.1f} of {number} {unit}"


def percent(value: float | None, *, digits: int = 0) -> str:
    """A percentage given as 0 to 100: `34 %`."""
    return UNKNOWN if value is None else f"{value:.{digits}f} %"


def age(seconds: float | None) -> str:
    """How old something is, in at most two units: `0s`, `12s`, `2m 10s`, `4h 3m`, `6d 2h`."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return _pair(whole // 60, "m", whole % 60, "s")
    if whole < 86400:
        return _pair(whole // 3600, "h", whole % 3600 // 60, "m")
    return _pair(whole // 86400, "d", whole % 86400 // 3600, "h")


def _pair(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit} {small}{small_unit}" if small else f"{large}{large_unit}"


def short_age(seconds: float | None) -> str:
    """How old something is, in one unit: `12s`, `4m`, `3h`, `6d`."""
    return age(seconds).partition(" ")[0]


def countdown(seconds: float | None) -> str:
    """Time left: `4:12`, `1:04:12` from an hour on, `2d 3h` from a day on; past: `0:00`."""
    if seconds is None:
        return UNKNOWN
    whole = max(0, int(seconds))
    if whole >= 86400:
        return age(whole)
    minutes, second = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{second:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def latency(milliseconds: float | None) -> str:
    """A round trip: `0.4 ms`, `3 ms`, `1.2 s`."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 1 else f"{milliseconds:.1f} ms"


def money(dollars: float | None) -> str:
    """US dollars: `$0.31`, `$1,204.00`; less than half a cent but not nothing: `<$0.01`."""
    if dollars is None:
        return UNKNOWN
    if 0 < dollars < 0.005:
        return "<$0.01"
    sign = "-" if dollars < 0 else ""
    return f"{sign}${abs(dollars):,.2f}"


def count(value: float | None) -> str:
    """A number of things: `412`, `12.3k`, `4.1M`."""
    if value is None:
        return UNKNOWN
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if unit == 'k' else limit):.1f}{unit}"
    return f"{value:.0f}"


def context(tokens: int | None) -> str:
    """A context length: `32k` for 32768, `128k`, `1M`."""
    if tokens is None:
        return UNKNOWN
    if tokens < 1024:
        return str(tokens)
    if tokens < 1024 * 1024:
        return f"{round(tokens / 1024)}k"
    return f"{tokens / 1024 / 1024:.1f}M".replace(".0M", "M")


def clock_time(moment: datetime | None) -> str:
    """A moment as the local time of day: `10:42:07`."""
    return UNKNOWN if moment is None else f"{moment.astimezone():%H:%M:%S}"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 machine`, `4 machines`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
