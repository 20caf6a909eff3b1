"""The Ollama source against stand-in servers on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleettui.hosts.addresses import RETURN_S
from fleettui.hosts.http import HttpAddress, HttpReader
from fleettui.model.clock import Clock
from fleettui.model.errors import (
    AuthRefused,
    Malformed,
    ReadError,
    SourceAbsent,
    SourceBusy,
    TimedOut,
    Unreachable,
)
from fleettui.model.machine import Machine
from fleettui.model.ollama import Activity
from fleettui.model.reading import Source, SourceState
from fleettui.model.text import is_clean
from fleettui.probes.ollama import LOADING_S, TAGS_EVERY_S, VERSION_EVERY_S, OllamaProbe
from fleettui.probes.probe import Probe
from tests.lab import ollama_stand_in as lab
from tests.lab import tcp
from tests.lab.ollama_stand_in import StandIn

MODELS = ("qwen3:8b", "deepseek-r1:32b")


class Hands:
    """A clock whose monotonic hand is moved by the test; its wall clock is the real one."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.clock = Clock(monotonic=lambda: self.at)


@asynccontextmanager
async def probing(
    *servers: StandIn, hands: Hands | None = None, deadline: float = 30.0, **machine: Any
) -> AsyncIterator[OllamaProbe]:
    """A probe of the machine with the addresses of `servers`, which run meanwhile."""
    async with AsyncExitStack() as stack:
        for server in servers:
            await stack.enter_async_context(server)
        urls = tuple(server.url for server in servers)
        clock = hands.clock if hands else None
        http = HttpReader([HttpAddress(url) for url in urls], clock=clock)
        described = Machine("engine", ollama=urls, **({"models": MODELS} | machine))
        probe = OllamaProbe(described, http, clock, deadline=deadline, patience=0.6)
        try:
            yield probe
        finally:
            await probe.close()


async def test_a_reading_in_full() -> None:
    server = StandIn(
        models=[lab.loaded("qwen3:8b")],
        installed=[lab.installed("qwen3:8b"), lab.cloud_stub("gpt-oss:120b-cloud")],
    )
    async with probing(server) as probe:
        like: Probe[object] = probe
        value = await probe.read()
    assert like.source is Source.OLLAMA
    assert value.version == "0.32.4"
    assert [(model.name, model.activity) for model in value.loaded or ()] == [
        ("qwen3:8b", Activity.IDLE)
    ]
    assert [model.name for model in value.installed or ()] == ["qwen3:8b", "gpt-oss:120b-cloud"]
    assert (value.missing, value.skew_s, value.address) == (("deepseek-r1:32b",), 0.0, server.url)


async def test_the_first_reading_asks_everything_at_once_and_the_next_only_what_is_new() -> None:
    all_asked = asyncio.Event()
    server = StandIn(installed=[lab.installed("qwen3:8b")])

    async def answers_when_all_are_asked(server: StandIn, *rest: Any) -> None:
        if len(server.requests) == 3:
            all_asked.set()
        await lab.after(all_asked)(server, *rest)

    for path in ("/api/ps", "/api/version", "/api/tags"):
        server.behaviour[path] = answers_when_all_are_asked
    hands = Hands()
    async with probing(server, hands=hands) as probe:
        await probe.read()
        assert server.asked == {"/api/ps": 1, "/api/version": 1, "/api/tags": 1}
        await probe.read()
        assert server.asked == {"/api/ps": 2, "/api/version": 1, "/api/tags": 1}
        hands.at += TAGS_EVERY_S
        await probe.read()
        assert server.asked == {"/api/ps": 3, "/api/version": 1, "/api/tags": 2}
        hands.at += VERSION_EVERY_S
        await probe.read()
        assert server.asked == {"/api/ps": 4, "/api/version": 2, "/api/tags": 3}


async def test_a_model_in_memory_that_was_not_installed_has_the_list_read_again_once() -> None:
    server = StandIn(installed=[lab.installed("qwen3:8b")])
    async with probing(server, hands=Hands()) as probe:
        await probe.read()
        server.models = [lab.loaded("deepseek-r1:32b")]
        server.installed = [*server.installed, lab.installed("deepseek-r1:32b")]
        value = await probe.read()
        assert (value.missing, server.asked["/api/tags"]) == ((), 2)
        server.models = [lab.loaded("never-listed:1b")]
        for _ in range(3):
            await probe.read()
        assert server.asked["/api/tags"] == 3


