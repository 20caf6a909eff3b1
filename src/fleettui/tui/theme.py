"""Themes from TOML files.

A theme file holds the colours of a `textual.theme.Theme` (`primary`, `background`, `dark` …)
and a table `variables`. A file that is wrong is reported and left out, never half used.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from fleettui.model.text import clean
from fleettui.tui.theme_files import SUFFIX

_OURS = "fleet-"
_FLAGS = ("dark", "ansi")
_NUMBERS = ("luminosity_spread", "text_alpha")
_COLOURS = tuple(
    field.name
    for field in fields(Theme)
    if field.name not in ("name", "variables", *_FLAGS, *_NUMBERS)
)
_OWN_VARIABLES = (
    "fleet-dim",
    "fleet-faint",
    "fleet-border",
    "fleet-cursor",
    "fleet-cpu",
    "fleet-gpu",
    "fleet-added",
    "fleet-added-word",
    "fleet-removed",
    "fleet-removed-word",
    "fleet-keyword",
    "fleet-string",
    "fleet-number",
    "fleet-name",
    "fleet-type",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The themes that are right, and one line for each file that is not."""

    themes: Mapping[str, Theme] = field(default_factory=dict)
    failures: tuple[str, ...] = ()


class BadTheme(ValueError):
    """A theme file cannot be used; the text says why."""


def load_theme(name: str, folders: Iterable[Path]) -> Loaded:
    """The one theme of that name, if a folder has it."""
    if Path(name).name != name:
        return Loaded()
    files = [folder / f"{name}{SUFFIX}" for folder in folders]
    return _load([file for file in files if file.is_file()])


def load_themes(folders: Iterable[Path]) -> Loaded:
    """Every theme of every folder."""
    files: list[Path] = []
    for folder in folders:
        if folder.is_dir():
            files += sorted(file for file in folder.iterdir() if file.suffix == SUFFIX)
    return _load(files)


def _load(files: Iterable[Path]) -> Loaded:
    themes: dict[str, Theme] = {}
    failures: list[str] = []
    for file in files:
        name = clean(file.stem, limit=64)
        try:
            themes[name] = parse_theme(name, file.read_bytes())
        except (OSError, BadTheme) as error:
            failures.append(clean(f"{file.name}: {error}"))
    return Loaded(themes, tuple(failures))


def parse_theme(name: str, data: bytes) -> Theme:
    """A theme from the bytes of its file. Raises BadTheme with the key that is wrong."""
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadTheme(f"not TOML: {error}") from error
    known = (*_COLOURS, *_FLAGS, *_NUMBERS, "variables")
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise BadTheme(f"{key}: no such key (nearest: {near})")
    if "primary" not in table:
        raise BadTheme("primary: missing")
    variables = table.pop("variables", {})
    if not isinstance(variables, dict):
        raise BadTheme("variables: must be a table")
    for key, value in table.items():
        _check(key, value)
    for key, value in variables.items():
        _check_variable(key, value)
    return Theme(name=name, variables=variables, **table)


def _check(key: str, value: Any) -> None:
    if key in _FLAGS:
        if not isinstance(value, bool):
            raise BadTheme(f"{key}: must be true or false")
    elif key in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise BadTheme(f"{key}: must be a number from 0 to 1")
    else:
        _check_colour(key, value)


def _check_variable(key: str, value: Any) -> None:
    if not isinstance(value, str):
        raise BadTheme(f"variables.{key}: must be text")
    if key in _OWN_VARIABLES:
        _check_colour(f"variables.{key}", value)
    elif any(char in value for char in ";{}\n") or not value.strip():
        raise BadTheme(f"variables.{key}: must be one value")


def _check_colour(key: str, value: Any) -> None:
    if not isinstance(value, str):
        raise BadTheme(f"{key}: must be a colour")
    try:
        Color.parse(value)
    except ColorParseError as error:
        raise BadTheme(f"{key}: {value} is no colour") from error


def ours_first(available: Iterable[str]) -> list[str]:
    """Names of themes in the order in which they are offered."""
    return sorted(available, key=lambda name: (not name.startswith(_OURS), name))


def theme_after(name: str, available: Iterable[str]) -> str:
    """The next of our own themes, or of all of them where ours are missing."""
    every = ours_first(available)
    names = [each for each in every if each.startswith(_OURS)] or every
    index = names.index(name) if name in names else -1
    return names[(index + 1) % len(names)]


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Values for our own variables under a theme that does not set them."""
    if all(name in theme.variables for name in _OWN_VARIABLES):
        return {}
    if theme.ansi:
        return {
            "fleet-dim": "ansi_bright_black",
            "fleet-faint": "ansi_bright_black",
            "fleet-border": "ansi_bright_black",
            "fleet-cursor": "ansi_black",
            "fleet-cpu": "ansi_cyan",
            "fleet-gpu": "ansi_magenta",
            "fleet-added": "ansi_default",
            "fleet-added-word": "ansi_default",
            "fleet-removed": "ansi_default",
            "fleet-removed-word": "ansi_default",
            "fleet-keyword": "ansi_magenta",
            "fleet-string": "ansi_yellow",
            "fleet-number": "ansi_cyan",
            "fleet-name": "ansi_blue",
            "fleet-type": "ansi_cyan",
        }
    colours = theme.to_color_system().generate()
    back, front = Color.parse(colours["background"]), Color.parse(colours["foreground"])
    added, removed = Color.parse(colours["success"]), Color.parse(colours["error"])
    return {
        "fleet-dim": back.blend(front, 0.62, 1).hex,
        "fleet-faint": back.blend(front, 0.4, 1).hex,
        "fleet-border": back.blend(front, 0.28, 1).hex,
        "fleet-cursor": back.blend(front, 0.12, 1).hex,
        "fleet-cpu": colours["primary"],
        "fleet-gpu": colours["accent"],
        "fleet-added": back.blend(added, 0.12, 1).hex,
        "fleet-added-word": back.blend(added, 0.3, 1).hex,
        "fleet-removed": back.blend(removed, 0.12, 1).hex,
        "fleet-removed-word": back.blend(removed, 0.3, 1).hex,
        "fleet-keyword": front.blend(Color.parse(colours["accent"]), 0.6, 1).hex,
        "fleet-string": front.blend(Color.parse(colours["warning"]), 0.6, 1).hex,
        "fleet-number": front.blend(Color.parse(colours["secondary"]), 0.6, 1).hex,
        "fleet-name": front.blend(Color.parse(colours["primary"]), 0.6, 1).hex,
        "fleet-type": front.blend(Color.parse(colours["success"]), 0.4, 1).hex,
    }
