"""The configuration of the user's clone: what landing takes over from it, and what it disarms.

Everything is landed by a git that knows nothing of the user's configuration, with two
exceptions. How files are written to disk (line endings, modes, links) is copied through, so that
they look as the user's own git writes them. And the user's name and address are those of the
commits that we make.

Filters (`filter.NAME.smudge`: Git LFS, git-crypt) are programs, and which files they get is
written in `.gitattributes`, which an agent can write. So they never run here: such files land as
git stores them, and the user is told.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.model.errors import Malformed, Refused
from fleettui.model.text import clean

COPIED = (
    "core.autocrlf",
    "core.eol",
    "core.safecrlf",
    "core.filemode",
    "core.symlinks",
    "core.ignorecase",
    "core.longpaths",
    "core.precomposeunicode",
    "core.excludesfile",
)
"""Settings of the user's that say how files are written or ignored; none names a program."""

_RUNS = re.compile(
    r"core\.(hookspath|fsmonitor|sshcommand|gitproxy|pager|editor|askpass|attributesfile"
    r"|alternaterefscommand|worktree|virtualfilesystem)"
    r"|(filter|merge|difftool|mergetool|hook|alias|pager|gpg|credential|url|include|includeif"
    r"|submodule|browser|man|guitool|trailer|interactive|sequence|uploadpack|receive)\..+"
    r"|diff\.(external|.+\.(command|textconv|wordregex))"
    r"|remote\..+\.(uploadpack|receivepack|vcs|promisor|proxy|url|pushurl)"
    r"|gc\.recentobjectshook|extensions\.worktreeconfig|log\.showsignature|protocol\..+"
    r"|sendemail\..+|http\..*(cookiefile|sslcert|proxy).*|init\.templatedir|commit\.template",
    re.DOTALL,
)
"""Keys (lower case but for the middle part) that name a program, or say where a program acts."""

_FILTER = re.compile(r"filter\.(.+)\.(?:clean|smudge|process|required)", re.DOTALL)
_HOOK_CAP = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of configuration; `scope` is git's word: system, global, local, worktree."""

    scope: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class CloneConfig:
    """What the configuration of a clone means for landing.

    `copied` are settings `key=value`, `disarmed` the environment that switches off the filters
    named in `filters`. `marks`: what the clone runs by itself, key or hook to a digest. `files`:
    the folder that `core.worktree` names for its files, "" where it does not.
    """

    name: str = ""
    email: str = ""
    copied: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    disarmed: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    files: str = ""

    def identity(self) -> tuple[str, str]:
        """Name and address of the user. Raises Refused where git does not know them."""
        if not self.name or not self.email:
            missing = " and ".join(
                word for word, value in (("name", self.name), ("email", self.email)) if not value
            )
            raise Refused(
                f"git does not know your {missing}",
                'git config --global user.name "…"; git config --global user.email "…"',
            )
        return self.name, self.email


async def read(git_dir: str, common_dir: str) -> CloneConfig:
    """Read the configuration of a clone as the user's own git would; nothing of it is run."""
    home = Path.home()
    under = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    places = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(under),
        "GIT_CONFIG_NOSYSTEM": "0",
        # git reads two files of the user's; the first takes the place of the system's here.
        "GIT_CONFIG_SYSTEM": str(under / "git" / "config"),
        "GIT_CONFIG_GLOBAL": os.environ.get("GIT_CONFIG_GLOBAL") or str(home / ".gitconfig"),
    }
    git = Git(git_dir=git_dir, env=places)
    told = await git.run(["config", "-z", "--show-scope", "--list"])
    settings = [s for s in parse_settings(told.stdout) if s.scope != "command"]
    system = Path("/etc/gitconfig")
    if await asyncio.to_thread(system.exists):
        told = await git.run(["config", "-z", "--show-scope", "--list", "--file", str(system)])
        settings = [*parse_settings(told.stdout), *settings]
    hooks = await asyncio.to_thread(_hooks, Path(common_dir, "hooks"))
    return config_of(settings, hooks, ignored=under / "git" / "ignore")


def parse_settings(raw: bytes) -> list[Setting]:
    """`git config -z --show-scope --list`, in order: the last of a key wins."""
    fields = raw.split(b"\0")
    if fields.pop() or len(fields) % 2:
        raise Malformed("git's list of settings is cut off")
    found = []
    for scope, line in zip(*(iter(fields),) * 2, strict=True):
        key, equals, value = line.partition(b"\n")
        # A key without `=` means true.
        found.append(
            Setting(
                scope.decode("ascii", "replace"),
                os.fsdecode(key),
                os.fsdecode(value) if equals else "true",
            )
        )
    return found


def config_of(
    settings: Iterable[Setting], hooks: Mapping[str, str], *, ignored: Path | None = None
) -> CloneConfig:
    """What the settings mean. `ignored`: the user's own list of ignored files, where not set."""
    listed = list(settings)
    last = {setting.key: setting.value for setting in listed}
    own = [s for s in listed if s.scope in ("local", "worktree")]
    if ignored is not None:
        last.setdefault("core.excludesfile", str(ignored))
    if "core.excludesfile" in last:
        last["core.excludesfile"] = os.path.expanduser(last["core.excludesfile"])
    names = tuple(dict.fromkeys(found[1] for s in listed if (found := _FILTER.fullmatch(s.key))))
    return CloneConfig(
        name=_one_line(last.get("user.name", "")),
        email=_one_line(last.get("user.email", "")),
        copied=tuple(f"{key}={last[key]}" for key in COPIED if key in last),
        filters=names,
        disarmed=_disarmed(names),
        marks=_marks(own) | {f"hook {name}": digest for name, digest in hooks.items()},
        files={setting.key: setting.value for setting in own}.get("core.worktree", ""),
    )


def changes(known: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What a clone runs by itself now that it did not run when it was known: names, clean."""
    return tuple(
        clean(name, limit=80)
        for name in sorted(known.keys() | now.keys())
        if known.get(name) != now.get(name)
    )


def _disarmed(names: tuple[str, ...]) -> dict[str, str]:
    # By environment, since a name may hold `=`, which ends the key on a command line.
    pairs = [
        (f"filter.{name}.{key}", value)
        for name in names
        for key, value in (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
    ]
    made = {"GIT_CONFIG_COUNT": str(len(pairs))} if pairs else {}
    for index, (key, value) in enumerate(pairs):
        made |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    return made


def _marks(own: Iterable[Setting]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for setting in own:
        if _RUNS.fullmatch(setting.key):
            values.setdefault(setting.key, []).append(setting.value)
    return {
        key: _digest("\0".join(said).encode("utf-8", "surrogateescape"))
        for key, said in values.items()
    }


def _hooks(folder: Path) -> dict[str, str]:
    found = {}
    try:
        for hook in sorted(folder.iterdir()):
            if not hook.name.endswith(".sample") and hook.is_file() and os.access(hook, os.X_OK):
                with hook.open("rb") as file:
                    found[os.fsencode(hook.name).decode("utf-8", "replace")] = _digest(
                        file.read(_HOOK_CAP)
                    )
    except OSError:
        return found
    return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _one_line(text: str) -> str:
    return clean(re.sub(r"[\x00-\x1f<>]+", " ", text).strip(), limit=200)
