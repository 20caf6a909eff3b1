"""Judging what was found out about a machine. Pure: facts in, lines out."""

import re
from collections.abc import Iterator, Mapping, Sequence

from fleettui.commands.doctor.facts import MachineFacts, Tool
from fleettui.commands.doctor.line import Line, State
from fleettui.commands.doctor.reach import reach_lines
from fleettui.fleet.alerts import DISK_CRITICAL, DISK_WARNING, SKEW_WARNING_S
from fleettui.model import fmt
from fleettui.model.errors import ReadError, SourceAbsent, SourceBusy
from fleettui.model.machine import Platform
from fleettui.model.ollama import Ollama
from fleettui.model.system import System

LEAST_GIT = (2, 39)
OLD_OLLAMA = (0, 10)
"""Before this, Ollama does not tell the context length of a loaded model."""

_NUMBERS = re.compile(r"(\d{1,6})\.(\d{1,6})")
_AWAY = "not asked: there is no login"

INSTALL = {"git": "install git there", "tmux": "install tmux there: agents run in it"}


def machine_lines(facts: MachineFacts) -> Iterator[Line]:
    """Every line about one machine but that about its agents."""
    yield from reach_lines(facts)
    yield from _platform(facts)
    yield from _system(facts)
    yield from _ollama(facts)
    yield from _tools(facts)
    yield from _repos(facts)


def agents_lines(everyone: Sequence[MachineFacts]) -> Iterator[Line]:
    """Which agents are installed where; one that is nowhere has failed."""
    asked = [facts for facts in everyone if facts.agents and isinstance(facts.tools, Mapping)]
    found = {
        agent
        for facts in asked
        for agent, program in facts.agents.items()
        if _tool(facts, program).path is not None
    }
    for facts in everyone:
        if facts.agents and facts not in asked:
            yield _unasked(facts, "agents", facts.tools)
    for facts in asked:
        for agent, program in facts.agents.items():
            yield _agent(facts, agent, program, elsewhere=agent in found)


def _agent(facts: MachineFacts, agent: str, program: str, *, elsewhere: bool) -> Line:
    name, path = facts.machine.name, _tool(facts, program).path
    if path is not None:
        return Line(name, "agents", State.OK, f"{agent}: {path}")
    state = State.WARNING if elsewhere else State.FAILED
    remedy = f"install {program} there, or write its full path in [agents.{agent}] command"
    return Line(name, "agents", state, f"{agent}: {program} is not on the PATH", remedy)


def _platform(facts: MachineFacts) -> Iterator[Line]:
    name, platform = facts.machine.name, facts.platform
    if isinstance(platform, Platform):
        yield Line(name, "platform", State.OK, platform.value)
    elif not facts.reached or platform is None:
        yield Line(name, "platform", State.SKIPPED, _AWAY)
    else:
        remedy = platform.remedy or "set platform for this machine in fleet.toml"
        yield Line(name, "platform", State.FAILED, platform.text, remedy)


def _system(facts: MachineFacts) -> Iterator[Line]:
    system = facts.system
    if isinstance(system, System):
        if not facts.machine.local:
            yield _clock(facts.machine.name, system.clock_skew_s)
        yield _disk(facts.machine.name, system)
    else:
        yield _unasked(facts, "clock", system)
        yield _unasked(facts, "disk", system)


def _clock(name: str, skew: float | None) -> Line:
    if skew is None:
        return Line(name, "clock", State.SKIPPED, "not read")
    if abs(skew) <= SKEW_WARNING_S:
        detail = f"within {SKEW_WARNING_S:g} s of ours" if skew else "the same as ours"
        return Line(name, "clock", State.OK, detail)
    side = "ahead of" if skew > 0 else "behind"
    detail = f"{fmt.age(abs(skew))} {side} ours"
    return Line(name, "clock", State.WARNING, detail, "switch on network time, on both")


def _disk(name: str, system: System) -> Line:
    if system.disk_free is None or not system.disk_total:
        return Line(name, "disk", State.SKIPPED, "not read")
    share = system.disk_free / system.disk_total
    detail = f"{fmt.size(system.disk_free)} of {fmt.size(system.disk_total)} free"
    if share >= DISK_WARNING:
        return Line(name, "disk", State.OK, detail)
    state = State.FAILED if share < DISK_CRITICAL else State.WARNING
    remedy = "make room: ollama rm removes models, git worktree prune old worktrees"
    return Line(name, "disk", state, detail, remedy)


