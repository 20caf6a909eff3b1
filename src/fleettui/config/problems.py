"""What can be wrong in fleet.toml, and how it is told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fleettui.config.locate import Path
from fleettui.model.text import clean, without_login

MOST_PROBLEMS = 50
"""Looking for the word that was meant takes time, so a hopeless file is given up early."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, what is wrong, and what would be right.

    `absence`: something is not there, which may just be because its key is misspelt.
    """

    path: Path
    text: str
    remedy: str = ""
    absence: bool = False


class EnoughProblems(Exception):
    """So much is wrong that nobody wants to know the rest."""


class Problems:
    """The mistakes found so far; past MOST_PROBLEMS, reading stops with EnoughProblems."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, path: Path, text: str, remedy: str = "", *, absence: bool = False) -> None:
        """Note one more."""
        self.found.append(Problem(path, text, remedy, absence))
        if len(self.found) >= MOST_PROBLEMS:
            raise EnoughProblems


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a check expected instead, and what to do about it."""

    expected: str
    remedy: str = ""


Check = Callable[[str], Wrong | None]
"""Looks at a string; None: it is fine."""


def dotted(path: Path) -> str:
    """A path as people write it: `machines[1].roles[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + clean(part, limit=64)
    return text


def shown(value: object) -> str:
    """A wrong value as an error message names it: short, safe to draw, without a URL's password."""
    if isinstance(value, str):
        return f'"{clean(without_login(value[:1024]), limit=60)}"' if value else "an empty string"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else "a huge number"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word that looks most like `word`, None where none is as alike as `cutoff`."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word[:64].lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The remedy for a mistyped word, empty where nothing is like it."""
    close = nearest(word, known)
    return f'did you mean "{close}"?' if close else ""


def one_of(words: Iterable[str]) -> Check:
    """A check that a string is one of some words; the nearest one is named."""
    known = tuple(words)

    def check(value: str) -> Wrong | None:
        if value in known:
            return None
        return Wrong("one of " + ", ".join(known), did_you_mean(value, known))

    return check


def report_twice(problems: Problems, where: Iterable[tuple[Path, str]], what: str) -> None:
    """Note each name that was already taken; names that differ only in case count as one."""
    taken: set[str] = set()
    for path, name in where:
        if name and name.lower() in taken:
            problems.add(path, f"there already is a {what} {shown(name)}")
        taken.add(name.lower())
