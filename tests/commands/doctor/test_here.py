from dataclasses import replace

import pytest

from fleettui.commands.doctor.here import Terminal, key_lines, ssh_agent_lines, terminal_lines
from fleettui.commands.doctor.line import Line, State
from fleettui.config.load import parse
from fleettui.model.fleet import Fleet

FINE = Terminal({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "UTF-8", None, True)


def judged(found: Terminal) -> dict[str, Line]:
    return {line.check: line for line in terminal_lines(found)}


def test_a_good_terminal() -> None:
    lines = judged(FINE)
    assert {line.state for line in lines.values()} == {State.OK}
    assert lines["colours"].detail == "16 million"


@pytest.mark.parametrize(
    "environ, check, state",
    [
        ({}, "terminal", State.FAILED),
        ({"TERM": "dumb"}, "terminal", State.FAILED),
        ({"TERM": "vt100"}, "colours", State.WARNING),
        ({"TERM": "xterm-256color"}, "colours", State.OK),
        ({"TERM": "xterm-direct"}, "colours", State.OK),
        ({"TERM": "vt100", "NO_COLOR": "1"}, "colours", State.OK),
    ],
)
def test_poor_terminals(environ: dict[str, str], check: str, state: State) -> None:
    line = judged(replace(FINE, environ=environ))[check]
    assert line.state is state
    assert bool(line.remedy) is (state is not State.OK)


def test_without_a_terminal_only_the_locale_is_judged() -> None:
    lines = judged(replace(FINE, environ={}, is_terminal=False, encoding="ANSI_X3.4-1968"))
    assert lines["terminal"].state is State.SKIPPED
    assert lines["locale"].state is State.WARNING
    assert "UTF-8" in str(lines["locale"].remedy)


def test_tmux_that_hides_the_focus() -> None:
    assert "tmux" not in judged(replace(FINE, focus_events="on"))
    line = judged(replace(FINE, focus_events="off"))["tmux"]
    assert line.state is State.WARNING
    assert "set -g focus-events on" in str(line.remedy)


def fleet(text: str) -> Fleet:
    return parse(text, file="fleet.toml", environ={"HOME": "/home/ada"})


KEYS = """
[[machines]]
name = "box"
ssh = "box"
[providers.openrouter]
key = "cmd:echo sk-very-secret"
[agents.claude]
env = { ANTHROPIC_API_KEY = "env:FLEETTUI_TEST_NO_SUCH_VARIABLE" }
"""


async def test_keys_are_looked_up_and_never_printed() -> None:
    there, missing = await key_lines(fleet(KEYS))
    assert there.state is State.OK
    assert "openrouter" in there.detail
    assert missing.state is State.FAILED
    assert "FLEETTUI_TEST_NO_SUCH_VARIABLE" in missing.detail
    assert missing.remedy == "export FLEETTUI_TEST_NO_SUCH_VARIABLE"
    assert "very-secret" not in repr([there, missing]).replace("echo sk-very-secret", "")


async def test_a_key_that_another_machine_needs_only_warns() -> None:
    lines = await key_lines(fleet(KEYS + '[engine]\nhost = "box"\n'))
    assert [line.state for line in lines] == [State.OK, State.WARNING]


async def test_without_ssh_no_agent_is_needed() -> None:
    assert await ssh_agent_lines(fleet('[[machines]]\nname = "here"\n')) == []
