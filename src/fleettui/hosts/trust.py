"""First use of a machine: showing its host key, and making it known when the user says so.

Importing this module loads asyncssh: do it in a thread, or in a command that needs it anyway.
"""

import os
from pathlib import Path

from fleettui.hosts.dial import Caller, dial
from fleettui.hosts.known_hosts import ShownKey, UnknownKey
from fleettui.hosts.timing import Timing
from fleettui.model.errors import AuthRefused, HostKeyChanged, OperationFailed, ReadError
from fleettui.model.machine import Machine
from fleettui.model.text import clean

__all__ = ["ShownKey", "append_known_host", "shown_key"]


async def shown_key(
    machine: Machine, *, ssh_config: str | None, timing: Timing | None = None
) -> ShownKey | None:
    """The first key on the way to the machine that no known-hosts file lists.

    None: all of them are known, jump hosts included. All addresses of the machine are asked;
    call it again after a key was added. Raises ReadError where no address shows a
    key, HostKeyChanged where one shows another key than the known one.
    """
    caller = Caller(machine.name, ssh_config, machine.proxy, timing or Timing())
    failures: list[ReadError] = []
    for address in machine.ssh:
        try:
            await (await dial(address, caller)).close()
        except UnknownKey as unknown:
            return unknown.shown
        except HostKeyChanged:
            raise
        except ReadError as error:
            failures.append(error)
    # A machine that refuses our keys has shown its own, and it was the known one.
    silent = [failure for failure in failures if not isinstance(failure, AuthRefused)]
    if silent and len(silent) == len(machine.ssh):
        raise silent[0]
    return None


def append_known_host(shown: ShownKey) -> bool:
    """Add the key to its file; False where the line is there already.

    One write at the end of the file: its other bytes, and what ssh itself may be adding, stay
    as they are. Blocks for a moment. Raises OperationFailed.
    """
    file = Path(shown.file)
    line = shown.known_hosts_line.encode()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as opened:
            before = opened.read()
            if line in before.splitlines():
                return False
            opened.write((b"\n" if before and not before.endswith(b"\n") else b"") + line + b"\n")
            os.fsync(opened.fileno())
    except OSError as error:
        text = f"{clean(shown.file)} cannot be written: {error.strerror}"
        raise OperationFailed(text) from None
    return True
