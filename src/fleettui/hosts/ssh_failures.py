"""What SSH says when a login fails, as one clear line with what to do about it.

Importing this module loads asyncssh: do it in a thread, at first use.
"""

from dataclasses import dataclass

import asyncssh
from asyncssh.constants import OPEN_ADMINISTRATIVELY_PROHIBITED

from fleettui.hosts.failures import network_failure
from fleettui.model.errors import AuthRefused, HostKeyChanged, ReadError, TimedOut, Unreachable
from fleettui.model.text import clean


@dataclass(frozen=True, slots=True)
class Refusal:
    """The circumstances: whom we asked, as whom, with how many keys.

    `locked` are key files that need a passphrase, `said` the last words of a ProxyCommand.
    """

    place: str
    user: str
    target: str
    machine: str
    keys: int
    locked: tuple[str, ...]
    said: str


def login_failure(error: Exception, refusal: Refusal) -> ReadError:
    """The ReadError for whatever asyncssh raised. What the server said is cleaned."""
    place = refusal.place
    reason = clean(getattr(error, "reason", "") or str(error), limit=160)
    if isinstance(error, asyncssh.PermissionDenied):
        return _no_key_fits(refusal)
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return HostKeyChanged(
            f"the host key of {place} cannot be trusted ({reason})",
            f"look at the lines for {place} in your known hosts",
        )
    if reason.startswith("Too many authentication failures"):
        return AuthRefused(
            f"{place} gave up after too many keys",
            f"name the right one with IdentityFile and IdentitiesOnly for {clean(refusal.target)}",
        )
    if isinstance(error, asyncssh.ConnectionLost) and reason.startswith("Login timeout"):
        return TimedOut(f"{place} did not finish the login in time")
    if isinstance(error, asyncssh.ConnectionLost | ConnectionError):
        said = f" ({refusal.said})" if refusal.said else ""
        return Unreachable(f"{place} closed the connection before the login{said}")
    if is_forbidden(error):
        return ReadError(
            f"the jump host forbids the way to {place}",
            "set AllowTcpForwarding yes in its sshd_config",
        )
    if isinstance(error, asyncssh.ChannelOpenError):
        return Unreachable(f"the jump host cannot reach {place} ({reason})")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return Unreachable(f"{place} and we have no SSH algorithm in common ({reason})")
    if isinstance(error, OSError):
        return network_failure(error, place)
    if isinstance(error, asyncssh.Error):
        return Unreachable(f"{place} ended the login ({reason})")
    return ReadError(f"the SSH configuration for {place} cannot be used ({reason})")


def is_forbidden(error: Exception) -> bool:
    """Whether a server allows no connection through it (AllowTcpForwarding, PermitOpen)."""
    code = error.code if isinstance(error, asyncssh.ChannelOpenError) else None
    return code == OPEN_ADMINISTRATIVELY_PROHIBITED


def _no_key_fits(refusal: Refusal) -> AuthRefused:
    who = f"{refusal.place} refuses our keys for {clean(refusal.user)}"
    if refusal.locked:
        path = clean(refusal.locked[0])
        return AuthRefused(f"{who}, and {path} needs its passphrase", f"ssh-add {path}")
    if not refusal.keys:
        return AuthRefused(
            f"there is no key to show to {refusal.place}", "start an SSH agent, or ssh-keygen"
        )
    return AuthRefused(who, f"ssh-copy-id {clean(refusal.target)}")
