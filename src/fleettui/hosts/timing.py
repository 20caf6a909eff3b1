"""How long things may take on the way to a machine."""

from dataclasses import dataclass

from fleettui.hosts.addresses import HEAD_START_S, RETURN_S


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, all of them.

    `connect_s` is for the way to the machine, `login_s` for the SSH handshake after that.
    `healthy_s`: a connection that lived that long was good, so its end is followed by an attempt
    at once. `mend_s` is between two looks at whether a refused key could fare better now.
    """

    connect_s: float = 10.0
    login_s: float = 15.0
    keepalive_s: float = 5.0
    keepalive_count: int = 3
    head_start_s: float = HEAD_START_S
    return_s: float = RETURN_S
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    healthy_s: float = 60.0
    mend_s: float = 2.0
