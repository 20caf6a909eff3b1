"""Which processes are agents."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleettui.git.safety import shell_function
from fleettui.model.worktree import AgentState
from fleettui.probes.agents_guess import Guess, agent_in, agent_of, guesses, shell_functions
from fleettui.probes.loop import Loop, load
from fleettui.probes.worktrees_wire import fields
from tests.probes.shells import SHELLS, ShellHost


@pytest.mark.parametrize(
    "name, script, agent",
    [
        (b"claude", b"", "claude"),
        (b"node", b"/usr/local/bin/claude", "claude"),
        (b"node", b"/x/node_modules/@anthropic-ai/claude-code/cli.js", "claude"),
        (b"MainThread", b"/x/node_modules/@openai/codex/bin/codex.js", "codex"),
        (b"node", b"/x/gemini-cli/dist/index.js", "gemini"),
        (b"python3", b"aider", "aider"),
        (b"python3", b"aider.main", "aider"),
        (b"python3.12", b"/home/a/.local/bin/mini", "mini"),
        (b"python3", b"minisweagent.run.mini", "mini"),
        (b"node", b"/srv/app/server.js", None),
        (b"node", b"", None),
        (b"python3", b"/home/claudette/x.py", None),
        (b"python3", b"-\xff\x00", None),
    ],
)
def test_names(name: bytes, script: bytes, agent: str | None) -> None:
    assert agent_of(name, script) == agent


def test_a_mac_tells_with_ps_and_lsof() -> None:
    told = guesses(
        [
            *(b"ps", b"501", b"Nov 21 12:43:00 2026", b"S+", b"claude", b""),
            *(b"ps", b"502", b"Nov  1 02:03:04 2026", b"T", b"node", b"/opt/homebrew/bin/codex"),
            *(b"ps", b"503", b"Nov 21 12:43:00 2026", b"S", b"node", b"server.js"),
            *(b"ps", b"504", b"nonsense", b"S", b"goose", b""),
            *(b"folders", b"p501\nfcwd\nn/w/one\np502\nfcwd\nn/w/two\np503\nfcwd\nn/w/three"),
        ]
    )
    assert told == (
        Guess("claude", b"/w/one", AgentState.RUNNING, datetime(2026, 11, 21, 12, 43, tzinfo=UTC)),
        Guess("codex", b"/w/two", AgentState.UNKNOWN, datetime(2026, 11, 1, 2, 3, 4, tzinfo=UTC)),
    )


def test_the_first_of_several_and_the_innermost_folder() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    everyone = (
        Guess("claude", b"/r/trees/a/src", AgentState.RUNNING, late),
        Guess("codex", b"/r/trees/a", AgentState.RUNNING, early),
        Guess("goose", b"/r/trees/ab", AgentState.RUNNING, None),
    )
    folders = (b"/r", b"/r/trees/a")
    found = agent_in(b"/r/trees/a", everyone, folders)
    assert found is not None
    assert (found.agent, found.since) == ("codex", early)
    outer = agent_in(b"/r", everyone, folders)
    assert outer is not None
    assert outer.agent == "goose"
    assert agent_in(b"", everyone, folders) is None


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
async def test_the_script_for_ps(
    argv: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for macOS: what ps and lsof print there, and the real script."""
    monkeypatch.setenv("HOME", str(tmp_path))
    stand_in = rb"""
ps() {
  printf '%s\n' ' 7 Sat Nov 21 12:43:00 2026     S+   /opt/x/claude -p CANARY' \
    '   42 Sat Nov  1 12:43:00 2026     Ss   node --max-old-space-size=8 /x/bin/codex exec CANARY' \
    '   43 Sat Nov  1 12:43:00 2026     Ss   python3 -m aider --message CANARY' \
    '   44 Sat Nov  1 12:43:00 2026     Ss   /usr/sbin/other CANARY' \
    '   45 Sat Nov  1 12:43:00 2026     Ss   node -e CANARY'
}
lsof() { printf 'p7\nfcwd\nn/w/a b\np42\nfcwd\nn/w/%s\n' "$8"; }
section_macs() { need_scratch; agents_of_ps >"$scratch/out"; encode; }
"""
    host = ShellHost(argv)
    script = b"\n".join((shell_function(), shell_functions(), load("worktrees.sh"), stand_in))
    loop = Loop(host, script)
    raw = (await loop.tick("macs"))["macs"]
    await loop.close()
    await host.close()
    parts = fields(raw)
    assert not any(b"CANARY" in part for part in parts)
    assert [(guess.agent, guess.folder) for guess in guesses(parts)] == [
        ("claude", b"/w/a b"),
        ("codex", b"/w/7,42,43,45"),
    ]


def test_this_very_process_is_no_agent() -> None:
    assert agent_of(Path(sys.executable).name.encode(), os.fsencode(__file__)) is None
