"""What `ssh = …` in fleet.toml names: an alias, or user@host[:port]."""

from dataclasses import dataclass

from fleettui.model.errors import ReadError
from fleettui.model.text import clean


@dataclass(frozen=True, slots=True)
class Target:
    """A host name, address or alias; `user` and `port` None: what the SSH configuration says."""

    host: str
    user: str | None = None
    port: int | None = None


def parse_target(text: str) -> Target:
    """Read `alias`, `user@host`, `host:port`, `[v6]:port`, a bare IPv6 address, or an ssh:// URL.

    Raises ReadError: such an entry can never be reached.
    """
    rest = text.removeprefix("ssh://").removesuffix("/")
    user, _, rest = rest.rpartition("@")
    host, port = _split_port(rest)
    if not host or host.startswith("-") or not (host + user).isprintable() or " " in host:
        raise _unusable(text)
    if port is None:
        return Target(host, user or None)
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise _unusable(text)
    return Target(host, user or None, int(port))


def _split_port(rest: str) -> tuple[str, str | None]:
    if rest.startswith("["):
        host, closed, port = rest[1:].partition("]")
        if not closed or (port and not port.startswith(":")):
            return "", None
        return host, port[1:] if port else None
    if rest.count(":") != 1:
        return rest, None
    host, _, port = rest.partition(":")
    return host, port


def _unusable(text: str) -> ReadError:
    return ReadError(
        f"{clean(text)!r} is no SSH address", "write an alias, or user@host[:port], in fleet.toml"
    )
