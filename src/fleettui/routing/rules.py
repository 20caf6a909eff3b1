"""The user's own rules: the first whose expression is found in a task's text counts.

Expressions run in the `regex` engine, which counts the processor time that a search takes and
gives up: the standard library's cannot be interrupted, not even from another thread. One that
takes too long is as if it were not there, with a warning.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fleettui.model.policy import RoutingRule

TEXT_CAP = 20_000
"""Characters of a task's text that rules look at."""

SEARCH_S = 0.02
"""Processor seconds that one expression may take; an honest one takes a thousandth of it."""

_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The rule that counts, and which one it is (from 0); `warnings` name unusable ones."""

    rule: RoutingRule = field(default_factory=lambda: RoutingRule(""))
    number: int | None = None
    warnings: tuple[str, ...] = ()


def first_match(rules: Iterable[RoutingRule], text: str) -> Found:
    """The first rule that `text` matches; after three that take too long no more are tried."""
    warnings: list[str] = []
    for number, rule in enumerate(rules):
        try:
            if _matches(rule.match, text[:TEXT_CAP]):
                return Found(rule, number, tuple(warnings))
        except _Unusable as unusable:
            warnings.append(f"routing rule {number + 1} {unusable}")
        if len(warnings) >= _PATIENCE:
            warnings.append("the routing rules after it were not looked at")
            break
    return Found(warnings=tuple(warnings))


class _Unusable(Exception):
    pass


def _matches(expression: str, text: str) -> bool:
    import regex

    try:
        return regex.search(expression, text, timeout=SEARCH_S) is not None
    except TimeoutError:
        raise _Unusable("takes too long on this text and was not used: simplify it") from None
    except regex.error as error:
        raise _Unusable(f"cannot be used ({error})") from None
