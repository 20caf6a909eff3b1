"""Asking one machine everything, at the same time and with deadlines."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from fleettui.commands.doctor.facts import MachineFacts, Tool, Try
from fleettui.commands.services import open_line, repos_on
from fleettui.hosts.host import Host, Shell
from fleettui.hosts.open import open_host
from fleettui.model.catalog import AgentSpec
from fleettui.model.clock import Clock
from fleettui.model.errors import AuthRefused, Malformed, ReadError, TimedOut
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine, Platform, Role
from fleettui.model.reading import Source
from fleettui.model.text import clean
from fleettui.probes.loop import load
from fleettui.probes.platform import KnownPlatform

CONNECT_S = 20.0
ANSWER_S = 20.0
"""Seconds for the way to a machine, and then for each question."""

T = TypeVar("T")

_BUILT_IN = "local"
_TOOLS = load("loop.sh") + b"\n" + Path(__file__).with_name("tools.sh").read_bytes()


async def gather(machine: Machine, fleet: Fleet, clock: Clock) -> MachineFacts:
    """What there is to know about a machine. Failures are part of the answer."""
    tries = await asyncio.gather(*(_try(machine, at, fleet, clock) for at in machine.ssh))
    facts = MachineFacts(machine, tuple(tries))
    used = next((tried.address for tried in tries if tried.failure is None), None)
    # Services have their own place on the screen; what is looked at here is the set-up.
    machine = replace(machine, services=(), ssh=(used,) if used else machine.ssh)
    if not facts.reached:
        refused = any(isinstance(tried.failure, AuthRefused) for tried in tries)
        shown = await _identities(machine, fleet) if refused else ()
        direct = tuple(address for address in machine.ollama if address != "ssh")
        facts = replace(facts, identities=shown)
        if not direct:
            return facts
        machine = replace(machine, ollama=direct)
    return await _ask(facts, machine, fleet, clock)


async def _ask(facts: MachineFacts, machine: Machine, fleet: Fleet, clock: Clock) -> MachineFacts:
    line = open_line(machine, fleet, clock=clock)
    programs = _programs(machine, fleet) if facts.reached else {}
    wanted = [*programs.values(), *(("git", "tmux") if _works(machine, fleet) else ())]

    async def read(source: Source) -> Any:
        probe = line.probes.get(source)
        local = source is not Source.OLLAMA
        return None if probe is None or (local and not facts.reached) else await probe.read()

    async def platform() -> Platform | None:
        return await KnownPlatform(line.host, machine)() if facts.reached else None

    async def tools() -> Mapping[str, Tool] | None:
        if not wanted or not facts.reached:
            return None
        known = await KnownPlatform(line.host, machine)()
        return None if known is Platform.WINDOWS else await find_tools(line.host, wanted)

    try:
        found = await asyncio.gather(
            _answer(platform()),
            _answer(read(Source.SYSTEM)),
            _answer(read(Source.OLLAMA)),
            _answer(tools()),
            _answer(read(Source.WORKTREES)),
        )
    finally:
        await asyncio.gather(*(probe.close() for probe in line.probes.values()))
        await line.host.close()
    return replace(
        facts,
        platform=found[0],
        system=found[1],
        ollama=found[2],
        tools=found[3],
        clones=found[4],
        agents=programs,
    )


async def find_tools(host: Host, names: Sequence[str]) -> Mapping[str, Tool]:
    """Look programs up on the PATH of our scripts. Raises ReadError."""
    stdin = "".join(f"{name}\n" for name in names).encode()
    output = await host.run(_TOOLS, stdin=stdin, deadline=ANSWER_S)
    rows = output.stdout.splitlines()
    if len(rows) != len(names):
        raise Malformed("the list of programs cannot be understood")
    return dict(zip(names, map(_tool, rows), strict=True))


def _tool(row: bytes) -> Tool:
    path, _, version = row.partition(b"\t")
    return Tool(clean(path) or None, clean(version, limit=80) or None)


async def _answer(question: Awaitable[T]) -> T | ReadError:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await question
    except TimeoutError:
        return TimedOut(f"no answer within {ANSWER_S:g} s")
    except ReadError as failure:
        return failure


async def _try(machine: Machine, address: str, fleet: Fleet, clock: Clock) -> Try:
    """Connect over one address, and measure the quicker of two more round trips."""
    host = open_host(replace(machine, ssh=(address,)), fleet, clock)
    shell = Shell.POWERSHELL if machine.platform is Platform.WINDOWS else Shell.SH
    shown = clean(address)
    try:
        await _round_trip(host, shell)
        took = []
        for _ in range(2):
            began = clock.monotonic()
            await _round_trip(host, shell)
            took.append(clock.monotonic() - began)
        return Try(shown, min(took) * 1000)
    except ReadError as failure:
        return Try(shown, failure=failure)
    finally:
        await host.close()


async def _round_trip(host: Host, shell: Shell) -> None:
    # A machine without that shell says so in one round trip, too.
    with suppress(Malformed):
        await host.run(b"\n", shell=shell, deadline=CONNECT_S)


async def _identities(machine: Machine, fleet: Fleet) -> tuple[str, ...]:
    """The key files that there were to show."""

    def existing() -> tuple[str, ...]:
        from fleettui.hosts.ssh_settings import read_settings

        found: dict[str, None] = {}
        for address in machine.ssh:
            with suppress(ReadError):
                settings = read_settings(address, fleet.ssh_config)
                found |= dict.fromkeys(clean(path) for path in settings.identities if _is(path))
        return tuple(found)

    return await asyncio.to_thread(existing)


def _is(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:
        return False


def _works(machine: Machine, fleet: Fleet) -> bool:
    """Whether agents may work on the machine."""
    return Role.EXECUTION in machine.roles or bool(repos_on(machine, fleet))


def _programs(machine: Machine, fleet: Fleet) -> dict[str, str]:
    """The agents of fleet.toml that may work there, and what starts each."""
    if not _works(machine, fleet):
        return {}
    found = {agent.name: _program(agent) for agent in fleet.agents}
    return {name: program for name, program in found.items() if program}


def _program(agent: AgentSpec) -> str:
    """The first word of its command; empty where nothing can be looked up beforehand."""
    if agent.langgraph or agent.name == _BUILT_IN:
        return ""
    program = agent.command[0] if agent.command else agent.name
    relative = "/" in program and not program.startswith("/")
    return "" if relative or "{" in program else program
