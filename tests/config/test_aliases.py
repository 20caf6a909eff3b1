"""Aliases of real OpenSSH configuration files; the settings agree with what `ssh -G` says."""

import shutil
import subprocess
from pathlib import Path

import pytest

from fleettui.config.aliases import Alias, aliases

CONFIG = """\
# A comment
Include conf.d/*.conf nowhere
Host brain
    HostName 10.0.0.2
    User ada        # a remark
    Port 2222
    HostName 10.0.0.9
host ENGINE engine-again
  hostname = engine.local
Host studio-* !studio-3 ?ox
  User nobody
Host mini attic
  HostName %h.local
Match host elsewhere exec "touch should-not-run"
  User other
Host "quoted"
Host gh
  HostName github.com
Host work-git
  HostName git.example.com
  User git
Host gitlab.com
Host here
  HostName 127.0.0.1
Host -oBad a;b
Host "unclosed
Host *
  User everyone
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(CONFIG)
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/a.conf").write_text("Host=included\nInclude b.more\n")
    (tmp_path / "b.more").write_text("Host deeper\nHostName deeper.local\n")
    return path


def test_the_names_that_machines_have(config: Path) -> None:
    assert [alias.name for alias in aliases(str(config))] == [
        "included",
        "deeper",
        "brain",
        "ENGINE",
        "mini",
        "attic",
        "quoted",
    ]


def test_what_their_blocks_say(config: Path) -> None:
    found = {alias.name: alias for alias in aliases(str(config))}
    assert found["brain"] == Alias("brain", "10.0.0.2", "ada", "2222")
    assert found["mini"] == Alias("mini", "mini.local")
    assert found["quoted"] == Alias("quoted")


@pytest.mark.parametrize("name", ["brain", "ENGINE", "mini"])
def test_openssh_agrees(config: Path, name: str) -> None:
    ssh = shutil.which("ssh")
    assert ssh is not None
    text = config.read_text().replace("Include", "#").replace('Host "unclosed\n', "")
    text = text.partition("Match")[0] + text.partition("Host gh")[2]
    plain = config.with_name("plain")
    plain.write_text(text)
    told = subprocess.run(
        [ssh, "-F", str(plain), "-G", name], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    alias = next(one for one in aliases(str(plain)) if one.name == name)
    assert f"hostname {alias.host}" in told
    assert f"port {alias.port or 22}" in told
    assert f"user {alias.user or 'everyone'}" in told


def test_nothing_is_run(config: Path, tmp_path: Path) -> None:
    aliases(str(config))
    assert not (tmp_path / "should-not-run").exists()
    assert not Path("should-not-run").exists()


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("Include config\nInclude config\nHost brain\n")
    assert aliases(str(tmp_path / "config")) == (Alias("brain"),)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    assert aliases(str(tmp_path / "none")) == ()
    assert aliases(str(tmp_path)) == ()
    (tmp_path / "config").write_bytes(b"\xff\xfe\x00Host \x1b[31mred\nHost \xff\nHost fine\n")
    assert aliases(str(tmp_path / "config")) == (Alias("fine"),)
