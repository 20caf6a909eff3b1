"""Logging in to the user's remote from quarantine, as the user's own git would.

Quarantine has no configuration of the user's, so a push from it asks through a helper that runs
the user's git in the user's clone (`git credential`): that finds the helpers which the user's
system, global and clone's configuration name. It never asks a human. What is secret in a URL or
in a setting goes through the environment, which only its owner can read; never through a
command line or a file.
"""

import base64
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from fleettui.git.safety import ENVIRONMENT

_FORBIDDEN = ("GIT_", "LD_", "DYLD_", "SSH_ASKPASS")
_PLACES = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
_HELD_BACK = re.compile(r"http\.(.*\.)?followredirects", re.DOTALL)
_SECRET_SETTING = re.compile(r"http\.(.*\.)?(extraheader|proxy|cookiefile)", re.DOTALL)

_HELPER = """!f() {
  case $1 in get) ;; store | erase) [ -z "$FLEETTUI_PASSWORD" ] || exit 0 ;; *) exit 0 ;; esac
  if [ -n "$FLEETTUI_PASSWORD" ]; then
    printf 'username=%s\\npassword=%s\\n' "$FLEETTUI_LOGIN" "$FLEETTUI_PASSWORD"
    exit
  fi
  unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_ALLOW_PROTOCOL PLACES
  export GIT_DIR="$FLEETTUI_CLONE"; EXPORTS
  case $1 in
    get) { [ -z "$FLEETTUI_LOGIN" ] || printf 'username=%s\\n' "$FLEETTUI_LOGIN"; cat; } |
      git credential fill 2>/dev/null ;;
    store) git credential approve ;;
    erase) git credential reject ;;
  esac
}; f"""
"""git-credential(1): `get`, `store` and `erase` are what git calls fill, approve and reject."""


@dataclass(frozen=True, slots=True)
class Login:
    """The part of a URL that says who; `password` empty: a helper is asked for it."""

    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "Login(…)"


def taken_out(url: str) -> tuple[str, Login]:
    """A URL without its login, and the login. Raises ValueError where it is no URL."""
    parts = urlsplit(url)
    login, at, place = parts.netloc.rpartition("@")
    if not at:
        return url, Login()
    user, _, password = login.partition(":")
    return parts._replace(netloc=place).geturl(), Login(unquote(user), unquote(password))


def users_environment() -> dict[str, str]:
    """What the user's own programs see, without what would steer git or a loader."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_FORBIDDEN)}
    kept.setdefault("HOME", str(Path.home()))
    return kept


def users_git_environment() -> dict[str, str]:
    """For the user's own git with the user's own configuration: it never asks anything."""
    own = {place: os.environ[place] for place in _PLACES if place in os.environ}
    never = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "/bin/false", "SSH_ASKPASS": "/bin/false"}
    return {**users_environment(), "LC_ALL": "C.UTF-8", "LANGUAGE": "C", **own, **never}


def transport_environment() -> dict[str, str]:
    """What transports and helpers get, for git in quarantine: the user's, where ours is silent.

    The user's home is given, its git configuration is not: git itself reads none.
    """
    own = users_environment()
    kept = {key: value for key, value in own.items() if key not in ENVIRONMENT}
    home = own["HOME"]
    config = own.get("XDG_CONFIG_HOME") or f"{home}/.config"
    return {**kept, "HOME": home, "XDG_CONFIG_HOME": config, "GCM_INTERACTIVE": "never"}


def at_home() -> str:
    """What begins a shell command that is to see the user's git configuration as usual."""
    ours = " ".join(key for key in ENVIRONMENT if key.startswith("GIT_"))
    return f"unset {ours} GIT_ALLOW_PROTOCOL; {_own_places()}"


def _own_places() -> str:
    return "".join(
        f"export {place}={shlex.quote(os.environ[place])}; "
        for place in _PLACES
        if place in os.environ
    )


def https_environment(
    git_dir: str, login: Login, settings: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """The same for https: who the URL names, and the user's `http.*` settings."""
    pairs = [
        (key, value)
        for key, values in settings.items()
        if not _HELD_BACK.fullmatch(key)
        for value in values
    ]
    made = transport_environment()
    made |= {
        "FLEETTUI_CLONE": git_dir,
        "FLEETTUI_LOGIN": login.user,
        "FLEETTUI_PASSWORD": login.password,
        "GIT_CONFIG_COUNT": str(len(pairs)),
    }
    for number, (key, value) in enumerate(pairs):
        made |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return made


def https_config() -> tuple[str, ...]:
    """The settings that make git in quarantine ask the user's git; nothing in them is secret."""
    unset = " ".join(_PLACES)
    helper = _HELPER.replace("PLACES", unset).replace("EXPORTS", _own_places().rstrip())
    return (f"credential.helper={helper}", "credential.useHttpPath=true")


def secrets_of(login: Login, settings: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Texts that must never be shown, the longest first."""
    found = {login.password, quote(login.password, safe="")}
    if login.user:
        pair = f"{login.user}:{login.password}".encode("utf-8", "surrogateescape")
        found.add(base64.b64encode(pair).decode("ascii"))
    if login.user and not login.password:
        found.add(login.user)
    for key, values in settings.items():
        if _SECRET_SETTING.fullmatch(key):
            found |= {word for value in values for word in (value, value.rpartition(" ")[2])}
    return tuple(sorted((one for one in found if len(one) > 3), key=len, reverse=True))
