"""The remote that a repository is pushed to: where it is, and how git in quarantine reaches it.

Its address is the user's: it is resolved by the user's own git in the user's own clone, so
`pushurl`, `url.*.insteadOf` and `url.*.pushInsteadOf` mean what they mean everywhere else. git in
quarantine then gets it as an explicit URL without login.
"""

import asyncio
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.text import clean, without_login
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.publish import credentials
from fleettui.review.workspace import Workspace

_DEADLINE = 10.0
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://", re.ASCII)
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::|-", re.ASCII)
_SCP = re.compile(r"(?!-)[^/:\[\]]+:|(?!-)(?:[^/@]+@)?\[[^\]/]+\]:")
"""`user@host:path`: git takes for it what has a colon before the first slash."""

_SSH_OPTIONS = (
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",
    "PermitLocalCommand=no",
    "RequestTTY=no",
    "ControlMaster=no",
    "ConnectTimeout=10",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
)


@dataclass(frozen=True, slots=True)
class Remote:
    """`url` is what git is given, `shown` the same in clean text: neither holds a login.

    `protocol`: `ssh`, `https` or `file`. `tracking` is the ref of the user's clone that says
    where the remote's target branch was last seen (full name; None: there is no such ref).
    `serve` begins the command by which the other side is started, where it is on this computer.
    """

    name: str
    url: str
    shown: str
    protocol: str
    tracking: str | None = None
    serve: str = ""
    ssh: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def git(self, ws: Workspace) -> Git:
        """git in quarantine that may speak to this remote, and to nothing else."""
        return ws.q(transports=(self.protocol,), ssh=self.ssh, env=self.env, config=self.config)

    def side(self, program: str) -> tuple[str, ...]:
        """The option that starts the other side, `upload-pack` or `receive-pack`, as by hand."""
        return (f"--{program}={self.serve}git-{program}",) if self.serve else ()

    def safe(self, raw: bytes | str, *, limit: int = 240) -> str:
        """What the remote or a transport said, clean and without anything secret."""
        text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return clean(without_login(text), limit=limit)


async def find(ws: Workspace, clone: UserClone, *, ssh_config: str | None = None) -> Remote:
    """The remote that `push` of the repository names, as the user's clone knows it.

    `ssh_config` is the OpenSSH configuration to use. Raises Refused where there is no such
    remote or its address cannot be pushed to.
    """
    name = ws.repo.push
    if name is None:
        raise Refused(
            f"{clean(ws.repo.name)} has nowhere to push to",
            f'set push = "origin" for {clean(ws.repo.name)} in fleet.toml',
        )
    return await asyncio.to_thread(_find, ws, clone, name, ssh_config)


def _find(ws: Workspace, clone: UserClone, name: str, ssh_config: str | None) -> Remote:
    git_dir = clone.git_dir
    urls = _ask(git_dir, "remote", "get-url", "--push", "--all", "--end-of-options", name)
    if not urls:
        raise Refused(
            f"the clone at {clean(clone.path)} has no remote called {clean(name)}",
            f"git remote add {clean(name)} URL, or change `push` in fleet.toml",
        )
    first, *more = urls.decode("utf-8", "surrogateescape").splitlines()
    if more:
        raise Refused(f"{clean(name)} has {len(more) + 1} push addresses", "leave it one")
    settings = _settings(git_dir)
    tracking = _tracking(settings.get(f"remote.{name}.fetch", ()), ws.target_ref)
    protocol = _protocol(first, name)
    if protocol == "https":
        return _https(name, first, git_dir, settings, tracking)
    if protocol == "ssh":
        return _ssh(name, first, settings, ssh_config, tracking)
    return Remote(
        name=name,
        url=_folder(first, clone.path),
        shown=clean(first),
        protocol="file",
        tracking=tracking,
        serve=credentials.at_home(),
        env=credentials.transport_environment(),
    )


def _protocol(url: str, name: str) -> str:
    found = _URL.match(url)
    if found is None and _HELPER.match(url):
        raise _unusable(name, "its address is a command of a remote helper")
    if found is None:
        return "ssh" if _SCP.match(url) else "file"
    scheme = found[1].lower()
    if scheme == "http":
        raise _unusable(name, "http would send your login in the clear")
    if scheme in ("ssh", "git+ssh", "ssh+git"):
        return "ssh"
    if scheme in ("https", "file"):
        return scheme
    raise _unusable(name, f"it is reached by {clean(scheme, limit=20)}")


