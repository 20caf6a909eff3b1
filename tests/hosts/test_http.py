"""The HTTP reader against real servers in this process, well-behaved and hostile."""

import asyncio
import gzip
from datetime import UTC, datetime
from itertools import product

import psutil
import pytest

from fleettui.hosts.http import HttpAddress, HttpAnswer, HttpReader
from fleettui.hosts.local import LocalHost
from fleettui.hosts.streams import SocketStream
from fleettui.model.errors import Malformed, ProxyDown, ReadError, TimedOut, Unreachable
from tests.hosts.clocks import Hands
from tests.lab.proxies import socks_server
from tests.lab.sshd import free_port
from tests.lab.tcp import Handler, server

DEADLINE = 30.0


async def request(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def says(*parts: bytes, pause: float = 0.0, repeat: bool = False) -> Handler:
    """A server that sends parts after the first request, and then closes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        while True:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
            if not repeat:
                return

    return handler


async def ask(url: str, *, deadline: float = DEADLINE, cap: int = 1_000_000) -> tuple[int, bytes]:
    reader = HttpReader([HttpAddress(url)])
    try:
        answer = await reader.get("/", deadline=deadline, cap=cap)
        return answer.status, answer.body
    finally:
        await reader.close()


def simple(body: bytes, headers: bytes = b"") -> bytes:
    length = str(len(body)).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n" + headers + b"\r\n" + body


async def test_an_answer_comes_whole() -> None:
    seen = b""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen = await request(reader)
        date = b"Date: Sat, 21 Nov 2026 12:00:00 GMT\r\nContent-Type: application/json\r\n"
        writer.write(simple(b"{}", date))
        await writer.drain()

    async with server(handler) as url:
        reader = HttpReader([HttpAddress(url, shown="http://box")])
        answer = await reader.get("/api/ps", deadline=DEADLINE)
        assert reader.address == "http://box"
        await reader.close()
    assert (answer.status, answer.body) == (200, b"{}")
    assert answer.content_type == "application/json"
    assert answer.date == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert seen.startswith(b"GET /api/ps HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nAccept-Encoding: identity\r\n" in seen
    assert b"origin" not in seen.lower()


async def test_chunks_and_bodies_that_end_with_the_connection() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    for parts in ([chunked], [b"HTTP/1.0 200 OK\r\n\r\n", b"a", b"bc"]):
        async with server(says(*parts)) as url:
            assert await ask(url) == (200, b"abc")


async def test_other_answers_are_answers_and_redirects_are_not_followed() -> None:
    asked = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await request(reader)
        asked += 1
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with server(handler) as url:
        assert await ask(url) == (302, b"")
    assert asked == 1
    async with server(says(b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}")) as url:
        assert await ask(url) == (503, b"{}")


@pytest.mark.parametrize(
    "handler",
    [
        says(b"", pause=3600),
        says(b"HTTP/1.1 200 OK\r\n", pause=3600),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x" * 10, pause=3600),
        says(b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.001, repeat=True),
    ],
)
async def test_silence_and_drips_cost_the_deadline(handler: Handler) -> None:
    async with server(handler) as url:
        with pytest.raises(TimedOut):
            await ask(url, deadline=0.3)


async def test_a_body_that_drips_for_ever_costs_the_deadline() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with server(handler) as url:
        with pytest.raises(TimedOut):
            await ask(url, deadline=0.3)


CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"


@pytest.mark.parametrize(
    "start, flood",
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", b"x" * 65536),
        (b"HTTP/1.1 200 OK\r\n", b"X-Flood: " + b"x" * 1000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Flood: ", b"x" * 1000),
        (b"", b"\x00" * 1000),
    ],
)
async def test_a_flood_is_refused_without_being_kept(start: bytes, flood: bytes) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(start)
        while True:
            writer.write(flood)
            await writer.drain()

    before = psutil.Process().memory_info().rss
    async with server(handler) as url:
        with pytest.raises(Malformed):
            await ask(url, cap=1_000_000)
    assert psutil.Process().memory_info().rss - before < 60_000_000


@pytest.mark.parametrize(
    "answer",
    [
        simple(gzip.compress(b"\0" * 1_000_000), b"Content-Encoding: gzip\r\n"),
        b"<html>hello</html>\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\x1b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\x1b[31m\r\n\r\n",
    ],
)
async def test_what_makes_no_sense_is_told_in_one_clean_line(answer: bytes) -> None:
    async with server(says(answer)) as url:
        with pytest.raises(Malformed) as error:
            await ask(url)
    assert error.value.text.isprintable()


async def test_a_split_answer_is_one_answer() -> None:
    both = simple(b"one") + simple(b"two")
    async with server(says(both)) as url:
        assert await ask(url) == (200, b"one")


async def test_nobody_there() -> None:
    port = free_port()
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port} refuses the connection"):
        await ask(f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable, match=r"the name nobody\.invalid is not known"):
        await ask("http://nobody.invalid:11434")
    async with server(says()) as url:
        with pytest.raises(Unreachable, match="without an answer"):
            await ask(url)


@pytest.mark.parametrize("url", ["ftp://box", "http://bo x", "http://box\r\nHost: y", "http://é"])
async def test_urls_that_cannot_be_used(url: str) -> None:
    with pytest.raises(ReadError) as error:
        await ask(url, deadline=5)
    assert error.value.text.isprintable()


class Counting:
    """A server that answers every request on every connection, and counts both."""

    def __init__(self, close_after: int = 1_000_000) -> None:
        self.connections = 0
        self.requests = 0
        self._close_after = close_after

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for _ in range(self._close_after):
            await request(reader)
            self.requests += 1
            writer.write(simple(str(self.requests).encode()))
            await writer.drain()


async def test_a_connection_is_kept_between_questions() -> None:
    counting = Counting()
    async with server(counting) as url:
        reader = HttpReader([HttpAddress(url)])
        for number in range(1, 6):
            assert (await reader.get("/", deadline=DEADLINE)).body == str(number).encode()
        await reader.close()
    assert counting.connections == 1


async def test_a_kept_connection_that_was_closed_is_made_again() -> None:
    counting = Counting(close_after=1)
    async with server(counting) as url:
        reader = HttpReader([HttpAddress(url)])
        for number in range(1, 6):
            assert (await reader.get("/", deadline=DEADLINE)).body == str(number).encode()
        await reader.close()
    assert counting.connections == 5


async def test_a_posted_question_is_sent_once() -> None:
    posted = b""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal posted
        posted += await request(reader) + await reader.readexactly(13)

    async with server(handler) as url:
        reader = HttpReader([HttpAddress(url), HttpAddress(url)])
        with pytest.raises(Unreachable):
            await reader.post("/api/show", b'{"model":"x"}', deadline=DEADLINE)
        await reader.close()
    assert posted.count(b"POST /api/show HTTP/1.1\r\n") == 1
    assert posted.endswith(b'{"model":"x"}')


async def test_the_second_address_is_used_until_the_first_answers_again() -> None:
    hands = Hands()
    port = free_port()
    first, second = Counting(), Counting()
    async with server(second) as worse:
        addresses = [HttpAddress(f"http://127.0.0.1:{port}", shown="lan"), HttpAddress(worse)]
        reader = HttpReader(addresses, clock=hands.clock)
        await reader.get("/", deadline=DEADLINE)
        assert reader.address == worse
        async with server(first, port):
            await reader.get("/", deadline=DEADLINE)
            assert first.requests == 0
            for _ in range(500):
                hands.pass_by(60)
                await reader.get("/", deadline=DEADLINE)
                if reader.address == "lan":
                    break
                await asyncio.sleep(0.01)
            assert reader.address == "lan"
        await reader.close()


async def test_a_silent_first_address_leaves_time_for_the_second() -> None:
    async with server(says(b"", pause=3600)) as silent, server(Counting()) as good:
        reader = HttpReader([HttpAddress(silent), HttpAddress(good)])
        answer = await reader.get("/", deadline=3)
        await reader.close()
    assert answer.status == 200


async def test_through_a_proxy_that_resolves_the_name() -> None:
    async with server(Counting()) as url, socks_server() as proxy:
        port = url.rsplit(":", 1)[1]
        proxy.hosts["only.there"] = "127.0.0.1"
        reader = HttpReader([HttpAddress(f"http://only.there:{port}")], proxy=proxy.url)
        assert (await reader.get("/", deadline=DEADLINE)).status == 200
        assert proxy.asked == [("only.there", int(port))]
        await reader.close()
        proxy.reply = 5
        reader = HttpReader([HttpAddress(f"http://only.there:{port}")], proxy=proxy.url)
        with pytest.raises(ProxyDown, match=r"cannot reach only\.there"):
            await reader.get("/", deadline=DEADLINE)
        await reader.close()


async def test_a_proxy_that_is_down() -> None:
    port = free_port()
    address = HttpAddress("http://box:11434")
    reader = HttpReader([address], proxy=f"socks5://127.0.0.1:{port}")
    with pytest.raises(ProxyDown, match=f"the proxy 127.0.0.1:{port} refuses"):
        await reader.get("/", deadline=DEADLINE)
    await reader.close()


class Elsewhere(LocalHost):
    """Another machine, as far as addresses go: a stand-in that connects from here."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[tuple[str, int]] = []
        self.there = 0

    @property
    def local(self) -> bool:  # type: ignore[override]
        return False

    async def open_tcp(self, host: str, port: int, *, deadline: float = 5.0) -> SocketStream:
        self.opened.append((host, port))
        return await super().open_tcp(host, self.there, deadline=deadline)


async def test_through_a_host_the_server_hears_its_own_loopback_name() -> None:
    heard = b""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard = await request(reader)
        writer.write(simple(b"ok"))
        await writer.drain()

    async with server(handler) as url:
        host = Elsewhere()
        host.there = int(url.rsplit(":", 1)[1])
        reader = HttpReader([HttpAddress("http://127.0.0.1:11434", host, "ssh")])
        assert (await reader.get("/", deadline=DEADLINE)).body == b"ok"
        assert reader.address == "ssh"
        await reader.close()
    assert b"\r\nHost: 127.0.0.1:11434\r\n" in heard
    assert host.opened == [("127.0.0.1", 11434)]


async def test_nothing_is_left_open() -> None:
    async with server(Counting()) as url:
        await ask(url)
        await asyncio.sleep(0.05)
        files, tasks = psutil.Process().num_fds(), len(asyncio.all_tasks())
        for _ in range(50):
            await ask(url)
        await asyncio.sleep(0.05)
        assert psutil.Process().num_fds() <= files + 2
        assert len(asyncio.all_tasks()) <= tasks + 1


def json_answers(answer: HttpAnswer) -> bool:
    return answer.status == 200 and answer.body.startswith(b"{")


async def test_another_server_at_a_better_address_is_not_the_service() -> None:
    foreign = says(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
    hands = Hands()
    async with server(foreign) as first, server(says(simple(b'{"a":1}'))) as second:
        reader = HttpReader([HttpAddress(first), HttpAddress(second)], clock=hands.clock)
        for _ in range(3):
            answer = await reader.get("/", deadline=DEADLINE, sane=json_answers)
            assert (answer.body, reader.address) == (b'{"a":1}', second)
            hands.pass_by(60)
        await reader.close()


async def test_a_strange_answer_is_given_where_there_is_no_better_one() -> None:
    async with server(says(b"HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx")) as url:
        addresses = [HttpAddress(url), HttpAddress(f"http://127.0.0.1:{free_port()}")]
        reader = HttpReader(addresses)
        assert (await reader.get("/", deadline=DEADLINE, sane=json_answers)).status == 500
        assert reader.address is None
        await reader.close()


async def test_an_answer_on_its_way_does_not_undo_the_return_to_a_better_address() -> None:
    hands = Hands()
    port = free_port()
    waiting, release = asyncio.Event(), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = await request(reader)
            if b"/slow" in asked:
                waiting.set()
                await release.wait()
            writer.write(simple(b"worse"))
            await writer.drain()

    async with server(slow) as worse:
        addresses = [HttpAddress(f"http://127.0.0.1:{port}", shown="lan"), HttpAddress(worse)]
        reader = HttpReader(addresses, clock=hands.clock)
        await reader.get("/", deadline=DEADLINE)
        late = asyncio.create_task(reader.get("/slow", deadline=DEADLINE))
        await waiting.wait()
        async with server(Counting(), port):
            for _ in range(500):
                hands.pass_by(60)
                await reader.get("/", deadline=DEADLINE)
                if reader.address == "lan":
                    break
                await asyncio.sleep(0.01)
            release.set()
            assert (await late).body == b"worse"
            assert reader.address == "lan"
        await reader.close()


async def test_the_status_alone_needs_no_body() -> None:
    endless = says(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", b"data", pause=9)
    async with server(endless) as url:
        reader = HttpReader([HttpAddress(url)], keep=False)
        answer = await reader.get("", deadline=DEADLINE, cap=None)
        await reader.close()
    assert (answer.status, answer.body) == (200, b"")


async def test_without_keeping_each_question_has_a_connection_of_its_own() -> None:
    counting = Counting()
    async with server(counting) as url:
        reader = HttpReader([HttpAddress(url)], keep=False)
        for _ in range(3):
            await reader.get("/", deadline=DEADLINE)
        await reader.close()
    assert counting.connections == 3


async def test_no_login_is_shown() -> None:
    async with server(Counting()) as url:
        secret = url.replace("//", "//me:hunter2@")
        reader = HttpReader([HttpAddress(secret)])
        await reader.get("/", deadline=DEADLINE)
        assert reader.address == url.replace("//", "//…@")
        await reader.close()
    with pytest.raises(Malformed) as error:
        await ask("http://me:hunter2@b ox")
    assert "hunter2" not in str(error.value)


async def test_calls_that_were_called_off_at_any_moment_leave_room_for_the_next() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request(reader)
            writer.write(simple(b"hello"))
            await writer.drain()

    async with server(handler) as url:
        asked = HttpReader([HttpAddress(url)])
        try:
            for turns, again in [*product(range(20), range(4))] * 5:
                asking = asyncio.create_task(asked.get("/", deadline=DEADLINE))
                for _ in range(turns):
                    await asyncio.sleep(0)
                asking.cancel()
                for _ in range(again):
                    await asyncio.sleep(0)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            answer = await asked.get("/", deadline=5.0)
            assert (answer.status, answer.body) == (200, b"hello")
        finally:
            await asked.close()