async def test_a_moving_timer_is_a_sign_of_work() -> None:
    hands = Hands()
    later = datetime.now(UTC) + timedelta(minutes=5)
    server = StandIn(models=[lab.loaded("qwen3:8b", expires_at=later)])
    async with probing(server, hands=hands) as probe:
        activities = []
        for seconds in (0, 0, 3, 3, 3):
            moved = later + timedelta(seconds=seconds)
            server.models = [lab.loaded("qwen3:8b", expires_at=moved)]
            value = await probe.read()
            activities += [model.activity for model in value.loaded or ()]
            hands.at += 6
    assert activities == [
        Activity.IDLE,
        Activity.IDLE,
        Activity.BUSY,
        Activity.BUSY,
        Activity.IDLE,
    ]


@pytest.mark.parametrize("hours", [-7, 5])
async def test_a_wrong_clock_is_told_and_does_not_spoil_the_timers(hours: int) -> None:
    server = StandIn(ahead_s=hours * 3600)
    soon = server.now() + timedelta(minutes=4)
    past = server.now() - timedelta(minutes=4)
    server.models = [
        lab.loaded("soon", expires_at=soon),
        lab.loaded("past", expires_at=past),
        lab.loaded("stays", expires_at=server.now() + lab.FOREVER),
    ]
    async with probing(server) as probe:
        value = await probe.read()
    assert value.skew_s == pytest.approx(hours * 3600, abs=60)
    assert [(m.name, m.activity, m.forever) for m in value.loaded or ()] == [
        ("soon", Activity.IDLE, False),
        ("past", Activity.BUSY, False),
        ("stays", Activity.IDLE, True),
    ]


async def test_an_old_server_without_ps_is_read_all_the_same() -> None:
    server = StandIn(version="0.1.32", installed=[lab.installed("qwen3:8b")])
    server.behaviour["/api/ps"] = lab.says("404 page not found", 404, "text/plain")
    async with probing(server) as probe:
        value = await probe.read()
    assert (value.loaded, value.version, value.missing) == (None, "0.1.32", ("deepseek-r1:32b",))


async def test_a_server_of_the_first_versions_with_ps() -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)
    server = StandIn(models=[lab.oldest_loaded("llama3:latest", expires_at=later)])
    async with probing(server) as probe:
        value = await probe.read()
    (model,) = value.loaded or ()
    assert (model.size_vram, model.context_length, model.gpu_share) == (0, None, 0.0)


@pytest.mark.parametrize("reply", [lab.refuses_name, lab.says("{}"), lab.says({"version": 7})])
async def test_a_server_that_will_not_tell_its_version(reply: lab.Reply) -> None:
    server = StandIn(behaviour={"/api/version": reply})
    async with probing(server) as probe:
        value = await probe.read()
    assert (value.version, value.loaded) == (None, ())


async def test_a_load_that_blocks_ps_is_busy_and_not_down() -> None:
    loaded = asyncio.Event()
    server = StandIn(behaviour={"/api/ps": lab.after(loaded)})
    async with probing(server) as probe:
        with pytest.raises(SourceBusy, match="loading a model") as caught:
            await probe.read()
        assert caught.value.state is SourceState.BUSY
        with pytest.raises(SourceBusy):
            await probe.read()
        server.models = [lab.loaded("qwen3:8b")]
        loaded.set()
        assert [model.name for model in (await probe.read()).loaded or ()] == ["qwen3:8b"]


class Dying:
    """A server whose connections all fall silent at a word; new ones are answered."""

    def __init__(self) -> None:
        self.silenced = 0
        self._connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        bodies = {"/api/ps": b'{"models":[]}', "/api/version": b'{"version":"0.32.4"}'}
        while True:
            line, _, _ = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            if number <= self.silenced:
                await asyncio.Event().wait()
            body = bodies.get(line.split()[1].decode(), b'{"models":[]}')
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()

    def silence(self) -> None:
        self.silenced = self._connections


