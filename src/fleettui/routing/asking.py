"""Asking a local model what kind of task a text is.

One short question with a deadline, whose answer is believed only where every field of it makes
sense. What goes wrong is a reason, never an exception: there is a classifier that needs no model.
"""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fleettui.model.clock import Clock
from fleettui.model.errors import Malformed, ReadError, TimedOut
from fleettui.model.route import Classified, DecidedBy
from fleettui.routing.asking_choice import LocalModel, ranked
from fleettui.routing.asking_restraint import Restraint
from fleettui.routing.asking_wire import opinion, question
from fleettui.routing.client import ChatClient, is_there
from fleettui.routing.client_wire import Usage, parse_chat

DEADLINE_S = 3.0
"""Seconds for all of it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of asking: a kind, or the reason why there is none, in one clean line.

    `model` is the one that was asked (`name@machine`), None where none was. `usage` is set
    also where the answer made no sense.
    """

    classified: Classified | None = None
    reason: str | None = None
    model: str | None = None
    usage: Usage | None = None


class Asker:
    """Asks one model at a time; belongs to one event loop.

    `cold` are the ids (`name@machine`) of models that may be loaded for a question. A model
    whose answers make no sense `patience` times in a row is left alone for a while, a machine
    that does not answer in time at once.
    """

    def __init__(
        self,
        client: ChatClient,
        *,
        clock: Clock | None = None,
        deadline_s: float = DEADLINE_S,
        cold: Collection[str] = (),
        patience: int = 3,
    ) -> None:
        self._client = client
        self._deadline_s = deadline_s
        self._cold = frozenset(cold)
        self._restraint = Restraint(clock, patience=patience)
        self._turn = asyncio.Lock()

    async def ask(self, text: str, models: Iterable[LocalModel]) -> Heard:
        """Ask the best of `models` for the kind of the task `text`.

        Never raises but when it is cancelled, which counts for nothing.
        """
        if not text.strip():
            return Heard(reason="there is no text to judge")
        until = asyncio.get_running_loop().time() + self._deadline_s
        try:
            async with asyncio.timeout_at(until):
                await self._turn.acquire()
        except TimeoutError:
            return Heard(reason="another task is being asked about")
        try:
            return await self._ask_best(text, ranked(models, cold=self._cold), until)
        finally:
            self._turn.release()

    async def _ask_best(self, text: str, able: list[LocalModel], until: float) -> Heard:
        model = next((one for one in able if not self._left_alone(one)), None)
        if model is not None:
            return await self._ask_model(text, model, until)
        if not able:
            return Heard(reason="no local model that could be asked is in memory")
        return Heard(reason=f"{able[0].id} is left alone for a while after it failed")

    async def _ask_model(self, text: str, model: LocalModel, until: float) -> Heard:
        context = model.context_length if model.loaded else None
        body = question(model.name, text, context_length=context, think=model.think)
        left = until - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(until):
                octets = await self._client.chat(model.machine, body, left)
        except (TimeoutError, TimedOut):
            self._restraint.failed(model.machine, at_once=True)
            return self._unheard(model, f"no answer within {self._deadline_s:g} s")
        except ReadError as error:
            self._count(model, error)
            return self._unheard(model, error.text)
        return self._judged(model, octets)

    def _judged(self, model: LocalModel, octets: bytes) -> Heard:
        usage = None
        try:
            answer = parse_chat(octets)
            usage = answer.usage
            said = opinion(answer)
        except Malformed as error:
            self._restraint.failed(model.id)
            return self._unheard(model, error.text, usage)
        self._restraint.worked(model.machine)
        self._restraint.worked(model.id)
        classified = Classified(said.kind, said.confidence, DecidedBy.MODEL)
        return Heard(classified, model=model.id, usage=usage)

    def _count(self, model: LocalModel, error: ReadError) -> None:
        """Blame the model for an answer that is none, and the machine for no answer."""
        if is_there(error):
            self._restraint.failed(model.id)
        else:
            self._restraint.failed(model.machine, at_once=True)

    def _left_alone(self, model: LocalModel) -> bool:
        return self._restraint.paused(model.machine) or self._restraint.paused(model.id)

    def _unheard(self, model: LocalModel, reason: str, usage: Usage | None = None) -> Heard:
        return Heard(reason=f"{model.id}: {reason}", model=model.id, usage=usage)
