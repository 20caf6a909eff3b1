"""`fleettui`: the dashboard."""

import argparse


def run(args: argparse.Namespace) -> int:
    """Show the fleet until the user leaves; the exit code. Raises ConfigError."""
    from fleettui.commands.services import monitor_of
    from fleettui.tui.app import open_dashboard

    monitor = monitor_of(args, watch=True)
    return open_dashboard(monitor, theme=monitor.fleet.theme, keys=monitor.fleet.keys)
