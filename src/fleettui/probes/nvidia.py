"""The answer of nvidia-smi, as csv without header and units.

    --query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw

Memory comes in MiB, temperature in °C, power in watts.
"""

from fleettui.model.system import Gpu
from fleettui.model.text import clean
from fleettui.probes.figures import part_of, percent, real, whole

_MIB = 1024 * 1024
_MOST_GPUS = 64


def gpus(answer: bytes) -> tuple[Gpu, ...]:
    """One per row. `[N/A]`, `[Not Supported]` and errors in place of a row are not known."""
    rows = (_gpu(line.split(b",")) for line in answer.splitlines())
    return tuple(gpu for gpu in rows if gpu is not None)[:_MOST_GPUS]


def _gpu(fields: list[bytes]) -> Gpu | None:
    if len(fields) < 8 or whole(fields[0]) is None:
        return None
    busy, used, total, temperature, power = fields[-5:]
    memory_total = whole(total, unit=_MIB)
    return Gpu(
        name=clean(b",".join(fields[2:-5]).strip(b' "'), limit=64) or None,
        utilization_percent=percent(busy),
        memory_used=part_of(whole(used, unit=_MIB), memory_total),
        memory_total=memory_total,
        temperature_c=real(temperature, 200.0),
        power_w=real(power, 10_000.0),
    )
