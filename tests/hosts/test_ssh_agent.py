"""Finding the agent: with real agents and a real tmux."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from fleettui.hosts.ssh_agent import answers, find_agent
from tests.lab.sshd import running_agent


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment whose SSH_AUTH_SOCK names an agent that is gone."""
    (tmp_path / ".ssh").mkdir()
    dead = tmp_path / "dead"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(dead))
    return {"HOME": str(tmp_path), "SSH_AUTH_SOCK": str(dead), "PATH": os.environ["PATH"]}


def test_the_agent_of_the_environment_comes_first(home: dict[str, str], tmp_path: Path) -> None:
    with running_agent(tmp_path / "named"), running_agent(tmp_path / ".ssh" / "agent"):
        home["SSH_AUTH_SOCK"] = str(tmp_path / "named")
        assert find_agent(home) == str(tmp_path / "named")


def test_a_dead_one_is_replaced_by_the_newest_of_this_user(
    home: dict[str, str], tmp_path: Path
) -> None:
    older, newer = tmp_path / ".ssh" / "agent.1", tmp_path / ".ssh" / "agent.2"
    with running_agent(older), running_agent(newer):
        os.utime(older, (2e9, 2e9))
        os.utime(newer, (2.1e9, 2.1e9))
        assert find_agent(home) == str(newer)
        os.utime(older, (2.2e9, 2.2e9))
        assert find_agent(home) == str(older)


def test_who_has_no_agent_gets_none(home: dict[str, str], tmp_path: Path) -> None:
    del home["SSH_AUTH_SOCK"]
    with running_agent(tmp_path / ".ssh" / "agent"):
        assert find_agent(home) == ""


def test_what_tmux_was_told_when_it_was_attached(home: dict[str, str], tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    server = str(tmp_path / "tmux")
    home["TMUX"] = f"{server},0,0"
    tmux = ["tmux", "-S", server, "-f", "/dev/null"]
    with running_agent(fresh), running_agent(tmp_path / ".ssh" / "agent"):
        subprocess.run([*tmux, "new-session", "-d", "sleep 600"], check=True, env=home)
        try:
            told = [*tmux, "set-environment", "SSH_AUTH_SOCK", str(fresh)]
            subprocess.run(told, check=True, env=home)
            assert find_agent(home) == str(fresh)
        finally:
            subprocess.run([*tmux, "kill-server"], check=True, env=home)


def test_a_file_that_is_no_socket_answers_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not answers(str(tmp_path / "file"))
    assert not answers(str(tmp_path / "missing"))
    assert not answers("x" * 500)
