"""Models whose end is known. Nothing is replaced here: the user's file says what comes instead."""

from collections.abc import Iterable, Mapping
from datetime import date

from fleettui.routing.names import fits
from fleettui.routing.rung import Rung

_NOTICE_DAYS = 60

_ENDS: tuple[tuple[tuple[str, ...], date | None], ...] = (
    (("claude-opus-4", "claude-opus-4-2*", "claude-opus-4[-.]0*", "claude-opus-4[-.]1*"), None),
    (("claude-3*", "claude-2*", "claude-instant*"), None),
    (("claude-sonnet-4[-.]5*",), date(2026, 11, 30)),
)
"""By patterns for names; the day is the one on which Anthropic stops, None: it has stopped."""


def warnings(
    rungs: Iterable[Rung], today: date | None, known: Mapping[str, date]
) -> tuple[str, ...]:
    """One line for each cloud model that has ended or is about to. `known`: what providers say."""
    found = (_warning(rung, today, known) for rung in rungs if not rung.on_machine)
    return tuple(dict.fromkeys(line for line in found if line))


def _warning(rung: Rung, today: date | None, known: Mapping[str, date]) -> str | None:
    end = known.get(rung.id)
    for globs, day in _ENDS if end is None else ():
        if fits(rung.name, *globs):
            if day is None:
                return f"{rung.id} is retired at its maker: name its successor in fleet.toml"
            end = day
    if end is None or today is None or (end - today).days > _NOTICE_DAYS:
        return None
    word = "was retired" if end <= today else "retires"
    return f"{rung.id} {word} on {end.isoformat()}: name its successor in fleet.toml"
