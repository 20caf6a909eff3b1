"""Theme files: read, checked, and never half used."""

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from fleettui.tui.theme import (
    BadTheme,
    load_theme,
    load_themes,
    parse_theme,
    variable_defaults,
)
from fleettui.tui.theme_files import theme_folders

OURS = ("fleet-contrast", "fleet-dark", "fleet-forest", "fleet-light")


def ours() -> dict[str, Theme]:
    """The themes that come with the product."""
    return dict(load_themes(theme_folders()[:2]).themes)


def test_our_themes_are_right() -> None:
    loaded = load_themes(theme_folders()[:2])
    assert loaded.failures == ()
    assert set(OURS) <= set(loaded.themes)
    assert loaded.themes["fleet-light"].dark is False


@pytest.mark.parametrize("name", OURS)
def test_text_can_be_read(name: str) -> None:
    theme = ours()[name]
    least = 7.0 if name == "fleet-contrast" else 4.5
    backgrounds = [theme.background, theme.panel, theme.variables["fleet-cursor"]]
    colours = [
        theme.foreground,
        theme.success,
        theme.warning,
        theme.error,
        theme.accent,
        theme.secondary,
        theme.variables["fleet-dim"],
    ]
    for background in backgrounds:
        for colour in colours:
            assert colour is not None
            assert background is not None
            assert contrast(Color.parse(colour), Color.parse(background)) >= least, (
                colour,
                background,
            )


@pytest.mark.parametrize("name", OURS)
def test_code_can_be_read_in_a_diff(name: str) -> None:
    theme = ours()[name]
    least = 7.0 if name == "fleet-contrast" else 4.5
    variables = {**theme.variables, "foreground": theme.foreground or ""}
    inks = ["foreground", *(f"fleet-{kind}" for kind in ("keyword", "string", "number", "name"))]
    inks.append("fleet-type")
    for ground in ("added", "added-word", "removed", "removed-word"):
        colour = Color.parse(variables[f"fleet-{ground}"])
        for ink in inks:
            assert contrast(Color.parse(variables[ink]), colour) >= least, (ink, ground)
    for ground, sign in (("added", theme.success), ("removed", theme.error)):
        colour = Color.parse(variables[f"fleet-{ground}"])
        assert sign is not None
        assert contrast(Color.parse(sign), colour) >= 4.5
        assert contrast(Color.parse(variables["fleet-dim"]), colour) >= 4.5
        assert contrast(colour, Color.parse(variables[f"fleet-{ground}-word"])) >= 1.1


def contrast(one: Color, two: Color) -> float:
    """The contrast ratio of WCAG 2."""
    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: Color) -> float:
    """The relative luminance of WCAG 2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", BUILTIN_THEMES.values(), ids=lambda theme: theme.name)
def test_every_other_theme_gets_our_colours(theme: Theme) -> None:
    defaults = variable_defaults(theme)
    assert set(defaults) == {
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
    }
    assert all(Color.parse(value) for value in defaults.values())


@pytest.mark.parametrize(
    "text,reason",
    [
        ("primary = ", "not TOML"),
        ("secondary = '#fff'", "primary: missing"),
        ("primary = 'blurple'", "primary: blurple is no colour"),
        ("primary = 3", "primary: must be a colour"),
        ("primary = '#fff'\ndrak = true", "drak: no such key (nearest: dark)"),
        ("primary = '#fff'\ndark = 1", "dark: must be true or false"),
        ("primary = '#fff'\ntext_alpha = 7", "text_alpha: must be a number from 0 to 1"),
        ("primary = '#fff'\nvariables = 1", "variables: must be a table"),
        ("primary = '#fff'\n[variables]\nfleet-dim = 'x'", "variables.fleet-dim: x is no colour"),
        ("primary = '#fff'\n[variables]\nborder = 1", "variables.border: must be text"),
        ("primary = '#fff'\n[variables]\nborder = 'red; }'", "variables.border: must be one value"),
    ],
)
def test_a_wrong_file_says_which_key(text: str, reason: str) -> None:
    with pytest.raises(BadTheme) as caught:
        parse_theme("mine", text.encode())
    assert reason in str(caught.value)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(BadTheme):
        parse_theme("mine", b"\xff\xfe")


def test_failures_are_collected_and_later_folders_win(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
    (first / "mine.toml").write_text("primary = '#111111'")
    (first / "bad.toml").write_text("primary = 1")
    (first / "notes.txt").write_text("not a theme")
    (second / "mine.toml").write_text("primary = '#222222'")
    loaded = load_themes((first, second, tmp_path / "none"))
    assert {name: theme.primary for name, theme in loaded.themes.items()} == {"mine": "#222222"}
    assert loaded.failures == ("bad.toml: primary: must be a colour",)
    assert load_theme("mine", (first,)).themes["mine"].primary == "#111111"
    assert load_theme("../a/mine", (second,)).themes == {}
