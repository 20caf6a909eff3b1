"""`fleettui init` in a home folder with real repositories and aliases."""

import argparse
import asyncio
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from fleettui.commands import init
from fleettui.config.load import load
from fleettui.model.errors import FleettuiError
from fleettui.model.machine import Role
from tests.lab.ollama_stand_in import StandIn, installed
from tests.lab.repos import make_repo

NOBODY = "127.0.0.1:1"
"""An address at which no Ollama answers."""


@dataclass(frozen=True)
class Done:
    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Home:
    """A home folder that is this process's own, and the command run in it."""

    path: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def file(self) -> Path:
        return self.path / ".config/fleettui/fleet.toml"

    def init(self, *words: str, **environ: str) -> Done:
        """Run the command, with errors told as the command line tells them."""
        for name, value in environ.items():
            self.monkeypatch.setenv(name, value)
        parser = argparse.ArgumentParser()
        parser.add_argument("--config")
        init.add_arguments(parser)
        try:
            status = init.run(parser.parse_args(words))
        except FleettuiError as error:
            print(f"fleettui: {error}", file=sys.stderr)
            status = error.exit_code
        return Done(status, *self.capsys.readouterr())


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Home:
    for name in ("FLEETTUI_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OLLAMA_HOST", NOBODY)
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path, monkeypatch, capsys)


def aliases(home: Home, *names: str) -> None:
    (home.path / ".ssh").mkdir(exist_ok=True)
    (home.path / ".ssh/config").write_text("".join(f"Host {name}\n" for name in names))


async def test_it_writes_what_it_finds(home: Home) -> None:
    aliases(home, "brain", "engine", "*.example.com", "github.com")
    make_repo(home.path / "src/app", {"Makefile": "test:\n"})
    async with StandIn(installed=[installed("qwen3:8b"), installed("gpt-oss:20b")]) as ollama:
        done = await asyncio.to_thread(home.init, OLLAMA_HOST=ollama.url)
    assert done.status == 0, done.stderr
    assert done.stdout == f"{home.file}\n"
    for found in ("2 models", "2 aliases: brain, engine", "1 repository", "fleettui doctor"):
        assert found in done.stderr
    fleet = load(home.file, {"HOME": str(home.path)})
    this, brain, engine = fleet.machines
    assert this.local
    assert this.ollama == (ollama.url,)
    assert this.models == ("qwen3:8b", "gpt-oss:20b")
    assert this.roles == (Role.WORKSTATION, Role.EXECUTION, Role.INFERENCE)
    assert (brain.ssh, engine.ssh) == (("brain",), ("engine",))
    assert [(repo.name, repo.path) for repo in fleet.repos] == [("app", str(home.path / "src/app"))]
    assert fleet.routing.categories["mechanical"] == (
        f"qwen3:8b@{this.name}",
        f"gpt-oss:20b@{this.name}",
    )


def test_its_file_is_private_and_has_comments(home: Home) -> None:
    home.init()
    assert stat.S_IMODE(home.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.file.parent.stat().st_mode) == 0o700
    text = home.file.read_text()
    assert text.count("\n#") > 20
    assert max(map(len, text.splitlines())) <= 110


def test_with_nothing_to_find_it_is_this_machine(home: Home) -> None:
    done = home.init()
    assert done.status == 0
    assert f"none answers at http://{NOBODY}" in done.stderr
    (this,) = load(home.file, {"HOME": str(home.path)}).machines
    assert this.local
    assert this.ollama == ()


@pytest.mark.parametrize("where", ["default", "flag", "variable", "xdg"])
def test_it_writes_where_the_configuration_is_looked_for(home: Home, where: str) -> None:
    words: list[str] = []
    environ: dict[str, str] = {}
    path = home.file
    if where == "flag":
        path = home.path / "mine.toml"
        words = ["--config", "mine.toml"]
    elif where == "variable":
        path = home.path / "a/mine.toml"
        environ = {"FLEETTUI_CONFIG": "~/a/mine.toml"}
    elif where == "xdg":
        path = home.path / "xdg/fleettui/fleet.toml"
        environ = {"XDG_CONFIG_HOME": str(home.path / "xdg")}
    done = home.init(*words, **environ)
    assert done.stdout == f"{path}\n"
    assert path.exists()
    assert home.file.exists() == (where == "default")