def _ollama(facts: MachineFacts) -> Iterator[Line]:
    name, answer = facts.machine.name, facts.ollama
    if isinstance(answer, Ollama):
        yield _version(name, answer)
        yield from _models(facts, answer)
    elif isinstance(answer, SourceAbsent):
        yield Line(name, "ollama", State.SKIPPED, answer.text)
    elif isinstance(answer, SourceBusy):
        yield Line(name, "ollama", State.OK, answer.text)
    elif answer is not None:
        remedy = answer.remedy or "start it there (ollama serve), or correct ollama in fleet.toml"
        yield Line(name, "ollama", State.FAILED, answer.text, remedy)
    elif facts.machine.ollama:
        yield Line(name, "ollama", State.SKIPPED, _AWAY)


def _version(name: str, answer: Ollama) -> Line:
    where = f" at {answer.address}" if answer.address else ""
    if answer.version is None:
        return Line(name, "ollama", State.OK, f"answers{where}, but tells no version")
    detail = f"{answer.version}{where}"
    version = _numbers(answer.version)
    # Builds from source call themselves 0.0.0.
    if version is None or version == (0, 0) or version >= OLD_OLLAMA:
        return Line(name, "ollama", State.OK, detail)
    remedy = "update it: before 0.10 it does not tell the context length of its models"
    return Line(name, "ollama", State.WARNING, detail, remedy)


def _models(facts: MachineFacts, answer: Ollama) -> Iterator[Line]:
    name, wanted = facts.machine.name, facts.machine.models
    if not wanted:
        return
    if answer.missing is None:
        yield Line(name, "models", State.SKIPPED, "the list of installed models was not read")
    elif not answer.missing:
        yield Line(name, "models", State.OK, f"{fmt.plural(len(wanted), 'model')} as expected")
    for model in answer.missing or ():
        yield Line(name, "models", State.FAILED, f"{model} is missing", f"ollama pull {model}")


def _tools(facts: MachineFacts) -> Iterator[Line]:
    wanted = [name for name in INSTALL if isinstance(facts.tools, Mapping) and name in facts.tools]
    for program in wanted:
        yield tool_line(facts.machine.name, program, _tool(facts, program))
    if facts.tools is not None and not isinstance(facts.tools, Mapping):
        for program in INSTALL:
            yield _unasked(facts, program, facts.tools)


def tool_line(machine: str | None, program: str, tool: Tool) -> Line:
    """Whether git or tmux is there, and new enough."""
    if tool.path is None:
        return Line(machine, program, State.FAILED, "not installed", INSTALL[program])
    version = _numbers(tool.version or "")
    if program == "git" and version is not None and version < LEAST_GIT:
        least = ".".join(map(str, LEAST_GIT))
        detail = f"{tool.version}, and {least} is needed"
        return Line(machine, program, State.FAILED, detail, f"install git {least} or newer")
    return Line(machine, program, State.OK, tool.version or tool.path)


def _repos(facts: MachineFacts) -> Iterator[Line]:
    name, clones = facts.machine.name, facts.clones
    if clones is None or isinstance(clones, ReadError):
        if clones is not None:
            yield _unasked(facts, "repos", clones)
        return
    broken = [tree for tree in clones if tree.problem is not None and tree.branch is None]
    for tree in broken:
        remedy = f"git clone {tree.repo} there, git worktree prune, or correct fleet.toml"
        detail = f"{tree.repo}: {tree.path}: {tree.problem}"
        yield Line(name, "repos", State.FAILED, detail, remedy)
    for repo in sorted({tree.repo for tree in clones if tree not in broken}):
        yield Line(name, "repos", State.OK, f"{repo}: a git repository")


def _unasked(facts: MachineFacts, check: str, failure: object) -> Line:
    """A check that could not be made: skipped where another line already says why."""
    name = facts.machine.name
    if not facts.reached:
        return Line(name, check, State.SKIPPED, _AWAY)
    if not isinstance(failure, ReadError):
        return Line(name, check, State.SKIPPED, "not looked at on this platform")
    remedy = failure.remedy or f"fleettui doctor {name} again; the machine may be overloaded"
    return Line(name, check, State.FAILED, failure.text, remedy)


def _tool(facts: MachineFacts, program: str) -> Tool:
    tools = facts.tools
    return tools.get(program, Tool(None)) if isinstance(tools, Mapping) else Tool(None)


def _numbers(version: str) -> tuple[int, int] | None:
    found = _NUMBERS.search(version)
    return (int(found[1]), int(found[2])) if found else None
