"""`fleettui`: the dashboard."""

import argparse
import socket
from datetime import UTC, datetime

from fleettui.config.load import find, load, this_machine
from fleettui.config.watch import ConfigWatch
from fleettui.fleet.unread import unread
from fleettui.model.text import clean
from fleettui.tui.first_frame import first_frame
from fleettui.tui.theme_files import DEFAULT, theme_folders

_ALONE = "this machine alone: `fleettui init` finds others and writes a fleet.toml"


def run(args: argparse.Namespace) -> int:
    """Show the fleet until the user leaves; the exit code. Raises ConfigError.

    The first frame is on the screen before the libraries that fill it are imported.
    """
    path = find(args.config)
    watch = ConfigWatch(path) if path else None
    fleet = load(path) if path else this_machine()
    view = unread(fleet, clean(socket.gethostname(), limit=64), datetime.now(UTC))
    with first_frame(view, fleet.theme or DEFAULT, theme_folders()):
        from fleettui.commands.editor import edit
        from fleettui.commands.following import Following
        from fleettui.commands.services import monitor_for, review_for
        from fleettui.tui.app import FleetApp, show

        monitor = monitor_for(fleet, configuration=watch)
        # Without a fleet.toml there is nothing to review, and nothing that could change that.
        review = review_for(fleet) if path else None
        if review is not None:
            Following(monitor, review)
        note = None if path else _ALONE
        app = FleetApp(monitor, review, edit=edit, theme=fleet.theme, keys=fleet.keys, note=note)
    return show(app)
