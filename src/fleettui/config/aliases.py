"""The machines that an OpenSSH configuration names, read without connecting to any."""

import glob
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from fleettui.config import words

_DEEPEST_INCLUDE = 16
_MOST_FILES = 200
_FILE_CAP = 1024 * 1024
_FORGES = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "dev.azure.com", "sr.ht")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Alias:
    """A name to connect to; `host`, `user` and `port` are empty where its block does not say."""

    name: str
    host: str = ""
    user: str = ""
    port: str = ""


def aliases(config: str) -> tuple[Alias, ...]:
    """The aliases of the configuration file and of what it includes, in their order.

    Patterns are no aliases. Code forges and this machine itself are left out, and so is a second
    name for the same address. A file that cannot be read has none.
    """
    folder = os.path.dirname(config)
    found: dict[str, Alias] = {}
    addresses: set[tuple[str, str, str]] = set()
    for block in _blocks(_lines(config, folder, _DEEPEST_INCLUDE, [_MOST_FILES])):
        for alias in block.aliases():
            address = (alias.host, alias.user, alias.port)
            if alias.name.lower() in found or not _is_machine(alias):
                continue
            if alias.host and address in addresses:
                continue
            found[alias.name.lower()] = alias
            addresses.add(address)
    return tuple(found.values())


@dataclass(slots=True)
class _Block:
    names: list[str]
    settings: dict[str, str] = field(default_factory=dict)

    def aliases(self) -> Iterator[Alias]:
        host = self.settings.get("hostname", "")
        for name in self.names:
            if not any(mark in name for mark in "*?!"):
                own = host.replace("%h", name)
                yield Alias(name, own, self.settings.get("user", ""), self.settings.get("port", ""))


def _is_machine(alias: Alias) -> bool:
    host = (alias.host or alias.name).lower()
    forge = any(host == name or host.endswith(f".{name}") for name in _FORGES)
    fit = not words.name(alias.name) and not words.ssh_address(alias.name)
    return fit and not forge and alias.user != "git" and host not in _LOOPBACK


def _blocks(lines: Iterator[tuple[str, list[str]]]) -> list[_Block]:
    """The Host blocks; the first value of a setting counts, as in ssh_config(5)."""
    blocks: list[_Block] = []
    current = _Block([])
    for keyword, arguments in lines:
        if keyword in ("host", "match"):
            current = _Block(arguments if keyword == "host" else [])
            blocks.append(current)
        elif arguments:
            current.settings.setdefault(keyword, arguments[0])
    return blocks


def _lines(
    config: str, folder: str, depth: int, files_left: list[int]
) -> Iterator[tuple[str, list[str]]]:
    """Keyword and arguments of each line, with included files in their place."""
    for line in _read(config, files_left):
        keyword, arguments = _split(line)
        if keyword != "include":
            yield keyword, arguments
            continue
        for pattern in arguments if depth > 0 else ():
            # Inside the user's configuration, relative names are below ~/.ssh.
            where = os.path.join(folder, os.path.expanduser(pattern))
            for included in sorted(glob.glob(where)):
                yield from _lines(included, folder, depth - 1, files_left)


def _read(path: str, files_left: list[int]) -> list[str]:
    files_left[0] -= 1
    if files_left[0] < 0 or not os.path.isfile(path):
        return []
    try:
        with open(path, "rb") as stream:
            return stream.read(_FILE_CAP).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _split(line: str) -> tuple[str, list[str]]:
    """`Keyword arguments` or `Keyword=arguments`, with double quotes and comments."""
    try:
        parts = shlex.split(line, comments=True)
    except ValueError:
        return "", []
    if not parts:
        return "", []
    keyword, equals, first = parts[0].partition("=")
    rest = ([first] if first else []) + parts[1:]
    if not equals and rest and rest[0].startswith("="):
        rest = ([rest[0][1:]] if len(rest[0]) > 1 else []) + rest[1:]
    return keyword.lower(), rest
