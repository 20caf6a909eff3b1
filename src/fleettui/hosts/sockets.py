"""Connected sockets: names resolved and addresses raced so that a cancellation leaves nothing."""

import asyncio
import socket
from functools import partial
from typing import Any

from fleettui.hosts.addresses import first_to_answer
from fleettui.hosts.failures import network_failure
from fleettui.hosts.threads import in_thread
from fleettui.model.errors import Unreachable
from fleettui.model.text import clean

_NEXT_ADDRESS_S = 0.25
"""Head start of an address before the next one of the same name (RFC 8305)."""

Where = tuple[socket.AddressFamily, Any]


async def connected(host: str, port: int, *, place: str = "", family: int = 0) -> socket.socket:
    """A socket to `host:port` over the first of its addresses that answers.

    Failures speak of `place` (by default `host:port`). The caller sets the deadline. Raises
    Unreachable, TimedOut.
    """
    name = place or f"{host}:{port}"
    try:
        found = await _addresses(host, port, family)
    except OSError as error:
        raise network_failure(error, name) from None
    except UnicodeError:
        raise Unreachable(f"the name {clean(host)} cannot be looked up") from None
    _, sock = await first_to_answer(
        found,
        partial(_connect, name),
        head_start=_NEXT_ADDRESS_S,
        discard=socket.socket.close,
    )
    return sock


async def _addresses(host: str, port: int, family: int) -> list[Where]:
    """The addresses of a name; a literal one is not looked up and needs no thread."""
    ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
    try:
        found = ask(flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        found = await in_thread(ask, name="fleettui-name")
    return [(kind, address) for kind, _, _, _, address in found]


async def _connect(place: str, where: Where) -> socket.socket:
    family, address = where
    sock = None
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException as error:
        if sock is not None:
            sock.close()
        if isinstance(error, OSError):
            raise network_failure(error, place) from None
        raise
    return sock
