"""Memory, processors, disk: the first lines of a machine."""

from collections.abc import Sequence
from typing import TypeAlias

from fleettui.model import fmt
from fleettui.model.system import Gpu, System
from fleettui.model.view import MachineView
from fleettui.tui.draw import marks
from fleettui.tui.draw.graphs import area, bar, spark_line
from fleettui.tui.draw.paint import (
    BLANK,
    Line,
    Tone,
    cut,
    fitting,
    joined,
    left,
    line_cells,
    right,
)

MOST_GRAPH_ROWS = 3
"""More would only stretch the same few points."""

LABEL = 6
"""Cells of the names before the bars."""

_NUMBER = 6
"""Cells of the percentage behind a graph."""


Meter: TypeAlias = tuple[str, float | None, Sequence[float | None], Tone]
"""A label, the percentage now, those of the last minutes, and a tone."""


def gauge_cells(room: int) -> int:
    """Cells of every bar and sparkline in a pane, so that they line up."""
    return max(4, min(34, room - 42))


def graph_rows(view: MachineView, spare: int) -> int:
    """Rows of each graph when the first section may take `spare` lines; 1: a sparkline."""
    rows = (spare - 2) // (1 + _has_gpu(view))
    return min(rows, MOST_GRAPH_ROWS) if rows >= 2 else 1


def _has_gpu(view: MachineView) -> bool:
    system = view.system
    if system is None or not system.gpus:
        return False
    return gpu_use(system) is not None or any(point is not None for point in view.history.gpu)


def vital_lines(view: MachineView, room: int, rows: int = 1) -> tuple[Line, ...]:
    """Memory as a bar; processors as sparklines with facts beside them, or as graphs of several
    rows and the facts below."""
    system = view.system
    if system is None:
        return ()
    facts = system_facts(system)
    cpu: Meter = ("cpu", system.cpu_percent, view.history.cpu, Tone.CPU)
    meters = [(cpu, fitting(facts, room - LABEL - gauge_cells(room) - 8))]
    if _has_gpu(view):
        gpu: Meter = ("gpu", gpu_use(system), view.history.gpu, Tone.GPU)
        beside = gpu_facts(system.gpus)
        meters.append((gpu, beside))
        if beside:
            facts.append((("gpu ", Tone.DIM), *beside))
    lines = [cut(memory_line(system, room), room)]
    if rows == 1:
        return (*lines, *(_gauge(meter, beside, room) for meter, beside in meters))
    for meter, _ in meters:
        lines += _graph(meter, room, rows)
    below: Line = ((" " * LABEL, Tone.TEXT), *fitting(facts, room - LABEL))
    return (*lines, below)


def system_facts(system: System) -> list[Line]:
    """Load, disk and time since the start; the disk first where it is nearly full."""
    facts = [load_facts(system), disk_facts(system), up_facts(system)]
    if disk_is_scarce(system):
        facts.insert(0, facts.pop(1))
    return facts


def memory_line(system: System, room: int) -> Line:
    """`mem ▕████▌   ▏ 41.9 of 64 GB used  normal`; the bar's colour is the pressure's."""
    mark = marks.pressure(system.memory_pressure)
    gauge = bar(system.memory_used, system.memory_total, gauge_cells(room), mark.tone)
    left_over = room - LABEL - gauge_cells(room) - 2
    return (
        (left("mem", LABEL), Tone.DIM),
        *gauge,
        ("  ", Tone.TEXT),
        *_memory_facts(system, mark, left_over),
    )


def _memory_facts(system: System, mark: marks.Mark, room: int) -> Line:
    """The amount always, its name in the platform's own monitor where all else fits as well."""
    amount: Line = ((fmt.used_of(system.memory_used, system.memory_total), Tone.TEXT),)
    rest: list[Line] = []
    if mark.word:
        quiet = mark.tone is Tone.OK
        rest.append(((f"{mark.glyph} {mark.word}".strip(), Tone.DIM if quiet else mark.tone),))
    if system.swap_used:
        rest.append(((f"swap {fmt.memory(system.swap_used)}", Tone.DIM),))
    gap = ("  ", Tone.TEXT)
    named = joined(((*amount, (f" {system.memory_label}", Tone.DIM)), *rest), gap)
    return named if line_cells(named) <= room else fitting([amount, *rest], room, gap)


def _gauge(meter: Meter, facts: Line, room: int) -> Line:
    label, now, history, tone = meter
    head: Line = (
        (left(label, LABEL), Tone.DIM),
        *spark_line(history, gauge_cells(room), tone),
        (right(fmt.percent(now), _NUMBER), Tone.TEXT),
    )
    return cut((*head, ("  ", Tone.TEXT), *facts) if facts else head, room)


def _graph(meter: Meter, room: int, rows: int) -> list[Line]:
    """Name, newest point and its number stand on one line, the lowest."""
    label, now, history, tone = meter
    *above, ground = area(history, max(0, room - LABEL - _NUMBER), rows, tone)
    name, number = left(label, LABEL), right(fmt.percent(now), _NUMBER)
    return [
        *(((" " * LABEL, Tone.TEXT), *line) for line in above),
        ((name, Tone.DIM), *ground, (number, Tone.TEXT)),
    ]


def gpu_use(system: System) -> float | None:
    """The busiest graphics processor's utilization, 0 to 100."""
    known = [gpu.utilization_percent for gpu in system.gpus if gpu.utilization_percent is not None]
    return max(known) if known else None


def load_facts(system: System) -> Line:
    """`load 3.2`, where the platform has such a thing."""
    if system.load_1m is None:
        return BLANK
    return (("load ", Tone.DIM), (f"{system.load_1m:.1f}", Tone.TEXT))


def disk_is_scarce(system: System) -> bool:
    """Whether less than a twentieth of the disk is free."""
    free, total = system.disk_free, system.disk_total
    return free is not None and total is not None and free < total * 0.05


def disk_facts(system: System) -> Line:
    """`disk 412 GB free`."""
    if system.disk_free is None:
        return BLANK
    free = system.disk_free
    scarce = disk_is_scarce(system)
    mark = f"{marks.ATTENTION} " if scarce else ""
    return (
        ("disk ", Tone.DIM),
        (f"{mark}{fmt.size(free)}", Tone.WARN if scarce else Tone.TEXT),
        (" free", Tone.DIM),
    )


def up_facts(system: System) -> Line:
    """`up 6d 2h`."""
    if system.uptime_s is None:
        return BLANK
    return (("up ", Tone.DIM), (fmt.age(system.uptime_s), Tone.TEXT))


def gpu_facts(gpus: Sequence[Gpu]) -> Line:
    """Memory, temperature and power of the first graphics processor that tells them."""
    gpu = gpus[0]
    parts: list[Line] = []
    if gpu.memory_total is not None:
        parts.append(((fmt.used_of(gpu.memory_used, gpu.memory_total), Tone.DIM),))
    if gpu.temperature_c is not None:
        parts.append(((f"{gpu.temperature_c:.0f} °C", Tone.DIM),))
    if gpu.power_w is not None:
        parts.append(((f"{gpu.power_w:.0f} W", Tone.DIM),))
    if len(gpus) > 1:
        parts.append(((f"{len(gpus)} gpus", Tone.DIM),))
    return joined(parts)
