"""The machines, models and services of the demo: all of them made up."""

from dataclasses import dataclass

GIB = 1024**3

OUTAGE = (45.0, 80.0, 180.0)
"""The Windows machine is gone from, to (seconds), in a cycle of so many."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model: bytes on disk and in memory, and what Ollama says about it."""

    name: str
    size: int
    size_loaded: int
    parameter_size: str
    family: str
    quantization: str = "Q4_K_M"
    context_length: int = 32768


@dataclass(frozen=True, slots=True)
class Stay:
    """When a model is in memory: always (`cycle` None), or from, to, in a cycle (seconds).

    `forever`: without an end; else each request, every `request_s` seconds, lets it stay for
    five minutes more.
    """

    model: Model
    cycle: tuple[float, float, float] | None = None
    request_s: float = 40.0
    forever: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One machine. `memory` is in bytes, `base` and `busy` are shares of it and of the processor.

    `ports` are what seems to listen there, `launchd` has labels with a process id, or with the
    last exit code negated, `pm2` names with status and restarts.
    """

    name: str
    title: str
    memory: int
    cpus: int
    base: tuple[float, float]
    busy: tuple[float, float]
    gpu: str = ""
    gpu_cores: int = 0
    windows: bool = False
    installed: tuple[Model, ...] = ()
    stays: tuple[Stay, ...] = ()
    ports: tuple[int, ...] = ()
    launchd: tuple[tuple[str, int], ...] = ()
    pm2: tuple[tuple[str, str, int], ...] = ()
    disk: tuple[int, int] = (494 * 10**9, 212 * 10**9)


QWEN_CODER = Model("qwen2.5-coder:32b", 19_851_349_856, 21_474_836_480, "32.8B", "qwen2")
DEEPSEEK = Model("deepseek-r1:32b", 19_851_337_640, 21_206_401_024, "32.8B", "qwen2")
GPT_OSS = Model("gpt-oss:20b", 13_780_173_839, 9_663_676_416, "20.9B", "gptoss", "MXFP4", 8192)
QWEN = Model("qwen3:8b", 5_225_388_164, 6_442_450_944, "8.2B", "qwen3", "Q4_K_M", 16384)

WORKSTATION = Part(
    "workstation",
    "MacBook Pro, 18 GB",
    18 * GIB,
    11,
    base=(0.38, 0.52),
    busy=(2, 22),
    gpu="Apple M3 Pro",
    gpu_cores=14,
)
BRAIN = Part(
    "brain",
    "Mac Studio, 32 GB",
    32 * GIB,
    12,
    base=(0.30, 0.44),
    busy=(18, 64),
    gpu="Apple M2 Max",
    gpu_cores=30,
    ports=(18789, 8123, 5678),
    launchd=(("com.example.langgraph", 1042), ("com.example.watcher", -78)),
    disk=(994 * 10**9, 412 * 10**9),
)
ENGINE = Part(
    "engine",
    "Mac Studio, 64 GB",
    64 * GIB,
    16,
    base=(0.06, 0.08),
    busy=(2, 14),
    gpu="Apple M4 Max",
    gpu_cores=40,
    installed=(QWEN_CODER, DEEPSEEK, QWEN),
    stays=(Stay(QWEN_CODER), Stay(DEEPSEEK, forever=True)),
    ports=(11434,),
    launchd=(("com.ollama.ollama", 611),),
    disk=(994 * 10**9, 633 * 10**9),
)
MINI = Part(
    "mini",
    "Mac mini, 16 GB",
    16 * GIB,
    10,
    base=(0.22, 0.28),
    busy=(4, 30),
    gpu="Apple M4",
    gpu_cores=10,
    installed=(GPT_OSS, QWEN),
    stays=(Stay(GPT_OSS, (0, 70, 120)), Stay(QWEN, (80, 115, 120))),
    ports=(11434, 9009, 2567),
    launchd=(("homebrew.mxcl.ollama", 702),),
    pm2=(("game-server", "online", 3), ("game-server-dev", "stopped", 16)),
)
MSI = Part(
    "msi",
    "Windows desktop, 32 GB",
    32 * GIB,
    16,
    base=(0.34, 0.46),
    busy=(3, 38),
    windows=True,
    disk=(1_000_202_039_296, 412_316_860_416),
)

PARTS = (WORKSTATION, BRAIN, ENGINE, MINI, MSI)
