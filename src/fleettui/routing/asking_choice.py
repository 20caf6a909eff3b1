"""Which of the fleet's models is asked what kind of task a text is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fleettui.model.ollama import Activity, InstalledModel, LoadedModel, Ollama
from fleettui.probes.ollama_names import full_name

LEAST_CONTEXT = 2048
"""Tokens that the question and its answer fit in, for all but the strangest texts."""

_NO_CHAT = ("bert", "clip", "mllama-vision")
"""Parts of the families of models that cannot chat, for servers that tell no capabilities."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model on a machine, as far as it matters for asking it.

    `size` is in bytes: in memory where it is loaded, else on disk. `capabilities` are Ollama's
    words, None where the server does not tell them. `cloud`: what it is asked leaves the fleet.
    """

    name: str
    machine: str
    loaded: bool = False
    busy: bool = False
    size: int | None = None
    context_length: int | None = None
    capabilities: tuple[str, ...] | None = None
    family: str | None = None
    digest: str | None = None
    cloud: bool = False

    @property
    def id(self) -> str:
        """`name@machine`, as in fleet.toml."""
        return f"{self.name}@{self.machine}"

    @property
    def chats(self) -> bool:
        """Whether it can answer a chat here, without a word leaving the fleet."""
        if self.cloud or (self.context_length or LEAST_CONTEXT) < LEAST_CONTEXT:
            return False
        if self.capabilities is not None:
            return "completion" in self.capabilities
        return not any(part in (self.family or "").casefold() for part in _NO_CHAT)

    @property
    def think(self) -> bool | str:
        """What to send as `think`, so that it answers without thinking aloud.

        The models of the gpt-oss family think in any case: `low` is the least. Every server
        takes False, for models that cannot think as well (`server/routes.go`).
        """
        return "low" if (self.family or self.name).startswith(("gptoss", "gpt-oss")) else False


def local_models(machine: str, ollama: Ollama) -> tuple[LocalModel, ...]:
    """Every model of a machine, from its newest reading; those in memory first."""
    on_disk = {full_name(model.name): model for model in ollama.installed or ()}
    in_memory = {full_name(model.name): model for model in ollama.loaded or ()}
    loaded = [_loaded(machine, model, on_disk.get(name)) for name, model in in_memory.items()]
    cold = [_cold(machine, model) for name, model in on_disk.items() if name not in in_memory]
    return (*loaded, *cold)


def ranked(models: Iterable[LocalModel], *, cold: Collection[str] = ()) -> list[LocalModel]:
    """The models that may be asked, best first: in memory, not at work, small.

    One that is not in memory is left out, unless its id is in `cold`.
    """
    able = [model for model in models if model.chats and (model.loaded or model.id in cold)]
    return sorted(able, key=_cost)


def _cost(model: LocalModel) -> tuple[bool, bool, float, str]:
    size = float("inf") if model.size is None else float(model.size)
    return (not model.loaded, model.busy, size, model.id)


def _loaded(machine: str, model: LoadedModel, disk: InstalledModel | None) -> LocalModel:
    return LocalModel(
        name=model.name,
        machine=machine,
        loaded=model.activity is not Activity.STOPPING,
        busy=model.activity is Activity.BUSY,
        size=model.size,
        context_length=model.context_length,
        capabilities=None if disk is None else disk.capabilities,
        family=None if disk is None else disk.family,
        digest=model.digest or (None if disk is None else disk.digest),
    )


def _cold(machine: str, model: InstalledModel) -> LocalModel:
    return LocalModel(
        name=model.name,
        machine=machine,
        size=model.size,
        capabilities=model.capabilities,
        family=model.family,
        digest=model.digest,
        cloud=model.remote_host is not None,
    )
