"""The Ollama source against a real Ollama server with real, if senseless, models."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from fleettui.hosts.http import HttpAddress, HttpReader
from fleettui.model.errors import ReadError, TimedOut, Unreachable
from fleettui.model.machine import Machine
from fleettui.model.ollama import Activity, LoadedModel
from fleettui.probes.ollama import OllamaProbe
from fleettui.probes.ollama_status import body_of
from tests.lab.ollama_real import RealOllama, running_ollama, why_not_here
from tests.lab.sshd import Sshd
from tests.real.labs import DEADLINE, ssh_host

pytestmark = pytest.mark.skipif(why_not_here() is not None, reason=str(why_not_here()))


@pytest.fixture
def ollama(tmp_path: Path) -> Iterator[RealOllama]:
    """A real server with tiny:latest and small:1b installed, and nothing loaded."""
    with running_ollama(tmp_path / "ollama") as server:
        yield server


@pytest.fixture
async def http(ollama: RealOllama) -> AsyncIterator[HttpReader]:
    """A way to ask the server for more than a probe does."""
    reader = HttpReader([HttpAddress(ollama.url)])
    yield reader
    await reader.close()


@pytest.fixture
async def probe(ollama: RealOllama) -> AsyncIterator[OllamaProbe]:
    """A probe of the server that expects its two models and one more."""
    probe = probe_of(HttpReader([HttpAddress(ollama.url)]))
    yield probe
    await probe.close()


def probe_of(reader: HttpReader, *, deadline: float = DEADLINE) -> OllamaProbe:
    machine = Machine("engine", models=("tiny", "small:1b", "absent:7b"))
    return OllamaProbe(machine, reader, deadline=deadline, patience=deadline / 4)


async def generate(http: HttpReader, model: str, tokens: int = 8, **request: Any) -> None:
    """Have a model write; without tokens it is only loaded or unloaded.

    So hot that it never repeats itself: the server ends an answer that does.
    """
    options = {"num_predict": tokens, "temperature": 5.0}
    prompt = {"prompt": "hello", "options": options} if tokens else {}
    body = json.dumps({"model": model, "stream": False} | prompt | request).encode()
    answer = await http.post("/api/generate", body, deadline=DEADLINE)
    body_of(answer, "/api/generate")


async def loaded(probe: OllamaProbe) -> dict[str, LoadedModel]:
    """What is in memory, by name."""
    models = (await probe.read()).loaded
    assert models is not None
    return {model.name: model for model in models}


async def at_rest(probe: OllamaProbe, before: LoadedModel | None = None) -> LoadedModel:
    """The loaded tiny:latest when its timer stands still, elsewhere than `before`.

    The server sets the timer a moment after the answer of a request is complete.
    """
    last = (await loaded(probe))["tiny:latest"]
    for _ in range(500):
        await asyncio.sleep(0.02)
        model = (await loaded(probe))["tiny:latest"]
        if model.expires_at == last.expires_at and (
            before is None or model.expires_at != before.expires_at
        ):
            break
        last = model
    return model


async def test_a_server_with_nothing_loaded(ollama: RealOllama, probe: OllamaProbe) -> None:
    value = await probe.read()
    assert value.version is not None
    assert value.version.startswith("0.5.4")
    assert value.loaded == ()
    assert {model.name for model in value.installed or ()} == {"small:1b", "tiny:latest"}
    for model in value.installed or ():
        assert (model.family, model.parameter_size, model.remote_host) == ("llama", "115K", None)
        assert model.size is not None
        assert 400_000 < model.size < 500_000
        assert model.quantization is None
    assert (value.missing, value.skew_s, value.address) == (("absent:7b",), 0.0, ollama.url)


async def test_a_model_is_loaded_and_unloaded(http: HttpReader, probe: OllamaProbe) -> None:
    await generate(http, "tiny", 0, keep_alive="10m")
    model = (await loaded(probe))["tiny:latest"]
    assert model.size is not None
    assert model.size > 500_000
    assert (model.size_vram, model.gpu_share, model.context_length) == (0, 0.0, None)
    assert (model.parameter_size, model.forever) == ("115K", False)
    assert model.activity is Activity.IDLE
    await generate(http, "tiny", 0, keep_alive=0)
    async with asyncio.timeout(DEADLINE):
        for _ in range(1000):
            if not await loaded(probe):
                break
            await asyncio.sleep(0.02)
    assert await loaded(probe) == {}


async def test_a_request_moves_the_timer_and_shows_as_work(
    http: HttpReader, probe: OllamaProbe
) -> None:
    await generate(http, "tiny")
    before = await at_rest(probe)
    await generate(http, "tiny")
    after = await at_rest(probe, before)
    assert before.expires_at is not None
    assert after.expires_at is not None
    assert after.expires_at > before.expires_at
    assert after.activity is Activity.BUSY


async def test_two_models_of_which_one_stays_for_ever(http: HttpReader, probe: OllamaProbe) -> None:
    await generate(http, "tiny", keep_alive=-1)
    await generate(http, "small:1b", keep_alive="5m")
    models = await loaded(probe)
    assert {name: model.forever for name, model in models.items()} == {
        "tiny:latest": True,
        "small:1b": False,
    }
    assert all(model.activity is Activity.IDLE for model in models.values())


async def test_reading_goes_on_while_a_model_writes_past_its_time(
    http: HttpReader, probe: OllamaProbe
) -> None:
    await generate(http, "tiny", 1, keep_alive="3s")
    before = await at_rest(probe)
    writing = asyncio.create_task(generate(http, "tiny", 20_000, keep_alive="1s"))
    model = before
    for _ in range(500):
        model = (await loaded(probe))["tiny:latest"]
        if model.activity in (Activity.STOPPING, Activity.BUSY) or writing.done():
            break
        await asyncio.sleep(0.02)
    assert not writing.done()
    writing.cancel()
    assert model.activity is Activity.STOPPING
    assert model.expires_at == before.expires_at


async def test_a_model_in_its_first_request_shows_as_work(
    http: HttpReader, probe: OllamaProbe
) -> None:
    assert await loaded(probe) == {}
    writing = asyncio.create_task(generate(http, "tiny", 20_000))
    timers, activities = [], []
    for _ in range(500):
        for model in (await loaded(probe)).values():
            timers.append(model.expires_at)
            activities.append(model.activity)
        if len(timers) >= 3 or writing.done():
            break
        await asyncio.sleep(0.02)
    assert not writing.done()
    writing.cancel()
    assert len(set(timers)) == len(timers) >= 3
    assert set(activities) == {Activity.BUSY}


async def test_a_model_that_is_installed_meanwhile_is_missing_no_more(
    ollama: RealOllama, http: HttpReader
) -> None:
    machine = Machine("engine", models=("another",))
    probe = OllamaProbe(machine, HttpReader([HttpAddress(ollama.url)]), deadline=DEADLINE)
    assert (await probe.read()).missing == ("another",)
    copy = json.dumps({"source": "tiny", "destination": "another"}).encode()
    assert (await http.post("/api/copy", copy, deadline=DEADLINE)).status == 200
    await generate(http, "another")
    value = await probe.read()
    await probe.close()
    assert value.missing == ()
    assert value.loaded
    assert "another:latest" in {model.name for model in value.installed or ()}


async def test_a_killed_server_is_unreachable_and_comes_back(
    ollama: RealOllama, probe: OllamaProbe
) -> None:
    await probe.read()
    ollama.stop()
    for _ in range(2):
        with pytest.raises(Unreachable):
            await probe.read()
    ollama.start()
    assert (await probe.read()).loaded == ()


async def test_a_frozen_server_times_out_and_goes_on_when_it_is_thawed(ollama: RealOllama) -> None:
    probe = probe_of(HttpReader([HttpAddress(ollama.url)]), deadline=1.5)
    ollama.freeze()
    with pytest.raises(TimedOut):
        await probe.read()
    ollama.thaw()
    async with asyncio.timeout(DEADLINE):
        value = await probe.read()
    assert value.loaded == ()
    await probe.close()


async def test_a_host_name_that_the_server_does_not_know_is_explained(ollama: RealOllama) -> None:
    reader = HttpReader([HttpAddress(f"http://127.1:{ollama.port}")])
    answer = await reader.get("/api/ps", deadline=DEADLINE)
    await reader.close()
    with pytest.raises(ReadError, match="refuses the host name") as caught:
        body_of(answer, "/api/ps")
    assert "OLLAMA_HOST" in caught.value.remedy


async def test_the_server_s_own_words_are_told(http: HttpReader) -> None:
    with pytest.raises(ReadError, match="404: model 'nobody:latest' not found"):
        await generate(http, "nobody:latest")
    with pytest.raises(ReadError, match="404: 404 page not found"):
        body_of(await http.get("/api/nothing", deadline=DEADLINE), "/api/nothing")


async def test_a_server_is_read_through_ssh(
    ollama: RealOllama, http: HttpReader, sshd: Sshd
) -> None:
    await generate(http, "tiny")
    async with ssh_host(sshd) as host:
        probe = probe_of(HttpReader([HttpAddress(ollama.url, host, "ssh")]))
        value = await probe.read()
        await probe.close()
    assert (value.address, [m.name for m in value.loaded or ()]) == ("ssh", ["tiny:latest"])
