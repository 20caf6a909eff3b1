"""Start to first painted frame in tmux, against bare Textual and glances."""

import shutil
import sys
import tempfile
from pathlib import Path

from bench import figures
from bench.pane import Pane
from tests.lab.fleet import running_fleet

BARE = """
from textual.app import App, ComposeResult
from textual.widgets import Static

class Bare(App):
    def compose(self) -> ComposeResult:
        yield Static("marker-of-bare")

Bare().run()
"""


def first_frame(command: list[str], marker: bytes) -> float:
    """Seconds from exec until `marker` is painted."""
    with Pane(command) as pane:
        return pane.until(marker)


def run() -> None:
    """Print the figures."""
    figures.title("start to first painted frame, tmux 120×40")
    with tempfile.TemporaryDirectory() as name, running_fleet(Path(name), 8) as fleet:
        bare = Path(name) / "bare.py"
        bare.write_text(BARE)
        python = sys.executable
        ours = [python, "-m", "fleettui", "--config", str(fleet.config)]
        takes = [
            lambda: first_frame(ours, b"m7"),
            lambda: first_frame([python, str(bare)], b"marker-of-bare"),
            # Only the running program has a line of keys.
            lambda: first_frame(ours, b"help"),
        ]
        glances = shutil.which("glances", path=str(Path(python).parent)) or shutil.which("glances")
        if glances:
            takes.append(lambda: first_frame([glances], b"CPU"))
        columns = figures.in_turn(9, *takes)
        figures.line("fleettui, 8 machines", columns[0])
        figures.line("fleettui, until it takes keys", columns[2])
        figures.line("Textual with one Static", columns[1])
        figures.ratio("fleettui ÷ Textual with one Static", columns[0], columns[1])
        figures.ratio("until it takes keys ÷ the same", columns[2], columns[1])
        if glances:
            figures.line("glances", columns[3])
            figures.ratio("fleettui ÷ glances", columns[0], columns[3])
