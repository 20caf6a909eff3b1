"""What start-up loads, looked at in a fresh interpreter."""

import subprocess
import sys

import pytest

HEAVY = ("textual", "rich", "asyncssh", "httpx", "git", "jsonschema", "tomli_w", "keyring")


def loaded_by(code: str) -> set[str]:
    """The heavy packages that are loaded after `code` ran in a new interpreter."""
    look = f"{code}\nimport sys\nprint(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import fleettui.cli",
        "import fleettui.config.load",
        "import fleettui.fleet.monitor",
        "import fleettui.commands.services",
        "import fleettui.commands.snapshot",
        "import fleettui.hosts.open",
        "import fleettui.probes.system, fleettui.probes.ollama",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code: str) -> None:
    assert loaded_by(code) == set()


def test_the_screens_load_textual_and_no_network() -> None:
    assert loaded_by("import fleettui.tui.app") == {"textual", "rich"}
