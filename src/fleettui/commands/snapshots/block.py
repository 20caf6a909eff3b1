"""One machine as a block of lines; values that are not fresh say how old they are."""

from collections.abc import Iterator
from datetime import datetime

from fleettui.commands.output import Line, Style
from fleettui.commands.snapshots import marks
from fleettui.commands.snapshots.layout import (
    INDENT,
    cut,
    flow,
    labelled,
    left,
    plain,
    prose,
    right,
    widest,
)
from fleettui.model import fmt
from fleettui.model.ollama import Activity, LoadedModel, Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import Service, ServiceState
from fleettui.model.system import Gpu, Pressure, System
from fleettui.model.view import MachineView, SourceView
from fleettui.model.worktree import Worktree

STEP = INDENT * 2
"""Before the rows of a table."""

FACTS = 43
"""Cells of the columns beside a model's name."""


def block(machine: MachineView, now: datetime, room: int) -> Iterator[Line]:
    """Everything known of a machine, in lines of at most `room` cells."""
    yield from _head(machine, room)
    yield from _problems(machine, room)
    if machine.system is not None:
        yield from _aged(_system(machine.system, room), machine, Source.SYSTEM, room)
    if machine.ollama is not None:
        yield from _aged(_ollama(machine.ollama, now, room), machine, Source.OLLAMA, room)
    if machine.services:
        services = flow(labelled("services"), map(_service, machine.services), room, between="  ")
        yield from _aged(services, machine, Source.SERVICES, room)
    if machine.worktrees:
        yield from _aged(_worktrees(machine.worktrees, now, room), machine, Source.WORKTREES, room)
    cost = machine.cost
    if cost is not None and (cost.today_usd is not None or cost.month_usd is not None):
        spent = [f"today {fmt.money(cost.today_usd)}", f"month {fmt.money(cost.month_usd)}"]
        yield from _aged(flow(labelled("cost"), plain(spent), room), machine, Source.COSTS, room)


def _head(machine: MachineView, room: int) -> Iterator[Line]:
    glyph, style = marks.SOURCE[machine.state]
    facts: list[Line] = [((" ".join(role.value for role in machine.machine.roles), Style.PLAIN),)]
    platform = machine.platform.value if machine.platform else ""
    address = machine.address if machine.address != machine.name else None
    facts += plain([platform, address or ""])
    if machine.state is not SourceState.OK:
        facts.append(((_word(machine.state), style),))
    delay = _latency(machine)
    if delay is not None:
        facts.append(((fmt.latency(delay), Style.DIM),))
    head: Line = ((f"{glyph} ", style), (machine.name, Style.STRONG), ("  ", Style.PLAIN))
    yield from flow(head, [fact for fact in facts if fact[0][0]], room)


def _word(state: SourceState) -> str:
    return "nothing to read" if state is SourceState.ABSENT else state.value


def _latency(machine: MachineView) -> float | None:
    """The round trip of the cheapest source that answered."""
    delays = (seen.latency_ms for seen in machine.sources.values() if seen.state is SourceState.OK)
    return min((delay for delay in delays if delay is not None), default=None)


def _problems(machine: MachineView, room: int) -> Iterator[Line]:
    """Why sources are not fine; one line where several say the same."""
    causes: dict[tuple[SourceState, str | None], list[Source]] = {}
    for source, seen in machine.sources.items():
        if seen.state not in (SourceState.OK, SourceState.ABSENT):
            causes.setdefault((seen.state, seen.reason), []).append(source)
    for (state, reason), sources in causes.items():
        seen = machine.sources[sources[0]]
        glyph, style = marks.SOURCE[state]
        names = ", ".join(source.value for source in sources)
        why = f": {reason}" if reason else ""
        text = f"{names} {_state_and_age(seen)}{why}{_next_try(seen)}"
        yield from prose(((f"{INDENT}{glyph} ", style),), text, style, room)


def _state_and_age(seen: SourceView) -> str:
    return seen.state.value if seen.age_s is None else f"{seen.state} {fmt.age(seen.age_s)}"


def _next_try(seen: SourceView) -> str:
    return "" if seen.next_try_s is None else f" (next try in {fmt.age(seen.next_try_s)})"


def _aged(lines: Iterator[Line], machine: MachineView, source: Source, room: int) -> Iterator[Line]:
    """Values that are not fresh are dimmed, and their first line says how old they are."""
    seen = machine.sources.get(source)
    if seen is None or seen.state in (SourceState.OK, SourceState.ABSENT):
        yield from lines
        return
    age = f"  (read {fmt.age(seen.age_s)} ago)"
    for index, line in enumerate(lines):
        dim = tuple((text, Style.DIM) for text, _ in line)
        yield (*cut(dim, room - len(age)), (age, Style.WARN)) if index == 0 else dim


def _system(system: System, room: int) -> Iterator[Line]:
    memory: list[Line] = [
        ((fmt.used_of(system.memory_used, system.memory_total), Style.PLAIN),),
    ]
    if system.memory_pressure is not None:
        memory.append(_pressure(system.memory_pressure))
    if system.swap_used:
        memory.append(((f"swap {fmt.memory(system.swap_used)}", Style.PLAIN),))
    if system.memory_total is not None or system.memory_used is not None:
        yield from flow(labelled("memory"), memory, room)
    facts = list(_facts(system))
    if facts:
        yield from flow(labelled("cpu"), plain(facts), room)
    for gpu in system.gpus:
        yield from flow(labelled("gpu"), plain(list(_gpu_facts(gpu))), room)


