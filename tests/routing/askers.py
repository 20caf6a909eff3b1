"""Ways to ask for the tests: clients in this process, and over HTTP to stand-in servers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fleettui.hosts.http import HttpAddress, HttpReader
from fleettui.routing.asking_choice import LocalModel
from fleettui.routing.client import OllamaClient
from tests.lab.ollama_stand_in import Row, StandIn

GB = 10**9
PATIENCE = 60.0
"""Seconds that no test comes near unless something hangs."""


def model(
    name: str = "qwen3:8b", machine: str = "engine", *, loaded: bool = True, size: int = 7 * GB
) -> LocalModel:
    """A model that can chat."""
    return LocalModel(name, machine, loaded=loaded, size=size, capabilities=("completion",))


class Ready:
    """A client in this process: each question is answered by a function of machine and body."""

    def __init__(self, answer: Callable[[str, Row], bytes | Row]) -> None:
        self._answer = answer
        self.asked: list[str] = []

    async def chat(self, machine: str, body: bytes, deadline: float) -> bytes:
        """Answer at once."""
        question = json.loads(body)
        self.asked.append(f"{question['model']}@{machine}")
        answer = self._answer(machine, question)
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()


class Slow:
    """A client in this process that takes so many seconds, whatever its deadline says."""

    def __init__(self, seconds: float, answer: Row) -> None:
        self._seconds = seconds
        self._answer = answer
        self.deadlines: list[float] = []

    async def chat(self, machine: str, body: bytes, deadline: float) -> bytes:
        """Answer late."""
        self.deadlines.append(deadline)
        await asyncio.sleep(self._seconds)
        return json.dumps(self._answer).encode()


@asynccontextmanager
async def clients(**servers: StandIn) -> AsyncIterator[OllamaClient]:
    """A client of machines with these servers, which run meanwhile."""
    async with AsyncExitStack() as stack:
        for server in servers.values():
            await stack.enter_async_context(server)
        client = OllamaClient(
            {name: HttpReader([HttpAddress(server.url)]) for name, server in servers.items()}
        )
        try:
            yield client
        finally:
            await client.close()
