"""Where HTTP's bytes go: straight, through a proxy, or through a machine's SSH connection.

Importing this module loads httpcore: do it in a thread, at first use.
"""

import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any

import httpcore

from fleettui.hosts.failures import network_failure
from fleettui.hosts.host import Host, TcpStream
from fleettui.hosts.proxies import open_through
from fleettui.hosts.sockets import connected
from fleettui.hosts.streams import SocketStream
from fleettui.model.errors import Malformed
from fleettui.model.text import clean

_CONNECT_S = 10.0


@cache
def tls_context() -> ssl.SSLContext:
    """The one TLS context of the process. Blocks for 20 ms the first time."""
    return httpcore.default_ssl_context()


def open_pool(
    *, proxy: str | None, through: Host | None, tls: bool, keep: bool
) -> httpcore.AsyncConnectionPool:
    """Connections that are kept between requests; a ReadError is raised as it is."""
    return httpcore.AsyncConnectionPool(
        ssl_context=tls_context() if tls else None,
        max_connections=4,
        max_keepalive_connections=1 if keep else 0,
        keepalive_expiry=60.0,
        network_backend=_Backend(proxy, through),
    )


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, proxy: str | None, through: Host | None) -> None:
        self._proxy = proxy
        self._through = through

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        deadline = timeout or _CONNECT_S
        if self._through is not None:
            return _Stream(await self._through.open_tcp(host, port, deadline=deadline))
        if self._proxy is not None:
            sock = await open_through(self._proxy, host, port, deadline=deadline)
        else:
            sock = await connected(host, port)
        return _Stream(await SocketStream.over(sock))


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: TcpStream) -> None:
        self._stream = stream

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> bytes:
        try:
            return await self._stream.reader.read(max_bytes)
        except OSError as error:
            raise network_failure(error, "the server") from None

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> None:
        if buffer:
            await self._stream.write(buffer)

    async def aclose(self) -> None:
        await self._stream.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
    ) -> httpcore.AsyncNetworkStream:
        if not isinstance(self._stream, SocketStream):
            raise Malformed("https:// through the SSH connection is not supported", "use http://")
        try:
            await self._stream.writer.start_tls(ssl_context, server_hostname=server_hostname)
        except ssl.SSLCertVerificationError as error:
            raise Malformed(
                f"the certificate is not trusted ({clean(error.verify_message)})"
            ) from None
        except ssl.SSLError as error:
            raise Malformed(f"no TLS is spoken there ({error.reason})") from None
        except OSError as error:
            raise network_failure(error, "the server") from None
        return self

    def get_extra_info(self, info: str) -> Any:
        # An idle connection with something to read was closed by the server.
        if info == "is_readable":
            reader = self._stream.reader
            return reader.at_eof() or reader.exception() is not None
        return None