async def test_a_kept_connection_that_died_in_silence_is_no_load() -> None:
    dying = Dying()
    async with tcp.server(dying) as url:
        http = HttpReader([HttpAddress(url)])
        probe = OllamaProbe(Machine("engine", ollama=(url,)), http, patience=0.1)
        for _ in range(3):
            assert (await probe.read()).loaded == ()
            dying.silence()
        await probe.close()


async def test_the_clock_is_compared_when_the_answer_comes_and_not_when_all_is_read() -> None:
    came = asyncio.Event()
    wall = 1_800_000_000.0

    async def late(server: StandIn, request: lab.Request, writer: asyncio.StreamWriter) -> None:
        nonlocal wall
        await asyncio.sleep(0.2)
        wall += 60
        came.set()
        await lab.says({"models": []})(server, request, writer)

    clock = Clock(wall=lambda: wall)
    async with StandIn(behaviour={"/api/tags": late}) as server:
        server.ahead_s = wall - datetime.now(UTC).timestamp()
        http = HttpReader([HttpAddress(server.url)])
        probe = OllamaProbe(Machine("engine", ollama=(server.url,)), http, clock)
        value = await probe.read()
        await probe.close()
    assert came.is_set()
    assert value.skew_s == pytest.approx(0.0, abs=30)


async def test_a_load_that_takes_longer_than_ollama_allows_is_no_load() -> None:
    hands = Hands()
    async with probing(StandIn(behaviour={"/api/ps": lab.silent}), hands=hands) as probe:
        with pytest.raises(SourceBusy):
            await probe.read()
        hands.at += LOADING_S + 1
        with pytest.raises(TimedOut, match="restart Ollama"):
            await probe.read()


async def test_slow_tags_leave_the_list_from_before_but_not_for_ever() -> None:
    hands = Hands()
    server = StandIn(installed=[lab.installed("qwen3:8b")])
    async with probing(server, hands=hands, deadline=1.0) as probe:
        await probe.read()
        server.behaviour["/api/tags"] = lab.silent
        hands.at += TAGS_EVERY_S
        assert (await probe.read()).missing == ("deepseek-r1:32b",)
        hands.at += 300
        value = await probe.read()
    assert (value.installed, value.missing, value.loaded) == (None, None, ())


FAILURES = {
    "refused name": (lab.refuses_name, ReadError, "refuses the host name", "OLLAMA_HOST"),
    "cloud off": (lab.says({"error": "ollama cloud is disabled"}, 403), ReadError, "cloud is", ""),
    "log-in": (lab.says({"error": "unauthorized"}, 401), AuthRefused, "401: unauthorized", "proxy"),
    "crash": (lab.says({"error": "out of memory"}, 500), ReadError, "500: out of memory", ""),
    "gateway": (lab.says("<html>Bad</html>", 502, "text/html"), ReadError, "HTTP 502", ""),
    "escape": (lab.says({"error": "\x1b]52;c;eA==\x07"}, 500), ReadError, "␛]52", ""),
    "queue": (lab.says({"error": "server busy"}, 503), ReadError, "503: server busy", ""),
    "redirect": (lab.redirect, ReadError, "redirects", "fleet.toml"),
    "html": (lab.captive_portal, Malformed, "not Ollama's JSON", "address"),
    "gzip": (lab.gzip_bomb, Malformed, "", ""),
    "endless": (lab.endless, Malformed, "", ""),
    "huge": (lab.huge, Malformed, "", ""),
    "deep": (lab.says("[" * 200_000), Malformed, "nested", ""),
    "hangs up": (lab.hangs_up, Unreachable, "", ""),
    "no http": (lab.says_raw(b"SSH-2.0-OpenSSH_9.2\r\n"), Unreachable, "", ""),
}


@pytest.mark.parametrize("reply, kind, text, remedy", FAILURES.values(), ids=FAILURES.keys())
async def test_a_bad_answer_is_one_clean_line_and_heals(
    reply: lab.Reply, kind: type[ReadError], text: str, remedy: str
) -> None:
    server = StandIn(behaviour={"/api/ps": reply})
    async with probing(server) as probe:
        with pytest.raises(kind) as caught:
            await probe.read()
        assert text in caught.value.text
        assert remedy in caught.value.remedy
        assert is_clean(str(caught.value))
        server.behaviour.clear()
        assert (await probe.read()).loaded == ()