def _unusable(name: str, why: str) -> Refused:
    return Refused(f"{clean(name)} cannot be pushed to: {why}", "use ssh, https or a path")


def _https(
    name: str,
    url: str,
    git_dir: str,
    settings: Mapping[str, tuple[str, ...]],
    tracking: str | None,
) -> Remote:
    try:
        bare, login = credentials.taken_out(url)
    except ValueError:
        raise _unusable(name, "its address is no URL") from None
    http = {key: values for key, values in settings.items() if key.startswith("http.")}
    return Remote(
        name=name,
        url=bare,
        shown=clean(bare),
        protocol="https",
        tracking=tracking,
        config=credentials.https_config(),
        env=credentials.https_environment(git_dir, login, http),
        secrets=credentials.secrets_of(login, http),
    )


def _ssh(
    name: str,
    url: str,
    settings: Mapping[str, tuple[str, ...]],
    ssh_config: str | None,
    tracking: str | None,
) -> Remote:
    own = os.environ.get("GIT_SSH_COMMAND") or (settings.get("core.sshcommand") or ("",))[-1]
    shown = re.sub(r"^[^/@]*@", "", without_login(url))
    return Remote(
        name=name,
        url=url,
        shown=clean(shown.replace("//…@", "//")),
        protocol="ssh",
        tracking=tracking,
        ssh=(*_ssh_program(own), *_ssh_file(own, ssh_config), *_ssh_options()),
        env=credentials.transport_environment(),
    )


def _ssh_program(own: str) -> tuple[str, ...]:
    """The user's `core.sshCommand` where it is OpenSSH with options; plain ssh otherwise."""
    try:
        words = tuple(os.path.expandvars(word) for word in shlex.split(own))
    except ValueError:
        words = ()
    return words if words and Path(words[0]).name == "ssh" else ("ssh",)


def _ssh_file(own: str, ssh_config: str | None) -> tuple[str, ...]:
    """`-F`, unless it is the user's usual file: with `-F`, ssh leaves out the system's own."""
    if ssh_config is None or " -F" in own or not Path(ssh_config).is_file():
        return ()
    usual = Path.home() / ".ssh" / "config"
    return () if Path(ssh_config) == usual else ("-F", ssh_config)


def _ssh_options() -> tuple[str, ...]:
    return tuple(word for option in _SSH_OPTIONS for word in ("-o", option))


def _folder(url: str, clone: str) -> str:
    return url if _URL.match(url) else os.path.normpath(Path(clone) / url)


def _tracking(refspecs: tuple[str, ...], branch: str) -> str | None:
    """Where `git fetch` of the user's clone notes the branch, by its refspecs."""
    for refspec in refspecs:
        source, _, target = refspec.removeprefix("+").partition(":")
        before, star, after = source.partition("*")
        if not target.startswith("refs/remotes/"):
            continue
        if not star and source == branch:
            return target
        middle = branch.removeprefix(before).removesuffix(after)
        if star and before + middle + after == branch:
            return target.replace("*", middle, 1)
    return None


def _settings(git_dir: str) -> dict[str, tuple[str, ...]]:
    """The user's settings that matter to a push, in their order."""
    wanted = r"^(http\.|core\.sshcommand$|remote\..*\.fetch$)"
    found: dict[str, tuple[str, ...]] = {}
    for entry in (_ask(git_dir, "config", "--null", "--get-regexp", wanted) or b"").split(b"\0"):
        key, line, value = entry.decode("utf-8", "surrogateescape").partition("\n")
        if key:
            found[key] = (*found.get(key, ()), value if line else "true")
    return found


def _ask(git_dir: str, *args: str) -> bytes | None:
    """What the user's own git says in the user's own clone; None where it refuses."""
    try:
        done = subprocess.run(
            ["git", f"--git-dir={git_dir}", *args],
            env=credentials.users_git_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OperationFailed(f"git {args[0]} took longer than {_DEADLINE:g} s") from None
    except OSError as error:
        raise OperationFailed(f"git cannot be started: {error.strerror}") from None
    return done.stdout if done.returncode == 0 else None
