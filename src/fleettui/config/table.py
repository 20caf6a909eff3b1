"""Reads a table of fleet.toml key by key, and remembers everything that is wrong with it.

A wrong value is noted as a `Problem` and read as if it were absent, so that one pass over the
file finds every mistake. Keys that nobody asked for are unknown keys.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from fleettui.config.locate import Path
from fleettui.config.problems import Check, Problems, Wrong, dotted, nearest, one_of, shown
from fleettui.config.words import argument, line

Word = TypeVar("Word", bound=StrEnum)

TEXT_LIMIT = 1024
"""Characters of one string; commands and regular expressions are the longest."""


class Table:
    """One table of the file. Every method asks for one key; `close` finds those never asked for."""

    __slots__ = ("_asked", "_values", "path", "problems")

    def __init__(self, values: Mapping[str, object], path: Path, problems: Problems) -> None:
        self._values = values
        self._asked: set[str] = set()
        self.path = path
        self.problems = problems

    def has(self, key: str) -> bool:
        """Whether the file sets the key, rightly or wrongly."""
        return key in self._values

    def is_table(self, key: str) -> bool:
        """Whether the key holds a table."""
        return isinstance(self._values.get(key), Mapping)

    def names(self) -> list[str]:
        """The keys of a table whose keys are the user's own words."""
        return list(self._values)

    def report(self, key: str, text: str, remedy: str = "") -> None:
        """Note what is wrong with a key of this table."""
        self.problems.add((*self.path, key), text, remedy)

    def missing(self, key: str, text: str = "missing", remedy: str = "") -> None:
        """Note that a key of this table should be there."""
        self.problems.add((*self.path, key), text, remedy, absence=True)

    def text(self, key: str, check: Check = line, *, hidden: bool = False) -> str | None:
        """A string; `hidden` ones are never quoted in an error."""
        value = self._take(key)
        if value is None:
            return None
        return self._string((*self.path, key), value, check, hidden=hidden)

    def needed(self, key: str, check: Check = line) -> str:
        """A string that must be there; empty where it is not, or is wrong."""
        if key not in self._values:
            self._asked.add(key)
            self.missing(key)
        return self.text(key, check) or ""

    def word(self, key: str, words: type[Word]) -> Word | None:
        """One word of an enumeration."""
        found = self.text(key, one_of(words))
        return None if found is None else words(found)

    def words(self, key: str, words: type[Word]) -> tuple[Word, ...]:
        """A list of words of an enumeration."""
        return tuple(words(found) for found in self.texts(key, one_of(words)))

    def number(self, key: str, low: float, high: float) -> float | None:
        """A finite number between two bounds; a whole number is one too."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        self.report(key, f"expected a number from {low:g} to {high:g}, got {shown(value)}")
        return None

    def whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number between two bounds."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.report(key, f"expected a whole number from {low} to {high}, got {shown(value)}")
        return None

    def flag(self, key: str) -> bool:
        """True or false; false where it is absent."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.report(key, f"expected true or false, got {shown(value)}")
        return False

    def texts(self, key: str, check: Check = line, *, single: bool = False) -> tuple[str, ...]:
        """A list of different strings; `single`: a string alone is a list of one."""
        value = self._take(key)
        if single and isinstance(value, str):
            alone = self._string((*self.path, key), value, check)
            return (alone,) if alone else ()
        found: dict[str, None] = {}
        for path, item in self._items(key, value, "strings"):
            text = self._string(path, item, check)
            if text is not None and text in found:
                self.problems.add(path, f"{shown(text)} is there twice")
            elif text is not None:
                found[text] = None
        return tuple(found)

    def argv(self, key: str, check: Check = argument) -> tuple[str, ...]:
        """A command as a list of words, the program first; empty where it is absent."""
        value = self._take(key)
        return () if value is None or value == [] else self._argv((*self.path, key), value, check)

    def argvs(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of commands, each a list of words."""
        items = self._items(key, self._take(key), "commands")
        return tuple(self._argv(path, item, argument) for path, item in items)

    def items(self, key: str, of: str) -> list[tuple[Path, object]]:
        """The elements of a list of mixed types, each with its path."""
        return self._items(key, self._take(key), of)

    def table(self, key: str) -> "Table":
        """The table of that key; an empty one where it is absent."""
        value = self._take(key)
        return self.nested((*self.path, key), {} if value is None else value)

    def tables(self, key: str) -> "list[Table]":
        """The tables of an array of tables, none where it is absent."""
        value = self._take(key)
        if isinstance(value, Mapping):
            self.report(key, "expected a list of tables", f"write [[{dotted((*self.path, key))}]]")
            return []
        return [self.nested(path, item) for path, item in self._items(key, value, "tables")]

    def nested(self, path: Path, value: object) -> "Table":
        """A table that stands inside this one."""
        if isinstance(value, Mapping):
            return Table(value, path, self.problems)
        self.problems.add(path, f"expected a table, got {shown(value)}")
        return Table({}, path, self.problems)

    def close(self) -> None:
        """Every key that nobody asked for is unknown; the nearest known one is named."""
        for key in self._values:
            if key in self._asked:
                continue
            close = nearest(key, self._asked)
            far = close or nearest(key, self._asked, cutoff=0.0)
            remedy = f'did you mean "{close}"?' if close else f'the nearest known key is "{far}"'
            self.report(key, "unknown key", remedy)

    def _take(self, key: str) -> object:
        self._asked.add(key)
        return self._values.get(key)

    def _items(self, key: str, value: object, of: str) -> list[tuple[Path, object]]:
        if isinstance(value, list):
            return [((*self.path, key, index), item) for index, item in enumerate(value)]
        if value is not None:
            self.report(key, f"expected a list of {of}, got {shown(value)}")
        return []

    def _argv(self, path: Path, value: object, check: Check) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or value[0] == "":
            text = f"expected a command as a list of strings, got {shown(value)}"
            self.problems.add(path, text, 'write it like ["make", "test"]')
            return ()
        words = [self._string((*path, at), item, check) for at, item in enumerate(value)]
        return tuple(word for word in words if word is not None)

    def _string(
        self, path: Path, value: object, check: Check, *, hidden: bool = False
    ) -> str | None:
        if not isinstance(value, str):
            wrong: Wrong | None = Wrong("a string")
        elif len(value) > TEXT_LIMIT:
            wrong = Wrong(f"at most {TEXT_LIMIT} characters")
        else:
            wrong = check(value)
        if wrong is None:
            return str(value)
        got = "" if hidden else f", got {shown(value)}"
        self.problems.add(path, f"expected {wrong.expected}{got}", wrong.remedy)
        return None
