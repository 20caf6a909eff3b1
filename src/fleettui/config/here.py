"""What of this computer's surroundings goes into the configuration."""

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fleettui.model.machine import Machine, Role

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_EVERYWHERE = {"", "0.0.0.0", "::", "*"}
"""Addresses that a server binds to, and that a client cannot connect to."""


@dataclass(frozen=True, slots=True)
class Here:
    """`home`, `config_home` and `state_home` are absolute folders; `host` is a machine name."""

    home: str
    config_home: str
    state_home: str
    host: str
    ollama: str

    @classmethod
    def of(cls, environ: Mapping[str, str] | None = None) -> "Here":
        """Read the environment; XDG folders that are not absolute are ignored, as XDG wants."""
        values = os.environ if environ is None else environ
        home = values.get("HOME") or os.path.expanduser("~")
        return cls(
            home=home,
            config_home=_folder(values.get("XDG_CONFIG_HOME"), f"{home}/.config"),
            state_home=_folder(values.get("XDG_STATE_HOME"), f"{home}/.local/state"),
            host=machine_name(socket.gethostname()),
            ollama=ollama_url(values.get("OLLAMA_HOST", "")),
        )

    @property
    def config_file(self) -> Path:
        """Where fleet.toml is looked for, and where `init` writes it."""
        return Path(self.config_home, "fleettui", "fleet.toml")

    @property
    def state_dir(self) -> str:
        """Where fleettui keeps what it must not forget."""
        return f"{self.state_home}/fleettui"

    def expand(self, path: str, folder: str) -> str:
        """An absolute path: `~` is the home folder, anything else relative is below `folder`."""
        if path == "~" or path.startswith("~/"):
            path = self.home + path[1:]
        return os.path.normpath(os.path.join(folder, os.path.expanduser(path)))

    def machine(self) -> Machine:
        """This machine, for a fleet in which nobody described one."""
        return Machine(
            name=self.host,
            roles=(Role.WORKSTATION,),
            ollama=(self.ollama,),
            ollama_optional=True,
        )


def machine_name(text: str) -> str:
    """A valid machine name made of any text: the host part of a host name, at best."""
    name = _UNFIT.sub("-", text.partition(".")[0]).strip("-._")
    return name[:63] or "this-machine"


def ollama_url(setting: str) -> str:
    """The URL that OLLAMA_HOST means to a client, by the rules of Ollama's envconfig/config.go.

    Without a scheme the port is 11434, with one it is the scheme's own; an address that a
    server binds to becomes 127.0.0.1. What makes no sense gives the default.
    """
    from fleettui.config.words import ollama_address

    setting = setting.strip().strip("\"'").strip()
    scheme, marker, rest = setting.rpartition("://")
    scheme = scheme or "http"
    rest, slash, path = rest.partition("/")
    host, port = _host_and_port(rest)
    port = port or ({"http": "80", "https": "443"}.get(scheme, "") if marker else "11434")
    if host in _EVERYWHERE:
        host = "127.0.0.1"
    host = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{host}:{port}{slash}{path}".rstrip("/")
    return "http://127.0.0.1:11434" if ollama_address(url) else url


def _host_and_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    if text.count(":") > 1:
        return text, ""
    host, _, port = text.partition(":")
    return host, port


def _folder(setting: str | None, default: str) -> str:
    return setting.rstrip("/") or "/" if setting and setting.startswith("/") else default