@pytest.mark.parametrize("reply", [lab.says({"error": "x"}, 500), lab.captive_portal])
async def test_a_bad_list_of_installed_models_is_a_failure_too(reply: lab.Reply) -> None:
    async with probing(StandIn(behaviour={"/api/tags": reply})) as probe:
        with pytest.raises(ReadError, match="/api/tags"):
            await probe.read()


async def test_a_web_server_that_is_no_ollama() -> None:
    nothing = lab.says("404 page not found", 404, "text/plain")
    server = StandIn(behaviour={"/api/ps": nothing, "/api/tags": nothing, "/api/version": nothing})
    async with probing(server) as probe:
        with pytest.raises(ReadError, match="address of an Ollama server"):
            await probe.read()


@pytest.mark.parametrize("reply", [lab.silent, lab.drips])
async def test_a_server_that_never_finishes_times_out(reply: lab.Reply) -> None:
    server = StandIn(behaviour={path: reply for path in ("/api/ps", "/api/version", "/api/tags")})
    async with probing(server, deadline=1.0) as probe:
        with pytest.raises(TimedOut):
            await probe.read()


async def test_a_reading_that_is_given_up_leaves_nothing_behind() -> None:
    server = StandIn(behaviour={"/api/ps": lab.silent, "/api/version": lab.silent})
    async with probing(server) as probe:
        before = asyncio.all_tasks()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await probe.read()
        left = [task for task in asyncio.all_tasks() - before if "StandIn" not in repr(task)]
        assert left == []
        server.behaviour.clear()
        assert (await probe.read()).version == "0.32.4"


async def test_hostile_names_arrive_clean() -> None:
    names = lab.hostile_names()
    server = StandIn(
        models=[lab.loaded(name) for name in names],
        installed=[lab.installed(name) for name in names],
    )
    async with probing(server) as probe:
        value = await probe.read()
    shown = [model.name for model in value.loaded or ()]
    assert shown == [model.name for model in value.installed or ()]
    assert len(set(shown)) == len(names)
    assert all(is_clean(name) for name in shown)


async def test_a_long_list_is_decoded_and_bounded() -> None:
    server = StandIn(installed=[lab.installed(f"model-{number}") for number in range(2500)])
    async with probing(server) as probe:
        value = await probe.read()
    assert len(value.installed or ()) == 2000
    assert value.missing is None


async def test_nobody_listening_is_unreachable_where_ollama_is_configured() -> None:
    server = StandIn()
    async with probing(server) as probe:
        await server.stop()
        with pytest.raises(Unreachable):
            await probe.read()


async def test_nobody_listening_is_absent_where_nobody_configured_it() -> None:
    server = StandIn()
    async with probing(server, ollama_optional=True) as probe:
        await server.stop()
        with pytest.raises(SourceAbsent) as caught:
            await probe.read()
        assert caught.value.state is SourceState.ABSENT
        await server.start()
        assert (await probe.read()).version == "0.32.4"
        await server.stop()
        with pytest.raises(ReadError):
            await probe.read()
        with pytest.raises(SourceAbsent):
            await probe.read()


async def test_a_server_that_starts_again_is_read_again() -> None:
    server = StandIn()
    async with probing(server) as probe:
        await probe.read()
        await server.stop()
        with pytest.raises(Unreachable):
            await probe.read()
        await server.start()
        assert (await probe.read()).loaded == ()


async def test_the_next_address_is_used_when_the_first_is_gone_and_the_first_again_later() -> None:
    hands, home, away = Hands(), StandIn(), StandIn(models=[lab.loaded("qwen3:8b")])
    async with probing(home, away, hands=hands) as probe:
        assert (await probe.read()).address == home.url
        await home.stop()
        value = await probe.read()
        assert (value.address, [m.name for m in value.loaded or ()]) == (away.url, ["qwen3:8b"])
        await home.start()
        for _ in range(100):
            hands.at += RETURN_S + 1
            value = await probe.read()
            if value.address == home.url:
                break
            await asyncio.sleep(0.05)
        assert (value.address, value.loaded) == (home.url, ())


async def test_an_address_that_falls_silent_is_left_within_one_reading() -> None:
    home, away = StandIn(), StandIn()
    async with probing(home, away, deadline=3.0) as probe:
        await probe.read()
        home.behaviour = {"/api/ps": lab.silent, "/api/version": lab.silent}
        assert (await probe.read()).address == away.url
