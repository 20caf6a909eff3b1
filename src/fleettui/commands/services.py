"""The composition root: builds hosts, probes and services from the configuration.

Nothing else knows how the parts fit together; commands and screens get what is built here.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fleettui.config.load import find, load, this_machine
from fleettui.fleet.monitor import Monitor
from fleettui.fleet.watched import Line
from fleettui.hosts.open import open_host
from fleettui.model.clock import Clock
from fleettui.model.reading import Source
from fleettui.probes.platform import KnownPlatform
from fleettui.probes.system import SystemProbe

if TYPE_CHECKING:
    from fleettui.fleet.monitor import Configuration
    from fleettui.hosts.host import Host
    from fleettui.model.fleet import Fleet
    from fleettui.model.machine import Machine
    from fleettui.model.repo import Repo
    from fleettui.probes.ollama import OllamaProbe
    from fleettui.probes.probe import Probe
    from fleettui.review.desks import Places
    from fleettui.review.intake.fetch import CloneAt
    from fleettui.review.service import Review

OLLAMA_HERE = "http://127.0.0.1:11434"
"""Where `ollama = "ssh"` goes, seen from the machine itself; also the Host header it expects."""


def configured(args: argparse.Namespace) -> "tuple[Fleet, Path | None]":
    """The fleet that the command line means, and its file. Raises ConfigError."""
    path = find(args.config)
    return (this_machine(), None) if path is None else (load(path), path)


def monitor_of(args: argparse.Namespace) -> Monitor:
    """What reads the fleet that the command line means. Raises ConfigError."""
    return monitor_for(configured(args)[0])


def monitor_for(fleet: "Fleet", *, configuration: "Configuration | None" = None) -> Monitor:
    """What reads that fleet, and takes over what `configuration` finds changed."""
    clock = Clock()
    opened = partial(open_line, clock=clock)
    return Monitor(fleet, opened, clock=clock, configuration=configuration)


@asynccontextmanager
async def open_fleet(args: argparse.Namespace) -> AsyncIterator[Monitor]:
    """The fleet for readings on demand; its connections end with the block."""
    monitor = monitor_of(args)
    try:
        yield monitor
    finally:
        await asyncio.shield(monitor.close())


@asynccontextmanager
async def open_review(args: argparse.Namespace) -> "AsyncIterator[Review]":
    """What waits for review, for one command; its connections end with the block."""
    review = review_for(configured(args)[0])
    try:
        await review.open()
        yield review
    finally:
        await asyncio.shield(review.close())


def review_for(fleet: "Fleet") -> "Review":
    """The review of that fleet's repositories. Connects nothing yet."""
    from fleettui.review.desks import Desks
    from fleettui.review.service import Review

    state_dir = Path(fleet.state_dir)
    return Review(
        lambda changed: Desks(
            fleet.repos, places_of(fleet), state_dir, changed, ssh_config=fleet.ssh_config
        )
    )


def places_of(fleet: "Fleet") -> "Places":
    """The clones of a repository that agents work in.

    Branches are read over connections of their own, so that a large one holds up no reading.
    """
    clock = Clock()
    hosts: dict[str, Host] = {}

    def host_of(machine: "Machine") -> "Host | None":
        if machine.local:
            return None
        if machine.name not in hosts:
            hosts[machine.name] = open_host(machine, fleet, clock)
        return hosts[machine.name]

    def places(repo: "Repo") -> "tuple[CloneAt, ...]":
        from fleettui.review.intake.fetch import CloneAt

        # Agents' branches in the user's own clone are those of this machine.
        paths = {
            machine.name: repo.clones.get(machine.name) or (repo.path if machine.local else None)
            for machine in fleet.machines
        }
        return tuple(
            CloneAt(machine.name, path, host_of(machine), machine.platform)
            for machine in fleet.machines
            if (path := paths[machine.name]) is not None
        )

    return places


def open_line(machine: "Machine", fleet: "Fleet", *, clock: Clock) -> Line:
    """The way to a machine and everything that is asked over it. Connects nothing yet."""
    host = open_host(machine, fleet, clock)
    platform = KnownPlatform(host, machine)
    probes: dict[Source, Probe[Any]] = {
        Source.SYSTEM: SystemProbe(host, machine, clock, platform=platform)
    }
    if machine.ollama:
        probes[Source.OLLAMA] = _ollama(machine, host, clock)
    if machine.services:
        from fleettui.probes.services import ServicesProbe

        probes[Source.SERVICES] = ServicesProbe(host, machine, platform=platform)
    repos = repos_on(machine, fleet)
    if repos:
        from fleettui.probes.worktrees import WorktreesProbe

        probes[Source.WORKTREES] = WorktreesProbe(host, machine, repos, platform=platform)
    return Line(host=host, probes=probes)


def repos_on(machine: "Machine", fleet: "Fleet") -> "tuple[Repo, ...]":
    """The repositories that have a clone on the machine."""
    return tuple(repo for repo in fleet.repos if machine.local or machine.name in repo.clones)


def _ollama(machine: "Machine", host: "Host", clock: Clock) -> "OllamaProbe":
    from fleettui.hosts.http import HttpAddress, HttpReader
    from fleettui.probes.ollama import OllamaProbe

    addresses = [
        HttpAddress(OLLAMA_HERE, through=host, shown="ssh")
        if address == "ssh"
        else HttpAddress(address, shown=address)
        for address in machine.ollama
    ]
    return OllamaProbe(machine, HttpReader(addresses, proxy=machine.proxy, clock=clock), clock)
