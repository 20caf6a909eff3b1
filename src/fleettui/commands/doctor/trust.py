"""`fleettui doctor MACHINE --trust`: making an unknown host key known, with open eyes."""

import asyncio
import sys
from pathlib import Path

from fleettui.commands.output import drawable, is_terminal, say
from fleettui.hosts.trust import ShownKey, append_known_host, shown_key
from fleettui.model.errors import OperationFailed, ReadError
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine

MOST_KEYS = 9
"""Keys on one way: eight jump hosts and the machine."""


def trust(machine: Machine, fleet: Fleet) -> bool:
    """Show each unknown key on the way, and add it; on a terminal only after a yes.

    False where the user said no. A changed key is never added; what then stands in the way is
    told by the checks that follow. Raises OperationFailed where a key cannot be kept.
    """
    seen: set[str] = set()
    for _ in range(MOST_KEYS):
        try:
            shown = asyncio.run(shown_key(machine, ssh_config=fleet.ssh_config))
        except ReadError as failure:
            say(f"no key was added: {failure.text}")
            return True
        if shown is None:
            return True
        if shown.known_hosts_line in seen or not Path(shown.file).is_absolute():
            where = shown.file or "any file"
            text = f"the key of {shown.place} cannot be kept in {where}"
            raise OperationFailed(text, "name a UserKnownHostsFile in the SSH configuration")
        seen.add(shown.known_hosts_line)
        if not _wanted(shown, machine, fleet):
            say(f"the key of {shown.place} was not added")
            return False
        append_known_host(shown)
        say(f"added the key of {shown.place} to {shown.file}")
    raise OperationFailed(f"the way to {machine.name} has too many unknown keys")


def _wanted(shown: ShownKey, machine: Machine, fleet: Fleet) -> bool:
    whose = f"{machine.name} ({shown.place})"
    if shown.place not in _own_places(machine, fleet):
        whose = f"{shown.place}, a jump host on the way to {machine.name},"
    say(f"{whose} shows the {shown.algorithm} key {shown.fingerprint}")
    if not is_terminal(sys.stdin):
        return True
    print(drawable("Is it the right one? [y/N] "), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _own_places(machine: Machine, fleet: Fleet) -> set[str]:
    from fleettui.hosts.ssh_settings import read_settings

    return {read_settings(address, fleet.ssh_config).place for address in machine.ssh}
