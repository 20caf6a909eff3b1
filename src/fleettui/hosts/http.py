"""HTTP questions to servers that may do anything: bounded in time, in bytes, and in where to.

No redirect is followed, no proxy or credential of the environment is used, nothing is unpacked.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from fleettui.hosts.addresses import HEAD_START_S, RETURN_S, Preference, first_to_answer
from fleettui.hosts.host import Host
from fleettui.hosts.process import within
from fleettui.model.clock import Clock
from fleettui.model.errors import Malformed, ReadError, Unreachable
from fleettui.model.text import clean, without_login

if TYPE_CHECKING:
    import httpcore

BODY_CAP = 4 * 1024 * 1024
"""Bytes of a body after which the answer is refused."""

_BETTER_DEADLINE = 5.0
_LEFT_BUSY = 3
"""A request that is called off while httpcore cleans up leaves a connection that it counts as
busy for ever; with so many of them the pool is given up, or none would be left."""


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """The start of URLs (http://host:port), and the host that connects there, if not this machine.

    `shown` is the address as the user wrote it.
    """

    url: str
    through: Host | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer, of any status. `date` is the server's clock, None where it does not tell."""

    status: int
    body: bytes = field(repr=False)
    date: datetime | None
    content_type: str


class _Strange(ReadError):
    """An answer, but not one that the service at hand would give."""

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__("a strange answer")
        self.answer = answer


Sane = Callable[[HttpAnswer], bool]
"""Whether an answer is one that the service would give, rather than some other server."""


class HttpReader:
    """Questions to one service over the best of its addresses that answers.

    Connections are kept between questions, unless `keep` is False. One reader belongs to one
    event loop.
    """

    def __init__(
        self,
        addresses: Sequence[HttpAddress],
        *,
        proxy: str | None = None,
        clock: Clock | None = None,
        return_s: float = RETURN_S,
        keep: bool = True,
    ) -> None:
        self._addresses = addresses
        self._proxy = proxy
        self._keep = keep
        self._preference = Preference(len(addresses), clock or Clock(), return_s=return_s)
        self._pools: dict[int, httpcore.AsyncConnectionPool] = {}
        self._better: asyncio.Task[None] | None = None

    @property
    def address(self) -> str | None:
        """The address in use, as the user wrote it but for a login, in clean text."""
        current = self._preference.current
        if current is None:
            return None
        address = self._addresses[current]
        return clean(without_login(address.shown or address.url))

    async def get(
        self,
        path: str,
        *,
        deadline: float = 5.0,
        cap: int | None = BODY_CAP,
        sane: Sane = lambda _: True,
    ) -> HttpAnswer:
        """Ask for `path` (with its slash; empty: the address itself).

        `deadline` is in seconds and for everything, `cap` in bytes of the body; None: the body
        is not read. An answer that is not `sane` is given only where no address has a better
        one. Raises Unreachable, TimedOut, ProxyDown or Malformed.
        """
        before, order = self._preference.current, self._preference.order()
        head_start = min(HEAD_START_S, deadline / (len(order) + 1))
        attempt = partial(self._ask_for_sense, path, cap, sane)
        try:
            async with within(deadline, "no answer"):
                index, answer = await first_to_answer(order, attempt, head_start=head_start)
        except _Strange as strange:
            return strange.answer
        # Another answer may have found a better address while this one was on its way.
        if self._preference.current == before:
            self._preference.choose(index)
        self._look_for_better(partial(self._ask_for_sense, path, cap, sane))
        return answer

    async def post(
        self, path: str, json: bytes, *, deadline: float = 5.0, cap: int = BODY_CAP
    ) -> HttpAnswer:
        """Send JSON to `path` at the address in use; never twice, so over that one alone."""
        async with within(deadline, "no answer"):
            return await self._ask("POST", path, json, cap, self._preference.current or 0)

    async def close(self) -> None:
        """Let go of all connections. Never raises, never hangs."""
        if self._better is not None:
            self._better.cancel()
            await asyncio.wait([self._better])
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()

    async def _ask_for_sense(
        self, path: str, cap: int | None, sane: Sane, index: int
    ) -> HttpAnswer:
        answer = await self._ask("GET", path, b"", cap, index)
        if not sane(answer):
            raise _Strange(answer)
        return answer

    async def _ask(
        self, method: str, path: str, json: bytes, cap: int | None, index: int
    ) -> HttpAnswer:
        pool = await self._usable(index)
        kept = bool(pool.connections)
        request = partial(self._request, pool, method, index, path, json, cap)
        try:
            return await request()
        except Unreachable:
            # The server may have closed a kept connection in the moment we used it.
            if not kept or method != "GET":
                raise
        return await request()

    async def _request(
        self,
        pool: "httpcore.AsyncConnectionPool",
        method: str,
        index: int,
        path: str,
        json: bytes,
        cap: int | None,
    ) -> HttpAnswer:
        import httpcore

        url, headers = _request_line(self._addresses[index].url + path)
        if json:
            headers.append((b"Content-Type", b"application/json"))
        try:
            async with pool.stream(method, url, headers=headers, content=json or None) as response:
                return await _read(response, cap)
        except httpcore.RemoteProtocolError as error:
            raise _broken(str(error)) from None
        except (httpcore.TimeoutException, httpcore.NetworkError) as error:
            raise Unreachable(f"the connection failed ({clean(str(error))})") from None
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, ValueError) as error:
            raise Malformed(f"the URL cannot be used ({clean(str(error))})") from None

    async def _usable(self, index: int) -> "httpcore.AsyncConnectionPool":
        pool = await self._pool(index)
        busy = [one for one in pool.connections if not (one.is_idle() or one.is_closed())]
        if len(busy) < _LEFT_BUSY or self._pools.get(index) is not pool:
            return pool
        del self._pools[index]
        await pool.aclose()
        return await self._pool(index)

    async def _pool(self, index: int) -> "httpcore.AsyncConnectionPool":
        if index not in self._pools:
            address = self._addresses[index]
            pool = await asyncio.to_thread(_open_pool, address, self._proxy, self._keep)
            self._pools.setdefault(index, pool)
        return self._pools[index]

    def _look_for_better(self, attempt: Callable[[int], Awaitable[HttpAnswer]]) -> None:
        better = self._preference.better()
        if better and (self._better is None or self._better.done()):
            self._better = asyncio.create_task(self._try_better(better, attempt))

    async def _try_better(
        self, better: Sequence[int], attempt: Callable[[int], Awaitable[HttpAnswer]]
    ) -> None:
        for index in better:
            try:
                async with within(_BETTER_DEADLINE, "no answer"):
                    answer = await attempt(index)
            except ReadError:
                continue
            if answer.status == 200:
                self._preference.choose(index)
                return


