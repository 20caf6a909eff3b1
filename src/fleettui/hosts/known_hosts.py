"""Which host keys the known-hosts files list for a machine, and what a shown key means.

The files are read a line at a time, as ssh does, so that a line that cannot be read costs only
itself and a changed key can be found. Keys count for the name of the machine alone: through a
proxy, the address at the other end of the socket is the proxy's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from fleettui.hosts.ssh_settings import Settings
from fleettui.model.errors import HostKeyChanged, HostKeyUnknown
from fleettui.model.text import clean

_FILE_CAP = 16 * 1024 * 1024
_LISTED_NAMES = re.compile(r"^\s*(@\S+\s+)?[^|\s]\S*")
"""The names that a line is for, and its marker; not those that are hashed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One key of a file, with the place where it stands."""

    key: asyncssh.SSHKey
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Known:
    """The keys that are trusted for one name, the authorities, and the revoked keys."""

    keys: tuple[Listed, ...] = ()
    authorities: tuple[Listed, ...] = ()
    revoked: tuple[Listed, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A host key as a machine showed it, and the line that would make it known.

    `place` is the machine (a jump host, possibly) as host:port, `file` the known-hosts file
    that the line belongs in.
    """

    place: str
    fingerprint: str
    algorithm: str
    known_hosts_line: str
    file: str


class UnknownKey(HostKeyUnknown):
    """A key that no file lists, with what is needed to list it."""

    def __init__(self, text: str, remedy: str = "", *, shown: ShownKey) -> None:
        super().__init__(text, remedy, fingerprint=shown.fingerprint)
        self.shown = shown


def known_keys(settings: Settings) -> Known:
    """Read the files. Blocks; missing and unreadable ones list nothing."""
    matches = [
        list(_matching(file, settings.known_as))
        for file in (*settings.user_known_hosts, *settings.system_known_hosts)
    ]
    return _first_name([match for found in matches for match in found], settings.known_as)


def verdict(
    settings: Settings, known: Known, shown: asyncssh.SSHKey, machine: str
) -> UnknownKey | HostKeyChanged:
    """What a key that is not trusted means: never seen, or another than the known one."""
    fingerprint = shown.get_fingerprint()
    listed = known.revoked if any(entry.key == shown for entry in known.revoked) else known.keys
    if listed:
        place = f"{clean(listed[0].file)}:{listed[0].line}"
        return HostKeyChanged(
            f"{settings.place} shows another host key ({fingerprint}) than the known one",
            f"if it was really reinstalled, remove {place}, then fleettui doctor {machine} --trust",
            known=listed[0].key.get_fingerprint(),
            shown=fingerprint,
        )
    return UnknownKey(
        f"the host key of {settings.place} is not known ({fingerprint})",
        f"compare it, then fleettui doctor {machine} --trust",
        shown=shown_key(settings, shown),
    )


def shown_key(settings: Settings, key: asyncssh.SSHKey) -> ShownKey:
    """A key with the line that ssh would write for it."""
    algorithm, encoded = key.export_public_key().split()[:2]
    line = f"{settings.known_as[0]} {algorithm.decode()} {encoded.decode()}"
    file = (*settings.user_known_hosts, *settings.system_known_hosts, "")[0]
    return ShownKey(settings.place, key.get_fingerprint(), algorithm.decode(), line, file)


@dataclass(frozen=True, slots=True)
class _Match:
    name: str
    marker: str
    listed: Listed


def _first_name(matches: Sequence[_Match], names: Sequence[str]) -> Known:
    # As ssh does: the name without its port counts only where the one with it lists nothing.
    revoked = tuple(match.listed for match in matches if match.marker == "revoked")
    for name in names:
        of_name = [match for match in matches if match.name == name]
        keys = tuple(match.listed for match in of_name if match.marker == "")
        authorities = tuple(m.listed for m in of_name if m.marker == "cert-authority")
        if keys or authorities:
            return Known(keys, authorities, revoked)
    return Known(revoked=revoked)


def _lower(found: re.Match[str]) -> str:
    return found[0].lower()


def _matching(file: str, names: Sequence[str]) -> Iterator[_Match]:
    try:
        with Path(file).open("rb") as opened:
            lines = opened.read(_FILE_CAP).splitlines()
    except OSError:
        return
    for number, line in enumerate(lines, 1):
        try:
            entry = asyncssh.import_known_hosts(_LISTED_NAMES.sub(_lower, line.decode()))
        except ValueError:
            continue
        for name in names:
            keys, authorities, revoked, *_ = entry.match(name, "", None)
            for marker, found in (
                ("", keys),
                ("cert-authority", authorities),
                ("revoked", revoked),
            ):
                for key in found:
                    yield _Match(name, marker, Listed(key, file, number))
