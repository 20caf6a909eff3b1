"""Judging this computer: the terminal, the keys that fleet.toml names, the SSH agent."""

import asyncio
import locale
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from fleettui.commands.doctor.line import Line, State
from fleettui.commands.output import is_terminal
from fleettui.config.secrets import Reference, resolve
from fleettui.config.words import is_reference
from fleettui.model.errors import ConfigError, OperationFailed
from fleettui.model.fleet import Fleet
from fleettui.model.text import clean

_SECRET_S = 10.0
_TMUX_S = 2.0
_COLOURFUL = ("truecolor", "24bit")


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the environment tells; `focus_events` is tmux's option, None outside of tmux."""

    environ: Mapping[str, str]
    encoding: str
    focus_events: str | None
    is_terminal: bool


def read_terminal() -> Terminal:
    """Look around. Blocks for a moment inside tmux."""
    return Terminal(
        environ=dict(os.environ),
        encoding=locale.getpreferredencoding(False),
        focus_events=_focus_events(os.environ),
        is_terminal=is_terminal(sys.stdout),
    )


def terminal_lines(found: Terminal) -> Iterator[Line]:
    """Whether the dashboard will look and behave as it should."""
    term = found.environ.get("TERM", "")
    if term in ("", "dumb") and found.is_terminal:
        detail = f"TERM is {term}" if term else "TERM is not set"
        remedy = "use a terminal emulator that sets TERM, or export TERM=xterm-256color"
        yield Line(None, "terminal", State.FAILED, detail, remedy)
    elif not found.is_terminal:
        yield Line(None, "terminal", State.SKIPPED, "standard output is no terminal")
    else:
        yield Line(None, "terminal", State.OK, clean(term))
        yield _colours(found.environ, term)
    yield _locale(found.encoding)
    if found.focus_events == "off":
        remedy = "tmux set -g focus-events on, and the same line (set -g …) in ~/.tmux.conf"
        detail = "tmux does not tell when the dashboard is looked at: focus-events is off"
        yield Line(None, "tmux", State.WARNING, detail, remedy)


def _colours(environ: Mapping[str, str], term: str) -> Line:
    if environ.get("NO_COLOR"):
        return Line(None, "colours", State.OK, "none, as NO_COLOR asks")
    if environ.get("COLORTERM") in _COLOURFUL or term.endswith("-direct"):
        return Line(None, "colours", State.OK, "16 million")
    if "256color" in term:
        return Line(None, "colours", State.OK, "256; COLORTERM=truecolor allows more")
    remedy = "export COLORTERM=truecolor where the terminal can do that"
    return Line(None, "colours", State.WARNING, f"{clean(term)} promises few", remedy)


def _locale(encoding: str) -> Line:
    if encoding.lower().replace("-", "") == "utf8":
        return Line(None, "locale", State.OK, "UTF-8")
    remedy = "export LC_ALL=C.UTF-8, or another locale that ends in UTF-8"
    return Line(None, "locale", State.WARNING, f"{clean(encoding)} lacks our signs", remedy)


def _focus_events(environ: Mapping[str, str]) -> str | None:
    if "TMUX" not in environ:
        return None
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(
            ["tmux", "show-options", "-gv", "focus-events"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TMUX_S,
            check=True,
        )
        return told.stdout.decode("utf-8", "replace").strip()
    return None


async def key_lines(fleet: Fleet) -> list[Line]:
    """Whether each secret that fleet.toml names can be had here; none is ever printed."""
    wanted = dict(_references(fleet))
    return list(await asyncio.gather(*(_key(fleet, *each) for each in wanted.items())))


def _references(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """Each reference with what needs it."""
    for provider in fleet.providers:
        if provider.key:
            yield provider.key, f"provider {provider.name}"
    for agent in fleet.agents:
        for value in agent.env.values():
            if is_reference(value):
                yield value, f"agent {agent.name}"
    if fleet.engine.url and is_reference(fleet.engine.url):
        yield fleet.engine.url, "the engine"


async def _key(fleet: Fleet, text: str, user: str) -> Line:
    try:
        reference = Reference.parse(text)
        await resolve(reference, deadline=_SECRET_S)
    except (OperationFailed, ConfigError) as failure:
        # A secret is looked up on the machine that uses it, which may be another one.
        engine = fleet.engine.host
        elsewhere = engine is not None and not _is_here(fleet, engine)
        state = State.WARNING if elsewhere else State.FAILED
        detail = f"{user}: {failure.text}" + (f"; {engine} needs it" if elsewhere else "")
        return Line(None, "keys", state, detail, failure.remedy or f"correct {text.split(':')[0]}:")
    return Line(None, "keys", State.OK, f"{user}: {reference} gives one")


def _is_here(fleet: Fleet, name: str) -> bool:
    machine = fleet.machine(name)
    return machine is not None and machine.local


async def ssh_agent_lines(fleet: Fleet) -> list[Line]:
    """Whether the SSH agent that the environment names is alive, where SSH is used at all."""
    if all(machine.local for machine in fleet.machines):
        return []
    from fleettui.hosts.ssh_agent import find_agent

    named = os.environ.get("SSH_AUTH_SOCK", "")
    found = await asyncio.to_thread(find_agent)
    if found:
        other = "" if found == named else ", though SSH_AUTH_SOCK names one that is gone"
        return [Line(None, "ssh-agent", State.OK, f"answers at {clean(found)}{other}")]
    if not named:
        return [Line(None, "ssh-agent", State.SKIPPED, "none; the key files are used")]
    remedy = 'eval "$(ssh-agent)" and ssh-add, or unset SSH_AUTH_SOCK'
    return [Line(None, "ssh-agent", State.WARNING, f"{clean(named)} does not answer", remedy)]