def _pressure(pressure: Pressure) -> Line:
    if pressure is Pressure.NORMAL:
        return ((pressure.value, Style.DIM),)
    glyph, style = marks.ATTENTION if pressure is Pressure.WARNING else marks.BROKEN
    return ((f"{glyph} {pressure}", style),)


def _facts(system: System) -> Iterator[str]:
    cores = "" if system.cpu_count is None else f" of {fmt.plural(system.cpu_count, 'core')}"
    yield f"{fmt.percent(system.cpu_percent)}{cores}"
    if system.load_1m is not None:
        yield f"load {system.load_1m:.1f}"
    if system.disk_free is not None:
        yield f"disk {fmt.size(system.disk_free)} free"
    if system.uptime_s is not None:
        yield f"up {fmt.age(system.uptime_s)}"


def _gpu_facts(gpu: Gpu) -> Iterator[str]:
    yield gpu.name or ""
    if gpu.utilization_percent is not None:
        yield fmt.percent(gpu.utilization_percent)
    if gpu.memory_used is not None or gpu.memory_total is not None:
        yield fmt.used_of(gpu.memory_used, gpu.memory_total)
    if gpu.temperature_c is not None:
        yield f"{gpu.temperature_c:.0f} °C"
    if gpu.power_w is not None:
        yield f"{gpu.power_w:.0f} W"


def _ollama(ollama: Ollama, now: datetime, room: int) -> Iterator[Line]:
    facts = [ollama.version or ""]
    if ollama.loaded is not None:
        facts.append(f"{len(ollama.loaded)} loaded")
    if ollama.installed is not None:
        facts.append(f"{len(ollama.installed)} installed")
    yield from flow(labelled("ollama"), plain(facts), room)
    column = widest((model.name for model in ollama.loaded or ()), max(12, room - FACTS))
    for model in ollama.loaded or ():
        yield _model(model, now, column)
    if ollama.missing:
        glyph, style = marks.ATTENTION
        names = plain(ollama.missing, style)
        yield from flow(((f"{STEP}{glyph} missing ", style),), names, room, between=", ")


def _model(model: LoadedModel, now: datetime, column: int) -> Line:
    """`qwen2.5-coder:32b  21.5 GB  gpu 100 %  32k  4:12  idle`."""
    share = model.gpu_share
    seconds = None if model.expires_at is None else (model.expires_at - now).total_seconds()
    stays = fmt.FOREVER if model.forever else fmt.countdown(seconds)
    busy = Style.WORK if model.activity is Activity.BUSY else Style.DIM
    return (
        (STEP + left(model.name, column), Style.PLAIN),
        (right(fmt.size(model.size), 10), Style.PLAIN),
        (right(f"gpu {fmt.percent(None if share is None else 100 * share)}", 11), Style.PLAIN),
        (right(fmt.context(model.context_length), 6), Style.PLAIN),
        (right(stays, 8), Style.PLAIN),
        ("" if model.activity is Activity.UNKNOWN else f"  {model.activity}", busy),
    )


def _service(service: Service) -> Line:
    glyph, style = marks.SERVICE[service.state]
    if service.state is ServiceState.UP:
        return ((glyph, style), (f" {service.name}", Style.PLAIN))
    why = f" ({service.detail})" if service.detail else ""
    return ((f"{glyph} {service.name} {service.state}{why}", style),)


def _worktrees(trees: tuple[Worktree, ...], now: datetime, room: int) -> Iterator[Line]:
    yield (*labelled("worktrees"), (str(len(trees)), Style.PLAIN))
    repo = widest((tree.repo for tree in trees), room // 5)
    branch = widest((_branch(tree) for tree in trees), room // 3)
    for tree in trees:
        head: Line = (
            (f"{STEP}{left(tree.repo, repo)}  {left(_branch(tree), branch)}  ", Style.PLAIN),
        )
        if tree.problem:
            glyph, style = marks.ATTENTION
            yield from prose((*head, (f"{glyph} ", style)), tree.problem, style, room)
        else:
            yield from flow(head, _work(tree, now), room, between="  ")


def _branch(tree: Worktree) -> str:
    return tree.branch or "(detached)"


def _work(tree: Worktree, now: datetime) -> Iterator[Line]:
    if tree.agent is not None:
        glyph, style = marks.AGENT[tree.agent.state]
        since = tree.agent.since
        age = "" if since is None else f" {fmt.age((now - since).total_seconds())}"
        yield ((f"{glyph} {tree.agent.agent or 'agent'} {tree.agent.state}{age}", style),)
    if tree.ahead:
        yield ((f"↑{tree.ahead}", Style.PLAIN),)
    if tree.behind:
        yield ((f"↓{tree.behind}", Style.PLAIN),)
    if tree.dirty:
        yield (("uncommitted", Style.WARN),)
