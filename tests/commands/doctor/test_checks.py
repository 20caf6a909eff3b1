from collections.abc import Sequence

import pytest

from fleettui.commands.doctor.checks import agents_lines, machine_lines
from fleettui.commands.doctor.facts import MachineFacts, Tool, Try
from fleettui.commands.doctor.line import CHECKS, Line, State
from fleettui.model.errors import (
    AuthRefused,
    HostKeyChanged,
    HostKeyUnknown,
    Malformed,
    ProxyDown,
    ReadError,
    SourceAbsent,
    SourceBusy,
    TimedOut,
    Unreachable,
)
from fleettui.model.machine import Machine, Platform
from fleettui.model.ollama import Ollama
from fleettui.model.system import System
from fleettui.model.worktree import Worktree

BOX = Machine("box", ssh=("lan", "tailnet"), ollama=("http://box:11434",), models=("a:1", "b:2"))
DISK = 500 * 10**9


def facts(**changes: object) -> MachineFacts:
    """A machine with nothing wrong."""
    given: dict[str, object] = {
        "machine": BOX,
        "tries": (Try("lan", 3.0), Try("tailnet", 9.0)),
        "platform": Platform.MACOS,
        "system": System(Platform.MACOS, disk_free=DISK // 2, disk_total=DISK, clock_skew_s=0.0),
        "ollama": Ollama(version="0.32.4", missing=(), address="http://box:11434"),
        "tools": {
            "git": Tool("/usr/bin/git", "git version 2.50.1 (Apple Git-155)"),
            "tmux": Tool("/opt/homebrew/bin/tmux", "tmux 3.5a"),
            "claude": Tool("/opt/homebrew/bin/claude"),
        },
        "clones": (Worktree("app", "/src/app", branch="main"),),
        "agents": {"claude": "claude"},
    }
    return MachineFacts(**given | changes)  # type: ignore[arg-type]  # the caller knows the fields


def lines_of(*everyone: MachineFacts) -> list[Line]:
    lines = [line for each in everyone for line in machine_lines(each)]
    return [*lines, *agents_lines(everyone)]


def states(lines: Sequence[Line], check: str) -> list[State]:
    return [line.state for line in lines if line.check == check]


def one(lines: Sequence[Line], check: str) -> Line:
    (line,) = [line for line in lines if line.check == check]
    return line


def test_a_fine_machine_has_only_fine_lines() -> None:
    lines = lines_of(facts())
    assert {line.state for line in lines} == {State.OK}
    assert {line.machine for line in lines} == {"box"}
    assert [line.check for line in lines] == [
        "reachability",
        "host-key",
        "login",
        "latency",
        "platform",
        "clock",
        "disk",
        "ollama",
        "models",
        "git",
        "tmux",
        "repos",
        "agents",
    ]


def test_the_second_address_is_used_and_the_first_is_told() -> None:
    lines = lines_of(facts(tries=(Try("lan", failure=Unreachable("no route")), Try("tailnet", 9))))
    fine, spare = [line for line in lines if line.check == "reachability"]
    assert (fine.state, fine.detail) == (State.OK, "tailnet answers")
    assert spare.state is State.WARNING
    assert "lan fails: no route; tailnet is used" in spare.detail
    assert "take lan out" in str(spare.remedy)


def test_a_slow_machine_is_told_but_not_for_the_start_of_powershell() -> None:
    slow = (Try("lan", 900.0),)
    assert states(lines_of(facts(tries=slow)), "latency") == [State.WARNING]
    msi = Machine("msi", ssh=("msi",), platform=Platform.WINDOWS)
    assert states(lines_of(facts(machine=msi, tries=slow)), "latency") == [State.OK]


@pytest.mark.parametrize(
    "failure, check, states_before",
    [
        (Unreachable("lan refuses the connection"), "reachability", {}),
        (TimedOut("lan does not answer"), "reachability", {}),
        (ReadError("the SSH configuration cannot be used"), "reachability", {}),
        (ProxyDown("the proxy refuses", "start it"), "proxy", {"reachability": "skipped"}),
        (HostKeyUnknown("not known (SHA256:x)"), "host-key", {"reachability": "ok"}),
        (
            HostKeyChanged("another key (SHA256:y)", "remove f:3", known="SHA256:x", shown="y"),
            "host-key",
            {"reachability": "ok", "login": "skipped"},
        ),
        (AuthRefused("refused"), "login", {"reachability": "ok", "host-key": "ok"}),
    ],
)
def test_a_closed_way_fails_in_its_own_line_and_everything_behind_it_is_skipped(
    failure: ReadError, check: str, states_before: dict[str, str]
) -> None:
    closed = MachineFacts(BOX, tuple(Try(at, failure=failure) for at in BOX.ssh))
    lines = lines_of(closed)
    failed = [line for line in lines if line.state is State.FAILED]
    assert [line.check for line in failed] == [check]
    assert failed[0].detail.startswith(failure.text)
    assert failed[0].remedy
    for name, state in states_before.items():
        assert states(lines, name) == [State(state)]
    for name in ("platform", "clock", "disk", "ollama"):
        assert states(lines, name) == [State.SKIPPED]


def test_host_keys_are_told_with_both_fingerprints_and_the_place() -> None:
    changed = HostKeyChanged("it shows SHA256:new", "remove /k:7, then …", known="SHA256:old")
    line = one(lines_of(MachineFacts(BOX, (Try("lan", failure=changed),))), "host-key")
    assert "SHA256:new" in line.detail
    assert "SHA256:old" in line.detail
    assert line.remedy == "remove /k:7, then …"
    unknown = HostKeyUnknown("it shows SHA256:new", fingerprint="SHA256:new")
    line = one(lines_of(MachineFacts(BOX, (Try("lan", failure=unknown),))), "host-key")
    assert str(line.remedy).endswith("then fleettui doctor box --trust")


def test_the_most_telling_of_several_failures_is_told() -> None:
    tries = (Try("lan", failure=Unreachable("gone")), Try("t", failure=AuthRefused("no", "mend")))
    lines = lines_of(MachineFacts(BOX, tries, identities=("~/.ssh/id_a", "~/.ssh/id_b")))
    assert one(lines, "login").detail == "no; shown: ~/.ssh/id_a, ~/.ssh/id_b"
    assert one(lines, "login").remedy == "mend"


@pytest.mark.parametrize(
    "free, state",
    [(0.5, State.OK), (0.10, State.OK), (0.09, State.WARNING), (0.02, State.FAILED)],
)
def test_room_on_the_disk(free: float, state: State) -> None:
    system = System(Platform.LINUX, disk_free=int(free * DISK), disk_total=DISK)
    line = one(lines_of(facts(system=system)), "disk")
    assert line.state is state
    assert (line.remedy is None) is (state is State.OK)


@pytest.mark.parametrize(
    "skew, state, words",
    [
        (0.0, State.OK, "the same"),
        (-12.0, State.OK, "within 30 s"),
        (90.0, State.WARNING, "1m 30s ahead of ours"),
        (-7200.0, State.WARNING, "2h behind ours"),
        (None, State.SKIPPED, "not read"),
    ],
)
def test_the_clock(skew: float | None, state: State, words: str) -> None:
    line = one(lines_of(facts(system=System(Platform.MACOS, clock_skew_s=skew))), "clock")
    assert line.state is state
    assert words in line.detail


@pytest.mark.parametrize(
    "answer, state",
    [
        (Ollama(version="0.32.4"), State.OK),
        (Ollama(version="0.10.0"), State.OK),
        (Ollama(version="0.9.6"), State.WARNING),
        (Ollama(version="0.0.0"), State.OK),
        (Ollama(), State.OK),
        (SourceBusy("loading"), State.OK),
        (SourceAbsent("none here"), State.SKIPPED),
        (Unreachable("refused"), State.FAILED),
        (Malformed("no HTTP"), State.FAILED),
        (None, State.SKIPPED),
    ],
)
def test_ollama(answer: Ollama | ReadError | None, state: State) -> None:
    line = one(lines_of(facts(ollama=answer)), "ollama")
    assert line.state is state
    assert (line.remedy is None) is (state in (State.OK, State.SKIPPED))


def test_each_missing_model_has_the_command_that_gets_it() -> None:
    lines = lines_of(facts(ollama=Ollama(version="0.32.4", missing=("a:1", "b:2"))))
    missing = [line for line in lines if line.check == "models"]
    assert [line.state for line in missing] == [State.FAILED] * 2
    assert [line.remedy for line in missing] == ["ollama pull a:1", "ollama pull b:2"]


def test_git_must_be_there_and_new_enough() -> None:
    old = {"git": Tool("/usr/bin/git", "git version 2.30.2"), "tmux": Tool(None)}
    lines = lines_of(facts(tools=old, agents={}))
    assert states(lines, "git") == states(lines, "tmux") == [State.FAILED]
    assert one(lines, "git").remedy == "install git 2.39 or newer"


def test_an_agent_that_is_nowhere_fails_and_one_that_is_elsewhere_warns() -> None:
    other = facts(machine=Machine("other", ssh=("o",)), tools={"claude": Tool(None)})
    alone = agents_lines([other])
    assert [line.state for line in alone] == [State.FAILED]
    both = list(agents_lines([facts(), other]))
    assert [line.state for line in both] == [State.OK, State.WARNING]
    assert "[agents.claude]" in str(both[1].remedy)


def test_clones_that_are_no_repositories_fail() -> None:
    clones = (
        Worktree("app", "/src/app", branch="main"),
        Worktree("web", "/src/web", problem="there is no such folder"),
    )
    lines = [line for line in lines_of(facts(clones=clones)) if line.check == "repos"]
    assert [(line.state, line.detail) for line in lines] == [
        (State.FAILED, "web: /src/web: there is no such folder"),
        (State.OK, "app: a git repository"),
    ]


def test_what_was_asked_in_vain_fails_with_the_reason() -> None:
    late = TimedOut("no answer within 20 s")
    lines = lines_of(facts(system=late, tools=late, clones=late, platform=late))
    for check in ("platform", "clock", "disk", "git", "tmux", "repos", "agents"):
        assert states(lines, check) == [State.FAILED]


def test_windows_is_not_asked_for_programs() -> None:
    lines = lines_of(facts(tools=None, clones=None))
    assert states(lines, "agents") == [State.SKIPPED]
    assert states(lines, "git") == []


@pytest.mark.parametrize(
    "failure",
    [None, Unreachable("x"), AuthRefused("x"), HostKeyUnknown("x"), HostKeyChanged("x")],
)
def test_every_line_that_is_not_fine_says_how_to_mend_it(failure: ReadError | None) -> None:
    tries = (Try("lan", None if failure else 1.0, failure),)
    bad = Malformed("makes no sense")
    for each in (
        facts(tries=tries, system=bad, ollama=bad, tools=bad, clones=bad, platform=bad),
        MachineFacts(BOX, tries),
        MachineFacts(Machine("here"), system=bad, ollama=bad),
    ):
        for line in lines_of(each):
            assert line.check in CHECKS
            mendable = line.state in (State.FAILED, State.WARNING)
            assert bool(line.remedy) is mendable, line
