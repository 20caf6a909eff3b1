"""The way to a machine's Ollama for questions that a model answers.

Bytes in and bytes out: what is asked and what an answer means lies in `client_wire`,
`asking_wire` and `probing_wire`.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from fleettui.model.errors import Malformed, ReadError, Unreachable

if TYPE_CHECKING:
    from fleettui.hosts.http import HttpAnswer, HttpReader

CHAT_CAP = 256 * 1024
"""Bytes of an answer of /api/chat: a hundred times what is asked for here."""

SHOW_CAP = 4 * 1024 * 1024
"""Bytes of an answer of /api/show: licences, templates and lists of tensors are in it."""

_WAY_S = 2.0
"""Seconds, at most, for finding out which of a machine's addresses answers."""


class Rejected(ReadError):
    """The server is there and refuses: an HTTP status other than 200."""

    def __init__(self, text: str, remedy: str = "", *, status: int) -> None:
        super().__init__(text, remedy)
        self.status = status


def is_there(error: ReadError) -> bool:
    """Whether the machine answered, so that another of its models may do better."""
    return isinstance(error, Rejected | Malformed)


class ChatClient(Protocol):
    """Something that takes a chat to a model of a machine."""

    async def chat(self, machine: str, body: bytes, deadline: float) -> bytes:
        """The body of the answer of /api/chat. `deadline` is in seconds, for everything.

        Raises Rejected for an answer that is none, else another ReadError.
        """


class ModelClient(ChatClient, Protocol):
    """A ChatClient that can also ask what a model is."""

    async def show(self, machine: str, body: bytes, deadline: float) -> bytes:
        """The body of the answer of /api/show. Raises as `chat` does."""


class OllamaClient:
    """Questions over one HttpReader a machine, which are closed with it."""

    def __init__(self, readers: Mapping[str, "HttpReader"]) -> None:
        self._readers = readers

    async def chat(self, machine: str, body: bytes, deadline: float) -> bytes:
        """Ask POST /api/chat of the machine's Ollama."""
        return await self._ask(machine, "/api/chat", body, deadline, CHAT_CAP)

    async def show(self, machine: str, body: bytes, deadline: float) -> bytes:
        """Ask POST /api/show of the machine's Ollama."""
        return await self._ask(machine, "/api/show", body, deadline, SHOW_CAP)

    async def close(self) -> None:
        """Let go of every machine. Never raises, never hangs."""
        await asyncio.gather(*(reader.close() for reader in self._readers.values()))

    async def _ask(self, machine: str, path: str, body: bytes, deadline: float, cap: int) -> bytes:
        from fleettui.hosts.process import within

        reader = self._readers.get(machine)
        if reader is None:
            raise Unreachable("no Ollama is configured there", "give the machine an `ollama` key")
        async with within(deadline, "no answer"):
            answer = await _post(reader, path, body, deadline, cap)
        return _body_of(answer, path)


async def _post(
    reader: "HttpReader", path: str, body: bytes, deadline: float, cap: int
) -> "HttpAnswer":
    """Post over the address that answers.

    A kept connection may be dead, or the address in use: the question is then put once more,
    which does no harm, because it changes nothing.
    """
    if reader.address is not None:
        try:
            return await reader.post(path, body, deadline=deadline, cap=cap)
        except Unreachable:
            pass
    await reader.get("/api/version", deadline=min(_WAY_S, deadline), cap=4096)
    return await reader.post(path, body, deadline=deadline, cap=cap)


def _body_of(answer: "HttpAnswer", path: str) -> bytes:
    from fleettui.probes.ollama_status import body_of

    try:
        return body_of(answer, path)
    except ReadError as error:
        raise Rejected(error.text, error.remedy, status=answer.status) from None
