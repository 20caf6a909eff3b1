"""The graphics processors of Linux's amdgpu driver, from /sys."""

from collections.abc import Mapping
from pathlib import Path

from fleettui.model.system import Gpu
from fleettui.model.text import clean
from fleettui.probes.figures import part_of, percent, real, whole

CARDS = Path("/sys/class/drm")

_MOST_GPUS = 64
_FILES = {
    b"busy": "gpu_busy_percent",
    b"used": "mem_info_vram_used",
    b"total": "mem_info_vram_total",
    b"name": "product_name",
    b"temp": "hwmon/hwmon*/temp1_input",
    b"power": "hwmon/hwmon*/power1_average",
}


def read(cards: Path = CARDS) -> tuple[Gpu, ...]:
    """The graphics processors of this machine."""
    lines: list[bytes] = []
    for busy in sorted(cards.glob("card*/device/gpu_busy_percent")):
        lines.append(b"amd")
        for key, name in _FILES.items():
            lines += [b"amd.%s %s" % (key, _line(file)) for file in busy.parent.glob(name)]
    return gpus(b"\n".join(lines))


def gpus(section: bytes) -> tuple[Gpu, ...]:
    """The graphics processors of the amdgpu driver; sizes in bytes, m°C and µW before that."""
    cards: list[dict[bytes, bytes]] = []
    for line in section.splitlines():
        key, _, value = line.partition(b" ")
        if key == b"amd":
            cards.append({})
        elif key.startswith(b"amd.") and cards:
            cards[-1].setdefault(key, value)
    return tuple(_gpu(card) for card in cards[:_MOST_GPUS])


def _gpu(card: Mapping[bytes, bytes]) -> Gpu:
    total = whole(card.get(b"amd.total"))
    temperature = real(card.get(b"amd.temp"), 200_000.0)
    power = real(card.get(b"amd.power"), 1e10)
    return Gpu(
        name=clean(card.get(b"amd.name", b"").strip(), limit=64) or "AMD GPU",
        utilization_percent=percent(card.get(b"amd.busy")),
        memory_used=part_of(whole(card.get(b"amd.used")), total),
        memory_total=total,
        temperature_c=None if temperature is None else temperature / 1000.0,
        power_w=None if power is None else power / 1e6,
    )


def _line(file: Path) -> bytes:
    try:
        return file.read_bytes().partition(b"\n")[0]
    except OSError:
        return b""