def _open_pool(
    address: HttpAddress, proxy: str | None, keep: bool
) -> "httpcore.AsyncConnectionPool":
    from fleettui.hosts.http_streams import open_pool

    return open_pool(
        proxy=None if address.through is not None else proxy,
        through=None if address.through is None or address.through.local else address.through,
        tls=address.url.startswith("https:"),
        keep=keep,
    )


def _request_line(url: str) -> tuple[str, list[tuple[bytes, bytes]]]:
    """The URL without its user, and the headers; never Origin, which Ollama refuses."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise Malformed(f"the URL {clean(without_login(url))!r} cannot be used")
    parts = urlsplit(url)
    headers = [
        (b"Accept", b"*/*"),
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", b"fleettui"),
    ]
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers.append((b"Authorization", b"Basic " + base64.b64encode(login)))
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return parts.geturl(), headers


async def _read(response: "httpcore.Response", cap: int | None) -> HttpAnswer:
    headers = {name.lower(): value for name, value in reversed(response.headers)}
    date = _date(headers.get(b"date", b""))
    content_type = clean(headers.get(b"content-type", b""))
    if cap is None:
        return HttpAnswer(response.status, b"", date, content_type)
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"identity", b""):
        raise Malformed(f"the answer is packed ({clean(encoding)}), which was not asked for")
    length = headers.get(b"content-length", b"")
    if length.isdigit() and (len(length) > 18 or int(length) > cap):
        raise Malformed(f"the answer is longer than {cap} bytes")
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > cap:
            raise Malformed(f"the answer is longer than {cap} bytes")
    return HttpAnswer(response.status, bytes(body), date, content_type)


def _date(value: bytes) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(value.decode("ascii"))
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _broken(reason: str) -> ReadError:
    if "without sending a response" in reason:
        return Unreachable("the server closed the connection without an answer")
    if "peer closed connection" in reason:
        return Malformed("the answer was cut short")
    reason = reason.partition(": bytearray(")[0]
    return Malformed(f"the answer is no HTTP ({clean(reason, limit=120)})")
