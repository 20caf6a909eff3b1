"""What holds of every reading of a system, whatever the bytes were."""

import math
from collections.abc import Callable

from fleettui.model.errors import Malformed
from fleettui.model.system import System
from fleettui.model.text import is_clean


def assert_sane(parse: Callable[[], System]) -> None:
    """`parse` returns a system whose numbers make sense, or says in clean text why it cannot."""
    try:
        system = parse()
    except Malformed as failure:
        text = failure.text
    else:
        text = "".join(gpu.name or "" for gpu in system.gpus)
        _assert_bounded(system)
    assert is_clean(text)


def _assert_bounded(system: System) -> None:
    numbers = [system.cpu_percent, system.load_1m, system.uptime_s, system.clock_skew_s]
    pairs = [
        (system.memory_used, system.memory_total),
        (system.memory_available, system.memory_total),
        (system.swap_used, system.swap_total),
        (system.disk_free, system.disk_total),
    ]
    for gpu in system.gpus:
        numbers += [gpu.utilization_percent, gpu.temperature_c, gpu.power_w]
        pairs.append((gpu.memory_used, gpu.memory_total))
    assert all(number is None or (math.isfinite(number) and number >= 0) for number in numbers)
    assert system.cpu_percent is None or system.cpu_percent <= 100
    for part, total in pairs:
        assert part is None or 0 <= part <= (1 << 60)
        assert part is None or total is None or part <= total
