"""`fleettui doctor` as a process, against real sshd on loopback and a stand-in for Ollama."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.ollama_stand_in import StandIn, installed
from tests.lab.repos import make_repo
from tests.lab.sshd import Sshd, free_port, make_key, running_sshd
from tests.lab.tmux import running_tmux

PATIENCE_S = 90.0
Found = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Done:
    """How the command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = json.loads(self.out)
        return lines

    def by_check(self, machine: str | None) -> Found:
        """The lines of one machine, one a check."""
        return {line["check"]: line for line in self.lines if line["machine"] == machine}


class Desk:
    """The user's computer: a home folder with a fleet.toml."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config = home / "fleet.toml"
        self.ssh_config = home / "ssh_config"
        self.known_hosts = home / "known_hosts"

    def write(self, fleet: str) -> None:
        self.config.write_text(f'[fleet]\nssh_config = "{self.ssh_config}"\n{fleet}')

    def reach(self, server: Sshd, extra: str = "", name: str = "box") -> None:
        """An alias for the server, whose key goes into our own known hosts."""
        text = server.ssh_config(name, known_hosts=self.known_hosts, extra=extra)
        self.ssh_config.write_text(f"Match all\n  IdentityAgent none\n{text}")

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8"}

    async def doctor(self, *words: str, as_json: bool = True) -> Done:
        words = (*words, "--json") if as_json else words
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fleettui", "--config", str(self.config), "doctor", *words,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_S):
            out, err = await process.communicate()
        return Done(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    home = tmp_path / "desk"
    home.mkdir()
    return Desk(home)


BOX = """
[[machines]]
name = "box"
roles = ["execution"]
ssh = "box"
"""


async def test_a_key_is_unknown_then_trusted_then_fine_and_then_changed(
    desk: Desk, tmp_path: Path
) -> None:
    desk.write(BOX)
    with running_sshd(tmp_path / "sshd") as server:
        desk.reach(server)
        unknown = await desk.doctor("box")
        host_key = unknown.by_check("box")["host-key"]
        assert (unknown.code, host_key["state"]) == (1, "failed")
        fingerprint = host_key["detail"].rpartition("(")[2].rstrip(")")
        assert fingerprint.startswith("SHA256:")
        assert host_key["remedy"].endswith("fleettui doctor box --trust")
        assert not desk.known_hosts.exists()

        trusted = await desk.doctor("box", "--trust")
        assert fingerprint in trusted.err
        assert "ssh-ed25519" in trusted.err
        assert f"box (127.0.0.1:{server.port})" in trusted.err
        assert desk.known_hosts.read_text() == server.known_host()
        assert {line["state"] for line in trusted.lines} <= {"ok", "warning"}
        assert trusted.code == 0

        again = await desk.doctor("box", "--trust")
        assert (again.code, desk.known_hosts.read_text()) == (0, server.known_host())

        server.stop()
        server.swap_host_key()
        server.start()
        changed = await desk.doctor("box", "--trust")
        host_key = changed.by_check("box")["host-key"]
        assert (changed.code, host_key["state"]) == (1, "failed")
        assert fingerprint in host_key["detail"]
        assert host_key["detail"].count("SHA256:") == 2
        assert f"remove {desk.known_hosts}:1" in host_key["remedy"]
        assert "no key was added" in changed.err
        assert server.known_host() not in desk.known_hosts.read_text()


async def test_on_a_terminal_a_key_is_added_only_after_a_yes(desk: Desk, tmp_path: Path) -> None:
    desk.write(BOX)
    line = f"{sys.executable} -m fleettui --config {desk.config} doctor box --trust"
    with (
        running_sshd(tmp_path / "sshd") as server,
        running_tmux(tmp_path, desk.environment) as tmux,
    ):
        desk.reach(server)
        tmux.open(f"{line}; echo first $?; {line}; echo second $?")
        await tmux.shows("SHA256:", "Is it the right one? [y/N]")
        tmux.type("Enter")
        await tmux.shows("was not added", "first 1")
        assert not desk.known_hosts.exists()
        tmux.type("y", "Enter")
        await tmux.shows("● box  host-key", "second 0")
        assert desk.known_hosts.read_text() == server.known_host()


async def test_tmux_that_hides_the_focus_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.write('[[machines]]\nname = "here"\n')
    with running_tmux(tmp_path, desk.environment) as tmux:
        tmux.open(f"{sys.executable} -m fleettui --config {desk.config} doctor; echo ended $?")
        screen = await tmux.shows("ended 0")
    assert "▲ here  tmux" in screen
    assert "→ tmux set -g focus-events on" in screen


async def test_a_jump_hosts_key_is_not_passed_off_as_the_machines(
    desk: Desk, tmp_path: Path
) -> None:
    desk.write(BOX)
    with running_sshd(tmp_path / "a") as jump, running_sshd(tmp_path / "b") as server:
        desk.reach(server, "  ProxyJump jump\n")
        through = jump.ssh_config("jump", known_hosts=desk.known_hosts)
        desk.ssh_config.write_text(desk.ssh_config.read_text() + through)
        done = await desk.doctor("box", "--trust")
        first, second = [line for line in done.err.splitlines() if "shows the" in line]
        assert f"127.0.0.1:{jump.port}, a jump host on the way to box" in first
        assert f"box (127.0.0.1:{server.port})" in second
        assert desk.known_hosts.read_text() == jump.known_host() + server.known_host()
        assert done.by_check("box")["host-key"]["state"] == "ok"


async def test_a_file_that_keeps_nothing_is_said_to(desk: Desk, tmp_path: Path) -> None:
    desk.write(BOX)
    desk.known_hosts = Path("none")
    with running_sshd(tmp_path / "sshd") as server:
        desk.reach(server)
        done = await desk.doctor("box", "--trust")
    assert (done.code, done.out) == (1, "")
    assert f"the key of 127.0.0.1:{server.port} cannot be kept in any file" in done.err


async def test_refused_keys_are_named(desk: Desk, tmp_path: Path) -> None:
    desk.write(BOX)
    with running_sshd(tmp_path / "sshd") as server:
        desk.reach(server)
        desk.known_hosts.write_text(server.known_host())
        server.authorize(make_key(tmp_path / "other"))
        done = await desk.doctor("box")
    login = done.by_check("box")["login"]
    assert (done.code, login["state"]) == (1, "failed")
    assert str(server.key) in login["detail"]
    assert login["remedy"] == "ssh-copy-id box"


async def test_the_whole_set_up(desk: Desk, tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd") as server:
        desk.reach(server)
        desk.known_hosts.write_text(server.known_host())
        make_repo(server.home / "src" / "app")
        async with StandIn(installed=[installed("qwen3:8b")], version="0.32.4") as ollama:
            desk.write(f"""
