"""What an Ollama server says. Sizes in bytes, None where the server does not tell."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Activity(StrEnum):
    """What a loaded model seems to be doing."""

    IDLE = "idle"
    BUSY = "busy"
    STOPPING = "stopping"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory. `forever`: never unloaded by itself (Ollama's own rule: > 20 years)."""

    name: str
    size: int | None = None
    size_vram: int | None = None
    context_length: int | None = None
    parameter_size: str | None = None
    quantization: str | None = None
    expires_at: datetime | None = None
    forever: bool = False
    activity: Activity = Activity.UNKNOWN
    digest: str | None = None

    @property
    def gpu_share(self) -> float | None:
        """Part of the model in GPU memory, 0 to 1; None where the sizes contradict."""
        if self.size is None or self.size_vram is None or not 0 <= self.size_vram <= self.size:
            return None
        return self.size_vram / self.size if self.size else None


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on disk, or (with `remote_host`) the stub of one that runs in the cloud."""

    name: str
    size: int | None = None
    digest: str | None = None
    family: str | None = None
    parameter_size: str | None = None
    quantization: str | None = None
    context_length: int | None = None
    capabilities: tuple[str, ...] | None = None
    remote_host: str | None = None


@dataclass(frozen=True, slots=True)
class Ollama:
    """`skew_s` is the server's clock minus ours (from its Date header), in seconds.

    `missing` are the expected models that are not installed, None where that was not read.
    `address` is the one of the configured addresses that answered.
    """

    version: str | None = None
    loaded: tuple[LoadedModel, ...] | None = None
    installed: tuple[InstalledModel, ...] | None = None
    missing: tuple[str, ...] | None = None
    skew_s: float | None = None
    address: str | None = None
