"""The environment and the flags of every git process, here and in scripts."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from fleettui.git.safety import (
    CONFIG,
    ENVIRONMENT,
    HOOK_EVENTS,
    arguments,
    environment,
    shell_function,
)
from tests.lab.repos import arm, git, make_repo

WITHIN = 'within() { shift; "$@" </dev/null; }\n'


def in_shell(shell: list[str], script: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    setting = "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
    return subprocess.run(
        [*shell, "-s"],
        input=(WITHIN + shell_function().decode() + setting + script).encode(),
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "GIT_DIR": "/wrong", "GIT_TRACE": "1"},
    )


def test_the_environment_is_built_from_nothing() -> None:
    made = environment()
    assert set(made) <= {*ENVIRONMENT, "PATH", "TMPDIR", "GIT_ALLOW_PROTOCOL"}
    assert made["GIT_ALLOW_PROTOCOL"] == "none"
    assert made["PATH"] == os.environ["PATH"]


def test_the_key_agent_is_for_ssh_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    assert "SSH_AUTH_SOCK" not in environment(transports=("https",))
    made = environment(transports=("ssh", "https"), ssh=("ssh", "-o", "ProxyCommand=nc %h 22"))
    assert made["SSH_AUTH_SOCK"] == "/run/agent"
    assert made["GIT_ALLOW_PROTOCOL"] == "ssh:https"
    assert shlex.split(made["GIT_SSH_COMMAND"]) == ["ssh", "-o", "ProxyCommand=nc %h 22"]


def test_both_kinds_of_hooks_are_off() -> None:
    assert "core.hooksPath=/dev/null" in CONFIG
    assert all(f"hook.{event}.enabled=false" in CONFIG for event in HOOK_EVENTS)


def test_more_settings_come_after_ours() -> None:
    assert arguments(["core.autocrlf=true"])[-2:] == ["-c", "core.autocrlf=true"]


@pytest.mark.parametrize("shell", [["dash"], ["bash", "--posix"], ["busybox", "sh"]])
def test_a_script_runs_git_in_the_same_environment(shell: list[str], tmp_path: Path) -> None:
    repo = make_repo(tmp_path / 'it\'s "a" $(repo)')
    done = in_shell(
        shell,
        "input=; excludes_file=\nsafe_git 5 -c alias.show-env='!env' show-env\n",
        git_dir=str(repo / ".git"),
        work_tree=str(repo),
    )
    told = dict(line.split("=", 1) for line in done.stdout.decode().splitlines() if "=" in line)
    assert {name: told.get(name) for name in ENVIRONMENT} == dict(ENVIRONMENT)
    assert told["GIT_ALLOW_PROTOCOL"] == "none"
    assert told["GIT_DIR"] == str(repo / ".git")
    assert "GIT_TRACE" not in told
    assert "GIT_INDEX_FILE" not in told


def test_a_script_runs_git_with_the_same_flags(tmp_path: Path) -> None:
    repo, marker = make_repo(tmp_path / "repo"), tmp_path / "marker"
    arm(repo / ".git", marker)
    done = in_shell(
        ["dash"],
        "safe_git 5 update-ref refs/heads/new HEAD\nsafe_git 5 config --list --show-scope",
        git_dir=str(repo / ".git"),
    )
    settings = [line for line in done.stdout.decode().splitlines() if line.startswith("command")]
    assert len(settings) == len(CONFIG)
    assert git(repo, "rev-parse", "refs/heads/new") == git(repo, "rev-parse", "HEAD")
    assert not marker.exists()


def test_a_script_gives_input_from_a_file(tmp_path: Path) -> None:
    repo, paths = make_repo(tmp_path / "repo"), tmp_path / "paths"
    paths.write_bytes(b"README\0a\nb\0")
    done = in_shell(
        ["dash"],
        "safe_git 5 check-attr --stdin -z filter",
        git_dir=str(repo / ".git"),
        work_tree=str(repo),
        input=str(paths),
    )
    assert done.stdout == b"README\0filter\0unspecified\0a\nb\0filter\0unspecified\0"