[[machines]]
name = "box"
roles = ["execution"]
ssh = ["{server.user}@127.0.0.1:{free_port()}", "box"]
ollama = "{ollama.url}"
models = ["qwen3:8b", "deepseek-r1:32b"]
[[machines]]
name = "here"
[[repos]]
name = "app"
path = "{desk.home}/nowhere"
clones = {{ box = "~/src/app" }}
[agents.fine]
command = ["git", "-p"]
[agents.absent]
command = ["no-such-agent"]
[providers.openrouter]
key = "env:NO_SUCH_KEY"
""")
            done = await desk.doctor()
            shown = await desk.doctor(as_json=False)
    assert done.code == shown.code == 1
    box = done.by_check("box")
    assert [line["state"] for line in done.lines if line["check"] == "reachability"] == [
        "ok",
        "warning",
        "ok",
    ]
    for check in ("host-key", "login", "platform", "clock", "ollama", "git", "tmux", "repos"):
        assert box[check]["state"] == "ok", box[check]
    assert box["models"] == {
        "machine": "box",
        "check": "models",
        "state": "failed",
        "detail": "deepseek-r1:32b is missing",
        "remedy": "ollama pull deepseek-r1:32b",
    }
    agents = [line for line in done.lines if line["check"] == "agents" and line["machine"] == "box"]
    assert [line["state"] for line in agents] == ["ok", "failed"]
    assert done.by_check("here")["repos"]["state"] == "failed"
    fleet = done.by_check(None)
    assert (fleet["config"]["state"], fleet["keys"]["remedy"]) == ("ok", "export NO_SUCH_KEY")
    for line in done.lines:
        assert bool(line["remedy"]) is (line["state"] in ("failed", "warning")), line
    assert "✕ box   models        deepseek-r1:32b is missing" in shown.out
    assert "→ ollama pull deepseek-r1:32b" in shown.out


async def test_a_machine_that_is_away_costs_nothing_else(desk: Desk) -> None:
    desk.ssh_config.write_text("")
    desk.write(f"""
[[machines]]
name = "gone"
ssh = "ada@127.0.0.1:{free_port()}"
ollama = "http://127.0.0.1:{free_port()}"
[[machines]]
name = "here"
""")
    done = await desk.doctor()
    gone = done.by_check("gone")
    assert gone["reachability"]["state"] == gone["ollama"]["state"] == "failed"
    assert gone["platform"]["state"] == gone["disk"]["state"] == "skipped"
    assert done.by_check("here")["disk"]["state"] != "skipped"
    assert done.code == 1


async def test_a_wrong_configuration_is_a_failed_line_and_exit_2(desk: Desk) -> None:
    desk.config.write_text('[[machines]]\nname = "box"\nsshh = "box"\n')
    done = await desk.doctor()
    assert done.code == 2
    (line,) = done.lines
    assert (line["machine"], line["check"], line["state"]) == (None, "config", "failed")
    assert f"{desk.config}:3: machines[0].sshh" in line["detail"]
    assert 'did you mean "ssh"?' in line["remedy"]


async def test_wrong_usage_names_what_was_meant(desk: Desk) -> None:
    desk.write(BOX + '[[machines]]\nname = "desk"\n')
    for words, said in (
        (("bx",), "fleettui: no machine bx: the nearest is box\n"),
        (("--trust",), "fleettui: --trust needs a MACHINE: fleettui doctor MACHINE --trust\n"),
        (("desk", "--trust"), "fleettui: desk is this machine: it has no host key to trust\n"),
    ):
        done = await desk.doctor(*words)
        assert (done.code, done.out, done.err) == (2, "", said)
