"""Runs the dashboard over a made-up fleet, for tests that look at a real terminal.

`python -m tests.tui NAME` takes the text that every field says, or `fleet:COUNT`, or `error`.
"""

import json
import os
import sys
from pathlib import Path

from fleettui.tui.app import FleetApp, show
from tests.tui.fleets import Port, events, fleet_of, fleet_saying


def port(what: str) -> Port:
    """The stand-in port that was asked for."""
    if what == "error":
        return Port(fleet_of(1), error=RuntimeError("a bug"))
    kind, _, count = what.partition(":")
    if kind == "fleet":
        return Port(fleet_of(int(count)), events())
    return Port(fleet_saying(json.loads(what)))


def main() -> int:
    """Run, and note in the file $NOTE that the port was closed."""
    shown = port(sys.argv[1])
    code = show(FleetApp(shown))
    if shown.closed and "NOTE" in os.environ:
        Path(os.environ["NOTE"]).write_text("connections closed")
    return code


if __name__ == "__main__":
    sys.exit(main())
