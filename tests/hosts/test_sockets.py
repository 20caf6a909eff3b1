"""Connecting to real listeners by name and by address, and giving up in the middle."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from fleettui.hosts.sockets import connected
from fleettui.model.errors import Unreachable
from tests.lab.sshd import free_port


@contextmanager
def silent_listener() -> Iterator[int]:
    """A port of loopback that takes no more connections, and does not refuse them either."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port: int = listening.getsockname()[1]
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_name_and_an_address(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with asyncio.timeout(30):
            sock = await connected(host, listening.getsockname()[1])
        with sock:
            assert sock.getpeername() == listening.getsockname()


async def test_giving_up_leaves_no_socket_behind() -> None:
    with silent_listener() as port:
        before = psutil.Process().num_fds()
        for host in ("127.0.0.1", "localhost"):
            for _ in range(50):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.005):
                        await connected(host, port)
        assert psutil.Process().num_fds() == before


@pytest.mark.parametrize("host", ["a..b", "x" * 100, "nobody.invalid", "127.0.0.1"])
async def test_what_cannot_be_reached_is_told_in_one_line(host: str) -> None:
    async with asyncio.timeout(30):
        with pytest.raises(Unreachable) as error:
            await connected(host, free_port())
    assert host in error.value.text
