"""A whole fleet: real sshd on loopback, stand-in Ollama servers, good ones and hostile ones."""

import asyncio
import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest

from fleettui.commands.services import monitor_of
from fleettui.fleet.monitor import Monitor
from fleettui.model.reading import Source, SourceState
from fleettui.model.view import MachineView
from tests.lab import ollama_stand_in as lab
from tests.lab.fleet import LabFleet, running_fleet

PATIENCE_S = 60.0


def snapshot(fleet: LabFleet, *flags: str) -> subprocess.CompletedProcess[str]:
    """`fleettui --snapshot` as a user calls it, in an environment without a home."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(fleet.config.parent),
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        [sys.executable, "-m", "fleettui", "--config", str(fleet.config), *flags],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_one_frozen_machine_costs_its_deadline_and_the_others_nothing(tmp_path: Path) -> None:
    with running_fleet(tmp_path, 4) as fleet:
        fleet.servers[2].freeze()
        try:
            done = snapshot(fleet, "--json", "--strict")
        finally:
            fleet.servers[2].thaw()
    assert done.stderr == ""
    assert done.returncode == 4
    machines = {machine["name"]: machine for machine in json.loads(done.stdout)["machines"]}
    assert [machines[name]["state"] for name in fleet.names] == ["ok", "ok", "down", "ok"]
    assert machines["m0"]["system"]["memory_total"] == psutil.virtual_memory().total
    assert machines["m2"]["system"] is None
    assert "no answer" in machines["m2"]["sources"]["system"]["reason"]


def view_of(monitor: Monitor, name: str) -> MachineView:
    return next(view for view in monitor.view().machines if view.name == name)


async def until(monitor: Monitor, holds: Callable[[], bool]) -> None:
    """Wait, bounded, until something is seen to hold after a reading."""
    changed = asyncio.Event()
    end = monitor.subscribe(changed.set)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                changed.clear()
                with_ages = asyncio.create_task(asyncio.sleep(0.5))
                await asyncio.wait(
                    [with_ages, asyncio.create_task(changed.wait())],
                    return_when=asyncio.FIRST_COMPLETED,
                )
    finally:
        end()


async def test_a_live_fleet_sees_a_machine_freeze_and_come_back(tmp_path: Path) -> None:
    with running_fleet(tmp_path, 3, refresh_s=1.0) as fleet:
        monitor = monitor_of(Namespace(config=str(fleet.config)))
        running = asyncio.create_task(monitor.run())

        def states() -> list[SourceState]:
            return [view_of(monitor, name).state for name in fleet.names]

        try:
            await until(monitor, lambda: states() == [SourceState.OK] * 3)
            fleet.servers[1].freeze()
            await until(monitor, lambda: states()[1] in (SourceState.LATE, SourceState.STALE))
            assert view_of(monitor, "m1").system is not None
            assert states()[0] is SourceState.OK
            fleet.servers[1].thaw()
            await until(monitor, lambda: states() == [SourceState.OK] * 3)
            fleet.servers[2].stop()
            await until(monitor, lambda: states()[2] is SourceState.DOWN)
            fleet.servers[2].start()
            await until(monitor, lambda: states() == [SourceState.OK] * 3)
        finally:
            fleet.servers[1].thaw()
            running.cancel()
            await asyncio.wait([running])


BAD_ANSWERS = {
    "endless": lab.endless,
    "huge": lab.huge,
    "silent": lab.silent,
    "drips": lab.drips,
    "hangs_up": lab.hangs_up,
    "html": lab.says(b"<html>It works</html>"),
    "nested": lab.says(b"[" * 200_000),
    "wrong": lab.says(b'{"models": 7}'),
    "nan": lab.says(b'{"models": [{"name": NaN}]}'),
}


async def test_bad_answers_are_said_and_disturb_nobody(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(
                lab.StandIn(behaviour={"/api/ps": bad, "/api/tags": bad, "/api/version": bad})
            )
            for name, bad in BAD_ANSWERS.items()
        }
        good = await stack.enter_async_context(
            lab.StandIn(models=[lab.loaded("qwen3:8b")], installed=[lab.installed("qwen3:8b")])
        )
        urls = {f"m{index}": server.url for index, server in enumerate(servers.values())}
        urls[f"m{len(servers)}"] = good.url
        fleet = stack.enter_context(running_fleet(tmp_path, len(urls), servers=1, ollama=urls))
        monitor = monitor_of(Namespace(config=str(fleet.config)))
        process = psutil.Process()
        before = process.memory_info().rss
        view = await monitor.read_once(6.0)
        grown = process.memory_info().rss - before
        await monitor.close()
    outcome = {
        name: seen.sources[Source.OLLAMA]
        for name, seen in zip([*servers, "good"], view.machines, strict=True)
    }
    assert outcome.pop("good").state is SourceState.OK
    bad = (SourceState.ERROR, SourceState.DOWN)
    assert {name: seen.state in bad for name, seen in outcome.items()} == dict.fromkeys(
        outcome, True
    )
    assert all(seen.reason for seen in outcome.values())
    assert all(m.sources[Source.SYSTEM].state is SourceState.OK for m in view.machines)
    assert grown < 150 * 1024 * 1024


@pytest.mark.parametrize("flags", [("--format", "line"), ("--format", "prometheus"), ()])
def test_every_format_speaks_of_the_real_machines(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with running_fleet(tmp_path, 2) as fleet:
        done = snapshot(fleet, "--snapshot", *flags)
    assert (done.returncode, done.stderr) == (0, "")
    assert "m0" in done.stdout or flags == ("--format", "line")
    assert "lab" in done.stdout
