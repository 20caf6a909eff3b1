"""Finding out what the models of the fleet can really do, each once for each digest.

What a server lists is a claim of the model's template; whether a model uses a tool is seen when
it is given one. A model that lies on disk is not loaded for that, unless it is small and nobody
is disturbed, or the caller says so.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from fleettui.model.clock import Clock
from fleettui.model.errors import ReadError
from fleettui.model.ollama import Ollama
from fleettui.model.text import clean
from fleettui.routing import probing_file
from fleettui.routing.asking_choice import LocalModel, local_models
from fleettui.routing.asking_restraint import Restraint
from fleettui.routing.client import ModelClient, Rejected, is_there
from fleettui.routing.client_wire import Usage, parse_chat
from fleettui.routing.probing_values import Abilities, Known, Speed, digest_key
from fleettui.routing.probing_wire import (
    Shown,
    parse_show,
    show_question,
    tool_question,
    verdict,
)

SHOW_S = 5.0
CHAT_S = 30.0
LOAD_S = 180.0
"""Seconds for an answer of /api/show, of a model in memory, and of one that is loaded for it."""

LIGHT = 4 * 10**9
"""Bytes on disk up to which a model may be loaded on a machine that has none in memory."""

_LARGE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of looking at a model: what is known of it now, and in one clean line why that
    is not everything.
    """

    abilities: Abilities | None = None
    reason: str | None = None


class Prober:
    """Looks at models, one at a time on each machine; belongs to one event loop.

    The file is read at once. `problem` tells in one clean line what is wrong with it, None where
    nothing is.
    """

    def __init__(
        self,
        client: ModelClient,
        file: Path,
        *,
        clock: Clock | None = None,
        chat_s: float = CHAT_S,
        light: int = LIGHT,
    ) -> None:
        self._client = client
        self._file = file
        self._clock = clock or Clock()
        self._chat_s = chat_s
        self._light = light
        self._known, self.problem = probing_file.load(file)
        self._restraint = Restraint(self._clock, patience=1, first_s=60.0, most_s=3600.0)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._writing = asyncio.Lock()

    @property
    def known(self) -> Known:
        """All that is known now."""
        return self._known

    def heard(self, machine: str, digest: str | None, usage: Usage | None) -> None:
        """Count a real answer of a model for its speed; it is written with the next `save`."""
        key = digest_key(digest)
        if key is not None and usage is not None:
            place = (machine, key)
            speed = self._known.speeds.get(place, Speed()).after(usage)
            self._known = replace(self._known, speeds={**self._known.speeds, place: speed})

    async def look_at(self, machine: str, ollama: Ollama, *, cold: bool = False) -> list[Probed]:
        """Look at every model of a machine, as its newest reading lists them.

        `cold`: also load those that are not in memory. Takes as long as the models take: not to
        be waited for by what draws or decides. Never raises but when it is cancelled.
        """
        models = local_models(machine, ollama)
        spare = not any(model.loaded for model in models)
        found = []
        for model in models:
            light = spare and not model.loaded and 0 < (model.size or 0) <= self._light
            light = light and self._tools_unknown(model) and not model.cloud
            spare = spare and not light
            found.append(await self.look(model, cold=cold or light))
        return found

    async def look(self, model: LocalModel, *, cold: bool = False) -> Probed:
        """Find out what one model can do, unless that is known.

        `cold`: load it where it is not in memory. Never raises but when it is cancelled.
        """
        digest = digest_key(model.digest)
        if digest is None:
            return Probed(reason=f"{model.id}: the server tells no digest of it")
        async with self._turns[model.machine]:
            known = self._known.abilities(digest)
            ready = model.cloud or model.loaded or cold
            if known is not None and (known.tools is not None or not ready):
                return Probed(known, _missing(known))
            if self._restraint.paused(model.machine) or self._restraint.paused(model.id):
                return Probed(known, f"{model.id} is left alone for a while after it failed")
            return await self._look(model, digest, ready)

    async def save(self) -> None:
        """Write what is known. A file that cannot be written is a `problem`, no failure."""
        async with self._writing:
            self.problem = await asyncio.to_thread(_save, self._file, self._known)

    async def _look(self, model: LocalModel, digest: str, ready: bool) -> Probed:
        found = self._known.abilities(digest)
        try:
            shown = await self._show(model)
            found = self._keep(digest, model, shown, None, "it was not tried")
            tools, why = await self._tools(model, shown, ready)
            found = self._keep(digest, model, shown, tools, why)
        except ReadError as error:
            self._restraint.failed(model.id if is_there(error) else model.machine)
            return Probed(found, f"{model.id}: {error.text}")
        if found.tools is None and ready:
            self._restraint.failed(model.id)
        await self.save()
        return Probed(found, _missing(found))

    async def _show(self, model: LocalModel) -> Shown:
        body = await self._client.show(model.machine, show_question(model.name), SHOW_S)
        return parse_show(body) if len(body) < _LARGE else await asyncio.to_thread(parse_show, body)

    async def _tools(self, model: LocalModel, shown: Shown, ready: bool) -> tuple[bool | None, str]:
        """Whether it uses tools, and why one thinks so; the model is asked only if it must be."""
        if shown.words is not None and "tools" not in shown.words:
            return False, "its template has no tools"
        if model.cloud or shown.cloud:
            claimed = None if shown.words is None else True
            return claimed, "it runs elsewhere, and was not tried"
        if not ready:
            return None, "it is not in memory"
        context = model.context_length if model.loaded else None
        body = tool_question(model.name, context_length=context, think=model.think)
        deadline = self._chat_s if model.loaded else max(self._chat_s, LOAD_S)
        try:
            answer = parse_chat(await self._client.chat(model.machine, body, deadline))
        except Rejected as refusal:
            if refusal.status != 400:
                raise
            return False, clean(refusal.text, limit=200)
        self.heard(model.machine, model.digest, answer.usage)
        return verdict(answer)

    def _keep(
        self, digest: str, model: LocalModel, shown: Shown, tools: bool | None, why: str
    ) -> Abilities:
        found = Abilities(
            digest=digest,
            name=model.name,
            tools=tools,
            why=why,
            words=shown.words,
            context_length=shown.context_length,
            num_ctx=shown.num_ctx,
            asked_at=self._clock.wall(),
        )
        self._known = replace(self._known, models={**self._known.models, digest: found})
        return found

    def _tools_unknown(self, model: LocalModel) -> bool:
        known = self._known.abilities(model.digest)
        return known is None or known.tools is None


def _missing(known: Abilities) -> str | None:
    return None if known.tools is not None else f"whether it uses tools is not known: {known.why}"


def _save(file: Path, known: Known) -> str | None:
    """Write what is known here on top of what another program wrote meanwhile."""
    before, _ = probing_file.load(file)
    try:
        probing_file.save(file, probing_file.merged(before, known))
    except OSError as error:
        reason = clean(error.strerror or str(error))
        return f"{clean(str(file))} cannot be written: {reason}"
    return None