def test_it_never_overwrites(home: Home) -> None:
    home.file.parent.mkdir(parents=True)
    home.file.write_text("mine")
    done = home.init()
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith(f"fleettui: {home.file} exists and is left as it is: ")
    assert done.stderr.count("\n") == 1
    assert home.file.read_text() == "mine"


def test_many_aliases_become_a_personal_fleet(home: Home) -> None:
    aliases(home, *(f"box{number}" for number in range(14)))
    done = home.init()
    assert "only the first 9 are machines" in done.stderr
    assert len(load(home.file, {"HOME": str(home.path)}).machines) == 10
    assert '# name = "box13"' in home.file.read_text()


def test_names_that_could_act_on_a_terminal_are_left_out(home: Home) -> None:
    aliases(home, "fine", "a\x1b[31mred", "-oProxyCommand=x")
    make_repo(home.path / "src/app\x1b]0;title\x07")
    done = home.init()
    assert done.status == 0
    assert "\x1b" not in done.stdout + done.stderr + home.file.read_text()
    assert len(load(home.file, {"HOME": str(home.path)}).machines) == 2


def test_add_appends_and_changes_nothing_else(home: Home) -> None:
    aliases(home, "brain")
    before = '[[machines]]\nname = "desk"  # mine\n'
    home.file.parent.mkdir(parents=True)
    home.file.write_text(before)
    done = home.init("--add", "brain")
    assert (done.status, done.stdout) == (0, f"{home.file}\n")
    assert "added brain" in done.stderr
    assert "no alias" not in done.stderr
    assert home.file.read_text().startswith(before)
    fleet = load(home.file, {"HOME": str(home.path)})
    assert [(one.name, one.ssh) for one in fleet.machines] == [("desk", ()), ("brain", ("brain",))]

    done = home.init("--add", "Brain")
    assert done.status == 1
    assert "a machine Brain is in" in done.stderr


@pytest.mark.parametrize(
    "given, name",
    [
        ("nas", "nas"),
        ("nas.local", "nas.local"),
        ("ada@nas.example.com:2222", "nas"),
        ("100.64.0.7", "100.64.0.7"),
        ("ada@100.64.0.7:22", "100.64.0.7"),
        ("ada@[fd7a::1]:22", "fd7a-1"),
    ],
)
def test_add_takes_any_address(home: Home, given: str, name: str) -> None:
    home.file.parent.mkdir(parents=True)
    home.file.write_text('[[machines]]\nname = "desk"\n')
    done = home.init("--add", given)
    assert done.status == 0, done.stderr
    added = load(home.file, {"HOME": str(home.path)}).machines[-1]
    assert (added.name, added.ssh) == (name, (given,))
    assert ("is no alias" in done.stderr) == (given == name)


@pytest.mark.parametrize("given", ["", "-oProxyCommand=x", "a b", "a\nb", "me@"])
def test_add_refuses_what_is_no_address(home: Home, given: str) -> None:
    done = home.init(f"--add={given}")
    assert done.status == 2
    assert "expected an SSH alias" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not home.file.exists()


def test_add_without_a_file_writes_one_first(home: Home) -> None:
    aliases(home, "brain")
    done = home.init("--add", "brain")
    assert (done.status, done.stdout) == (0, f"{home.file}\n")
    names = [one.name for one in load(home.file, {"HOME": str(home.path)}).machines]
    assert names[1:] == ["brain"]


def test_add_to_a_wrong_file_says_where_it_is_wrong(home: Home) -> None:
    home.file.parent.mkdir(parents=True)
    home.file.write_text("[fleet]\nnamed = 'x'\n")
    done = home.init("--add", "brain")
    assert done.status == 2
    assert f"{home.file}:2: fleet.named: unknown key" in done.stderr


def test_a_full_disk_below_standard_output_is_no_bug(home: Home) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fleettui", "init"],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert b"fleettui: cannot write to standard output: No space left on device" in done.stderr
    assert b"bug" not in done.stderr
    assert home.file.exists()
