"""Judging the way to a machine: addresses, proxy, host key and login. Pure."""

from collections.abc import Iterator

from fleettui.commands.doctor.facts import MachineFacts
from fleettui.commands.doctor.line import Line, State
from fleettui.hosts.addresses import most_telling
from fleettui.model import fmt
from fleettui.model.errors import HostKeyChanged, HostKeyUnknown, ReadError
from fleettui.model.machine import Machine, Platform
from fleettui.model.reading import SourceState
from fleettui.model.text import clean

SLOW_MS = 400.0
"""Milliseconds; a round trip above this makes the screens of a machine feel slow."""

_ANSWERED = (SourceState.HOSTKEY, SourceState.AUTH)
"""How a machine fails that is there, but not open to us."""


def reach_lines(facts: MachineFacts) -> Iterator[Line]:
    """Whether and how the machine is reached."""
    name = facts.machine.name
    if facts.machine.local:
        yield Line(name, "reachability", State.OK, "this computer")
        return
    used = next((tried for tried in facts.tries if tried.failure is None), None)
    if used is None:
        yield from _closed(facts, most_telling([t.failure for t in facts.tries if t.failure]))
        return
    yield Line(name, "reachability", State.OK, f"{used.address} answers")
    yield from _spare(facts, used.address)
    if facts.machine.proxy:
        yield Line(name, "proxy", State.OK, f"through {facts.machine.proxy}")
    yield Line(name, "host-key", State.OK, "known")
    yield Line(name, "login", State.OK, "our key is accepted")
    yield _latency(facts.machine, used.latency_ms)


def _spare(facts: MachineFacts, used: str) -> Iterator[Line]:
    """The other addresses, where they fail: something to know, as long as one works."""
    for tried in facts.tries:
        if tried.failure is not None:
            detail = f"{tried.address} fails: {tried.failure.text}; {used} is used"
            remedy = tried.failure.remedy or f"take {tried.address} out of ssh in fleet.toml"
            yield Line(facts.machine.name, "reachability", State.WARNING, detail, remedy)


def _latency(machine: Machine, milliseconds: float | None) -> Line:
    if milliseconds is None:
        return Line(machine.name, "latency", State.SKIPPED, "not measured")
    detail = f"{fmt.latency(milliseconds)} for one command"
    # PowerShell alone takes a second to start, and only once for each screen.
    if milliseconds <= SLOW_MS or machine.platform is Platform.WINDOWS:
        return Line(machine.name, "latency", State.OK, detail)
    remedy = "list a nearer address first in ssh in fleet.toml, or use a wired network"
    return Line(machine.name, "latency", State.WARNING, detail, remedy)


def _closed(facts: MachineFacts, failure: ReadError) -> Iterator[Line]:
    name, state = facts.machine.name, failure.state
    if state is SourceState.PROXY:
        yield Line(name, "reachability", State.SKIPPED, "the proxy stands before it")
        remedy = failure.remedy or "look at the proxy, or take it out of fleet.toml"
        yield Line(name, "proxy", State.FAILED, failure.text, remedy)
        return
    if state not in _ANSWERED:
        yield Line(name, "reachability", State.FAILED, failure.text, _way_to(facts, failure))
        return
    yield Line(name, "reachability", State.OK, "it answers")
    if facts.machine.proxy:
        yield Line(name, "proxy", State.OK, f"through {facts.machine.proxy}")
    if state is SourceState.HOSTKEY:
        yield _host_key(name, failure)
        yield Line(name, "login", State.SKIPPED, "its host key is not trusted")
        return
    yield Line(name, "host-key", State.OK, "known")
    yield _login(facts, failure)


def _way_to(facts: MachineFacts, failure: ReadError) -> str:
    if failure.remedy:
        return failure.remedy
    address = clean(facts.machine.ssh[0])
    return f"switch it on or correct its ssh in fleet.toml; ssh -v {address} shows more"


def _host_key(name: str, failure: ReadError) -> Line:
    detail, remedy = failure.text, failure.remedy
    if isinstance(failure, HostKeyChanged) and failure.known:
        detail = f"{detail}, {failure.known}"
    if isinstance(failure, HostKeyUnknown):
        remedy = (
            "compare it there (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), "
            f"then fleettui doctor {name} --trust"
        )
    remedy = remedy or f"look at the lines of {name} in your known hosts"
    return Line(name, "host-key", State.FAILED, detail, remedy)


def _login(facts: MachineFacts, failure: ReadError) -> Line:
    shown = ", ".join(facts.identities)
    detail = f"{failure.text}; shown: {shown}" if shown else failure.text
    remedy = failure.remedy or f"ssh-copy-id {clean(facts.machine.ssh[0])}"
    return Line(facts.machine.name, "login", State.FAILED, detail, remedy)
