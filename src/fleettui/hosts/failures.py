"""What the operating system says about a connection, as one clear line."""

import errno
import re
import socket

from fleettui.model.errors import ReadError, TimedOut, Unreachable
from fleettui.model.text import clean

_PORT = re.compile(r":\d+$")
_CLOSED = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN}
_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}


def network_failure(error: OSError, what: str) -> ReadError:
    """The ReadError for a failed connection to `what` (a host, with its port where known)."""
    name = clean(what)
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return Unreachable(f"no name server answers for {_PORT.sub('', name)}")
    if isinstance(error, socket.gaierror):
        return Unreachable(f"the name {_PORT.sub('', name)} is not known")
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return TimedOut(f"{name} does not answer")
    if error.errno == errno.ECONNREFUSED:
        return Unreachable(f"{name} refuses the connection")
    if error.errno in _NO_ROUTE:
        return Unreachable(f"there is no route to {name}")
    if error.errno in _CLOSED:
        return Unreachable(f"{name} closed the connection")
    return Unreachable(f"{name} cannot be reached ({clean(error.strerror or str(error))})")
