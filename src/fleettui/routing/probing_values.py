"""What is known of models: what they can do, by digest, and how fast they are on a machine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fleettui.routing.asking_choice import LocalModel
from fleettui.routing.client_wire import Usage

FASTEST = 100_000.0
"""Tokens per second that no machine of a personal fleet writes: a lie, or a broken clock."""

_MEMORY = 4000.0
"""Tokens after which what was measured before them begins to count less."""

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{12,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a model can do. None is unknown, never no.

    `tools`: whether it really calls the tools that it is given, with `why` in clean text.
    `words` are Ollama's capabilities (`completion`, `tools`, `insert`, `vision`, `embedding`,
    `thinking` …). `context_length` is the most that it was made for, `num_ctx` what its recipe
    sets, both in tokens. `asked_at` in seconds since 1970.
    """

    digest: str
    name: str
    tools: bool | None = None
    why: str = ""
    words: tuple[str, ...] | None = None
    context_length: int | None = None
    num_ctx: int | None = None
    asked_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Speed:
    """A running measure of how fast a model writes: tokens, and the seconds that they took."""

    tokens: float = 0.0
    seconds: float = 0.0

    @property
    def per_s(self) -> float | None:
        """Tokens per second, None before the first answer."""
        return self.tokens / self.seconds if self.tokens and self.seconds else None

    def after(self, usage: Usage) -> "Speed":
        """The measure with one more answer; each counts by its length, late ones for more."""
        if usage.tokens_out > FASTEST * usage.seconds:
            return self
        share = min(1.0, _MEMORY / self.tokens) if self.tokens else 1.0
        return Speed(self.tokens * share + usage.tokens_out, self.seconds * share + usage.seconds)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known: abilities by digest, speeds by machine and digest."""

    models: Mapping[str, Abilities] = field(default_factory=dict)
    speeds: Mapping[tuple[str, str], Speed] = field(default_factory=dict)

    def abilities(self, digest: str | None) -> Abilities | None:
        """What the model of that digest can do, None where nobody asked yet."""
        return self.models.get(digest_key(digest) or "")

    def per_s(self, machine: str, digest: str | None) -> float | None:
        """Tokens per second that the model of that digest writes on the machine."""
        speed = self.speeds.get((machine, digest_key(digest) or ""))
        return None if speed is None else speed.per_s

    def filled(self, model: LocalModel) -> LocalModel:
        """The model with the capabilities that its server did not list, where they are known."""
        found = self.abilities(model.digest)
        if found is None or found.words is None or model.capabilities is not None:
            return model
        return replace(model, capabilities=found.words)


def digest_key(digest: str | None) -> str | None:
    """The one way to write a digest; None where it is none."""
    found = _DIGEST.fullmatch(digest or "")
    return found[1] if found else None
