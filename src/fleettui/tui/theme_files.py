"""Where theme files are; knows nothing of Textual, so that the first frame can be early."""

from os import environ
from pathlib import Path

import fleettui

DEFAULT = "fleet-dark"
SUFFIX = ".toml"


def theme_folders() -> tuple[Path, ...]:
    """Where themes are: in the package, in the repository, in the user's configuration.

    A theme of a later folder replaces one of the same name in an earlier one.
    """
    package = Path(fleettui.__file__).parent
    config = environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    return (package / "themes", package.parents[1] / "themes", Path(config) / "fleettui/themes")
