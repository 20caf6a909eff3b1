"""What is loaded before the first frame."""

import subprocess
import sys

HEAVY = ("httpx", "asyncssh", "git", "psutil", "cryptography", "sqlite3", "socks")
LATER = (
    "fleettui.tui.screens.machine",
    "fleettui.tui.screens.inbox",
    "fleettui.tui.screens.log",
    "fleettui.tui.screens.help",
    "fleettui.tui.palette",
    "fleettui.tui.widgets.filter",
    "fleettui.tui.screens.review",
    "fleettui.model.change",
    "fleettui.model.review_port",
)


def test_the_application_loads_nothing_heavy() -> None:
    program = "import sys, fleettui.tui.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "fleettui.tui.screens.dashboard" in loaded
    assert [name for name in (*HEAVY, *LATER) if name in loaded] == []


def test_the_ports_load_no_textual() -> None:
    program = "import sys, fleettui.tui.ports; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "textual" not in done.stdout.split()
    assert "rich" not in done.stdout.split()
