"""An application that wears themes from files."""

from collections.abc import Iterable
from pathlib import Path

from textual.app import App
from textual.theme import Theme

from fleettui.tui.theme import (
    Loaded,
    load_theme,
    load_themes,
    theme_after,
    variable_defaults,
)
from fleettui.tui.theme_files import DEFAULT, theme_folders


class ThemedApp(App[None]):
    """Reads the wanted theme at once and the others when there is time."""

    def __init__(self, theme: str | None, folders: Iterable[Path] | None) -> None:
        self._folders = tuple(folders) if folders is not None else theme_folders()
        super().__init__()
        self._wanted_theme = theme or DEFAULT
        self._use_first_theme()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables under a theme that knows nothing of them."""
        return variable_defaults(self.current_theme)

    def _use_first_theme(self) -> None:
        """Read only the file of the wanted theme; the others have time until the first frame."""
        for name in (self._wanted_theme, DEFAULT):
            self._take_themes(load_theme(name, self._folders))
            theme = self.get_theme(name)
            if theme is not None:
                self._dress(theme)
                return

    def _dress(self, theme: Theme) -> None:
        if theme.ansi:
            self.theme = theme.name
            return
        # Setting the attribute would parse every style sheet a second time.
        self.set_reactive(ThemedApp.theme, theme.name)
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def _take_themes(self, loaded: Loaded) -> None:
        for theme in loaded.themes.values():
            self.register_theme(theme)

    def load_other_themes(self) -> None:
        """Read all theme files, and tell what is wrong with them."""
        loaded = load_themes(self._folders)
        for theme in loaded.themes.values():
            if theme.name != self.theme:
                self.register_theme(theme)
        problems = list(loaded.failures)
        if self._wanted_theme not in self.available_themes:
            problems.append(f"no theme is named {self._wanted_theme}; using {self.theme}")
        self.warn("themes", problems)

    def action_next_theme(self) -> None:
        """Change to the next of our own themes."""
        self.theme = theme_after(self.theme, self.available_themes)

    def warn(self, title: str, problems: list[str]) -> None:
        """One note about all problems, if there are any."""
        if problems:
            self.notify("\n".join(problems), title=title, severity="warning", timeout=12)
