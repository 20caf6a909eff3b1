"""Runs the dashboard over a made-up fleet, for tests that look at a real terminal.

`python -m tests.tui NAME` takes the text that every field says, or `fleet:COUNT`, or `error`, or
`review` for a fleet with changes to review.
"""

import json
import os
import sys
from pathlib import Path

from fleettui.commands.editor import edit
from fleettui.tui.app import FleetApp, show
from tests.tui.fleets import Port, events, fleet_of, fleet_saying
from tests.tui.reviews import Reviews


def port(what: str) -> Port:
    """The stand-in port that was asked for."""
    if what == "error":
        return Port(fleet_of(1), error=RuntimeError("a bug"))
    if what == "review":
        return Port(fleet_of(4), events())
    kind, _, count = what.partition(":")
    if kind == "fleet":
        return Port(fleet_of(int(count)), events())
    return Port(fleet_saying(json.loads(what)))


def main() -> int:
    """Run, and note in the file $NOTE that the port was closed."""
    shown = port(sys.argv[1])
    review = Reviews() if sys.argv[1] == "review" else None
    code = show(FleetApp(shown, review, edit=edit))
    if shown.closed and "NOTE" in os.environ:
        Path(os.environ["NOTE"]).write_text("connections closed")
    return code


if __name__ == "__main__":
    sys.exit(main())
