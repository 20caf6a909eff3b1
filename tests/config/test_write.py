"""New files that overwrite nothing, and machines added without touching another byte."""

import os
import stat
from pathlib import Path

import pytest

from fleettui.config.load import load, parse
from fleettui.config.write import append_machine, create, entry, with_machine
from fleettui.model.errors import ConfigError, OperationFailed

ENVIRON = {"HOME": "/home/ada"}
BRAIN = {"name": "brain", "ssh": "brain"}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "a/b/fleet.toml"
    create(path, "[fleet]\n")
    assert path.read_text() == "[fleet]\n"
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)
    assert [one.name for one in path.parent.iterdir()] == ["fleet.toml"]


@pytest.mark.parametrize("taken", ["file", "folder", "broken link"])
def test_nothing_is_overwritten(tmp_path: Path, taken: str) -> None:
    path = tmp_path / "fleet.toml"
    if taken == "file":
        path.write_text("mine")
    elif taken == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")
    before = os.lstat(path)
    with pytest.raises(OperationFailed, match="is left as it is: edit it, or add a machine"):
        create(path, "[fleet]\n")
    assert os.lstat(path) == before
    assert [one.name for one in tmp_path.iterdir()] == ["fleet.toml"]


def test_where_nothing_can_be_written_there_is_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperationFailed, match="cannot be written"):
        create(tmp_path / "file/fleet.toml", "")


TEXTS = [
    b"",
    b"# only a comment",
    b'[fleet]\nname = "home"\n',
    b'[fleet]\r\nname = "home"\r\n\r\n[budget]\r\nmonthly_usd = 1\r\n',
    b"\xef\xbb\xbf[fleet]\n",
    b'[[machines]]\nname = "a"\n[machines.routing]\n\n\n',
    b'[agents.x]\ncommand = ["x"]\nstdin = """\n{prompt}"""',
]


@pytest.mark.parametrize("before", TEXTS)
def test_a_machine_is_added_and_every_other_byte_stays(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "fleet.toml"
    path.write_bytes(before)
    path.chmod(0o640)
    append_machine(path, {"name": "brain", "ssh": ["me@brain", 'x"y'][:1]}, "roles = []")
    after = path.read_bytes()
    assert after.startswith(before)
    assert mode(path) == 0o640
    fleet = load(path, ENVIRON)
    assert (fleet.machines[-1].name, fleet.machines[-1].ssh) == ("brain", ("me@brain",))
    assert (b"\r\n" in after) == (b"\r\n" in before)
    assert after.count(b"\r\n") in (0, after.count(b"\n"))


def test_the_added_table_reads_well() -> None:
    assert with_machine(b"[fleet]\n", BRAIN, "roles = []\nollama = 1") == (
        b'[fleet]\n\n[[machines]]\nname = "brain"\nssh = "brain"\n# roles = []\n# ollama = 1\n'
    )


def test_behind_a_symbolic_link_the_file_itself_is_extended(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("[fleet]\n")
    link = tmp_path / "fleet.toml"
    link.symlink_to(real)
    append_machine(link, BRAIN)
    assert link.is_symlink()
    assert [one.name for one in load(real, ENVIRON).machines] == ["brain"]


@pytest.mark.parametrize(
    "text, says",
    [
        ('machines = [{ name = "a" }]\n', "cannot be added: not valid TOML"),
        ('[[machines]]\nname = "Brain"\n', "cannot be added: there already is a machine"),
    ],
)
def test_a_file_that_would_become_wrong_stays_as_it_is(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(text)
    with pytest.raises(OperationFailed, match=says):
        append_machine(path, BRAIN)
    assert path.read_text() == text
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_is_wrong_already_says_where(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text("[flet]\n")
    with pytest.raises(ConfigError, match="flet"):
        append_machine(path, BRAIN)
    assert path.read_text() == "[flet]\n"


@pytest.mark.parametrize(
    "value, written",
    [
        ('a"b\\', r'"a\"b\\"'),
        (["a", "b"], '["a", "b"]'),
        ([["make", "test"]], '[["make", "test"]]'),
        (3, "3"),
        (True, "true"),
        ((), "[]"),
    ],
)
def test_an_entry_is_one_line(value: object, written: str) -> None:
    assert entry("key", value) == f"key = {written}"
    assert entry("a.b", "x") == '"a.b" = "x"'


def test_what_is_written_is_read_back() -> None:
    text = with_machine(b"", {"name": "a-b", "ssh": ["x", "me@y:22"], "max_agents": 2}).decode()
    (machine,) = parse(text, file="f", environ=ENVIRON).machines
    assert (machine.name, machine.ssh, machine.max_agents) == ("a-b", ("x", "me@y:22"), 2)
