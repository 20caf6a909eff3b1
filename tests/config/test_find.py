"""Where the configuration is looked for, and the fleet of this one machine."""

import os
from pathlib import Path

import pytest

from fleettui.config.here import Here, machine_name, ollama_url
from fleettui.config.load import find, load, this_machine
from fleettui.model.errors import ConfigError
from fleettui.model.machine import Role


def write(path: Path, name: str = "a") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'[fleet]\nname = "{name}"\n')
    return path


def test_the_flag_wins_then_the_variable_then_the_users_file(tmp_path: Path) -> None:
    own = write(tmp_path / "xdg/fleettui/fleet.toml")
    environ = {
        "HOME": str(tmp_path),
        "FLEETTUI_CONFIG": "~/variable.toml",
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
    }
    assert find("/flag.toml", environ) == Path("/flag.toml")
    assert find("flag.toml", environ) == Path.cwd() / "flag.toml"
    assert find(None, environ) == tmp_path / "variable.toml"
    assert find(None, {**environ, "FLEETTUI_CONFIG": ""}) == own


def test_without_xdg_it_is_below_config_in_the_home_folder(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert find(None, environ) is None
    own = write(tmp_path / ".config/fleettui/fleet.toml")
    assert find(None, environ) == own
    assert find(None, {**environ, "XDG_CONFIG_HOME": "relative"}) == own
    assert find(None, {**environ, "XDG_CONFIG_HOME": str(tmp_path / "empty")}) is None


def test_a_file_that_merely_lies_in_the_current_folder_is_not_meant(tmp_path: Path) -> None:
    write(tmp_path / "work/fleet.toml")
    before = os.getcwd()
    os.chdir(tmp_path / "work")
    try:
        assert find(None, {"HOME": str(tmp_path)}) is None
    finally:
        os.chdir(before)


def test_what_was_named_but_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file: fleettui init writes one"):
        load(tmp_path / "none.toml")


def test_what_is_no_file_is_an_error_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(ConfigError, match="not a regular file"):
            load(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("a\0b"))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(ConfigError, match="larger than 1048576 bytes"):
        load(path)


def test_the_fleet_names_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "fleet.toml", "cellar")
    fleet = load(path, {"HOME": str(tmp_path)})
    assert (fleet.name, fleet.file) == ("cellar", str(path))


def test_the_fleet_of_this_one_machine() -> None:
    fleet = this_machine({"HOME": "/home/ada", "XDG_STATE_HOME": "/var/state"})
    (machine,) = fleet.machines
    assert fleet.file is None
    assert machine.name == fleet.name == machine_name(os.uname().nodename)
    assert machine.roles == (Role.WORKSTATION,)
    assert machine.ollama == ("http://127.0.0.1:11434",)
    assert machine.ollama_optional
    assert machine.local
    assert fleet.state_dir == "/var/state/fleettui"


@pytest.mark.parametrize(
    "host, name",
    [
        ("adas-macbook-pro-2.local", "adas-macbook-pro-2"),
        ("box", "box"),
        ("Ada's Mac (2)", "Ada-s-Mac-2"),
        ("-_.", "this-machine"),
        ("", "this-machine"),
        ("\x1b[31m", "31m"),
        ("a" * 80, "a" * 63),
    ],
)
def test_a_machine_name_made_of_a_host_name(host: str, name: str) -> None:
    assert machine_name(host) == name


@pytest.mark.parametrize(
    "setting, url",
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("engine.local", "http://engine.local:11434"),
        (" '10.0.0.7:8080' ", "http://10.0.0.7:8080"),
        ("http://mac", "http://mac:80"),
        ("https://mac", "https://mac:443"),
        ("https://mac:8443/ollama/", "https://mac:8443/ollama"),
        ("ftp://mac", "http://127.0.0.1:11434"),
        ("mac:99999", "http://127.0.0.1:11434"),
        ("a b", "http://127.0.0.1:11434"),
        ("http://u:p@mac", "http://127.0.0.1:11434"),
    ],
)
def test_what_ollama_host_means_to_a_client(setting: str, url: str) -> None:
    assert ollama_url(setting) == url
    assert Here.of({"HOME": "/", "OLLAMA_HOST": setting}).machine().ollama == (url,)
