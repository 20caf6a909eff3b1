"""A simulated day of ten machines that come and go: nothing may pile up.

A quarter of an hour by default, 24 with FLEETTUI_SOAK set (`make soak`).
"""

import asyncio
import gc
import os
import random
import tracemalloc

import pytest

from fleettui.fleet.monitor import Monitor
from fleettui.model.errors import Malformed, ProxyDown, ReadError, TimedOut, Unreachable
from fleettui.model.ollama import InstalledModel, LoadedModel, Ollama
from fleettui.model.reading import Source
from tests.lab.fast_time import FastLoop, run_fast
from tests.lab.scripted_machine import Behaviour, fleet_of, opener, system

HOURS = 24 if os.environ.get("FLEETTUI_SOAK") else 0.25
WARM_UP_S = 1500
"""By then every history is full: 240 points of 5 s."""

ALLOWED = 5 * 1024 * 1024
TROUBLES: tuple[ReadError | None, ...] = (
    None,
    None,
    None,
    Unreachable("refuses connections"),
    TimedOut("no answer in 10s"),
    ProxyDown("the proxy refuses connections"),
    Malformed("answered HTML"),
)


def shake(behaviours: dict[str, Behaviour], chance: random.Random) -> None:
    """Let every machine be well, gone, frozen or changed, as chance wants."""
    for behaviour in behaviours.values():
        behaviour.failure = chance.choice(TROUBLES)
        behaviour.frozen = chance.random() < 0.1
        behaviour.values = {
            Source.SYSTEM: system(chance.uniform(0, 100)),
            Source.OLLAMA: Ollama(
                version="0.32.4",
                loaded=(LoadedModel(f"model-{chance.randrange(10**6)}"),),
                installed=(InstalledModel("qwen3:8b"),),
                missing=(f"missing-{chance.randrange(10**6)}",),
            ),
        }


@pytest.mark.soak
def test_nothing_piles_up_while_machines_come_and_go() -> None:
    chance = random.Random(20261121)
    behaviours = {f"m{index}": Behaviour() for index in range(10)}
    shake(behaviours, chance)
    loop = FastLoop()
    grown = tasks = 0

    async def main() -> None:
        nonlocal grown, tasks
        monitor = Monitor(fleet_of(*behaviours), opener(behaviours), clock=loop.clock())
        running = asyncio.create_task(monitor.run())
        await live(monitor, WARM_UP_S)
        tasks_before, memory_before = len(asyncio.all_tasks()), memory()
        await live(monitor, HOURS * 3600)
        tasks = len(asyncio.all_tasks()) - tasks_before
        grown = memory() - memory_before
        running.cancel()
        await asyncio.wait([running])

    async def live(monitor: Monitor, seconds: float) -> None:
        for _ in range(round(seconds / 30)):
            shake(behaviours, chance)
            for _ in range(3):
                await asyncio.sleep(10)
                assert len(monitor.view().machines) == len(behaviours)

    tracemalloc.start()
    try:
        run_fast(main(), loop)
    finally:
        tracemalloc.stop()
    reads = sum(behaviour.reads for behaviour in behaviours.values())
    print(f"\n{HOURS} h, {reads} readings: {grown / 1024:.0f} KiB grown, {tasks} tasks more")
    assert reads > HOURS * 3600
    assert tasks == 0
    assert grown < ALLOWED


def memory() -> int:
    """Bytes that Python objects take."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
