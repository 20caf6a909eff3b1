"""What the strings of fleet.toml may hold.

Each check returns None for a string that is fine, else what was expected. What passes is safe to
draw, and stays on one line when it is handed to a script on a machine (`block` apart).
"""

import re
import warnings

from fleettui.config.problems import Wrong
from fleettui.model.text import is_clean

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+~-]{0,198}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,126}")
_BINDING = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_GRAPH = re.compile(r"[A-Za-z0-9_./-]{1,200}:[A-Za-z_][A-Za-z0-9_]{0,62}")
_LOCAL_PATH = re.compile(r"(?!-).+")
_MACHINE_PATH = re.compile(r"(?:~?/|[A-Za-z]:[\\/]).*")
_SSH_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+\\-]{0,62}")
_SSH_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}")
_SECRET_VARIABLE = re.compile(r".*_(?:KEY|TOKEN|SECRET)", re.IGNORECASE)
_REFERENCE = re.compile(r"(?:keyring|env|cmd):")
_GIT_UNSAFE = re.compile(r"[\s~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)")

_SAFE = "a string without control, invisible or line-breaking characters"

PLACEHOLDERS = (
    "model", "prompt", "prompt_file", "base_url", "worktree", "branch", "task", "attempt",
)  # fmt: skip
"""What is replaced in an agent's command, standard input and environment."""


def line(value: str) -> Wrong | None:
    """Any text on one line."""
    if not value:
        return Wrong("a string that is not empty")
    if not is_clean(value):
        return Wrong(_SAFE)
    return Wrong("no blanks before or after it") if value != value.strip() else None


def argument(value: str) -> Wrong | None:
    """A word of a command: may be empty and may begin or end with blanks."""
    return None if is_clean(value) else Wrong(_SAFE)


def template(value: str) -> Wrong | None:
    """A word in which placeholders are replaced."""
    return argument(value) or _known_placeholders(value)


def block(value: str) -> Wrong | None:
    """A template of several lines, for a program and never for the screen."""
    if is_clean(value.replace("\t", ""), newlines=True):
        return _known_placeholders(value)
    return Wrong("a string without control characters")


def name(value: str) -> Wrong | None:
    """The name of a machine, repository, agent, provider, lock or theme."""
    if _NAME.fullmatch(value):
        return None
    return Wrong("a name of at most 63 letters, digits, '.', '_' and '-'")


def title(value: str) -> Wrong | None:
    """A name that people read, which may hold blanks."""
    return line(value) or (Wrong("at most 64 characters") if len(value) > 64 else None)


def model(value: str) -> Wrong | None:
    """A model as its server names it."""
    if _MODEL.fullmatch(value):
        return None
    return Wrong("a model's name as its server lists it, such as qwen3:8b")


def rung(value: str) -> Wrong | None:
    """A model with the machine or provider that serves it."""
    served, _, place = value.rpartition("@")
    if _MODEL.fullmatch(served) and _NAME.fullmatch(place):
        return None
    return Wrong("name@machine or name@provider")


def ssh_address(value: str) -> Wrong | None:
    """An alias of the SSH configuration, or user@host[:port]; IPv6 with a port in brackets."""
    user, at, rest = value.rpartition("@")
    host, port = _split_port(rest)
    fine = (
        is_clean(value)
        and (_SSH_USER.fullmatch(user) or not at)
        and (_SSH_HOST.fullmatch(host) or _is_ipv6(host))
        and (port is None or _is_port(port))
    )
    return None if fine else Wrong("an SSH alias or user@host[:port]")


def ollama_address(value: str) -> Wrong | None:
    """Where Ollama answers: a URL, or `ssh`."""
    if value == "ssh":
        return None
    wrong = _url(value, ("http", "https"), 'an http:// or https:// URL, or "ssh"')
    if wrong and "//" not in value and not _url(f"http://{value}", ("http",), ""):
        return Wrong(wrong.expected, f'write "http://{value}"')
    return wrong


def http_url(value: str) -> Wrong | None:
    """A plain web address; credentials do not belong in it."""
    return _url(value, ("http", "https"), "an http:// or https:// URL without a password")


def proxy_url(value: str) -> Wrong | None:
    """A SOCKS or HTTP proxy; the port is part of it."""
    expected = "a proxy such as socks5://localhost:1055"
    return _url(value, ("socks5", "socks5h", "socks4", "http"), expected, port=True)


def listen_address(value: str) -> Wrong | None:
    """An address and port to listen on."""
    host, port = _split_port(value)
    if (
        is_clean(value)
        and port
        and _is_port(port)
        and (_SSH_HOST.fullmatch(host) or _is_ipv6(host))
    ):
        return None
    return Wrong("host:port, such as 127.0.0.1:4318")


def database_url(value: str) -> Wrong | None:
    """PostgreSQL by reference; a URL without a password may stand there itself."""
    if _REFERENCE.match(value):
        return reference(value)
    expected = "env:NAME, keyring:NAME or cmd:COMMAND that gives a postgresql:// URL"
    return _url(value, ("postgresql", "postgres"), expected, user=True)


def local_path(value: str) -> Wrong | None:
    """A path on this machine."""
    if wrong := line(value):
        return wrong
    return None if _LOCAL_PATH.fullmatch(value) else Wrong("a path that does not begin with '-'")


def machine_path(value: str) -> Wrong | None:
    """A path on some machine, from its root or its user's home folder."""
    if wrong := line(value):
        return wrong
    return None if _MACHINE_PATH.fullmatch(value) else Wrong("a path that begins with / or ~/")


def target(value: str) -> Wrong | None:
    """What a service check looks for; goes to a script as one line."""
    if wrong := line(value):
        return wrong
    return Wrong("no '-' at the beginning") if value.startswith("-") else None


def branch(value: str) -> Wrong | None:
    """A branch or remote name, by the rules of git-check-ref-format."""
    fine = not line(value) and not _GIT_UNSAFE.search(value)
    if fine and value[0] not in "-/." and value[-1] not in "/." and value != "@":
        return None
    return Wrong("a name that git allows")


def regex(value: str) -> Wrong | None:
    """A regular expression of Python's `re`."""
    if not is_clean(value) or not value:
        return line(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        return Wrong(f"a regular expression ({error})")
    return None


def variable(value: str) -> Wrong | None:
    """The name of an environment variable."""
    return None if _VARIABLE.fullmatch(value) else Wrong("the name of an environment variable")


def holds_secret(variable_name: str) -> bool:
    """Whether a variable of that name must be given by reference."""
    return _SECRET_VARIABLE.fullmatch(variable_name) is not None


def is_reference(value: str) -> bool:
    """Whether a value says where a secret is, rather than being one."""
    return _REFERENCE.match(value) is not None


def reference(value: str) -> Wrong | None:
    """Where a secret is: `keyring:NAME`, `env:NAME` or `cmd:COMMAND`."""
    if not _REFERENCE.match(value) or not is_clean(value):
        return Wrong("keyring:NAME, env:NAME or cmd:COMMAND", "a secret never stands here itself")
    kind, _, rest = value.partition(":")
    if kind == "env":
        return variable(rest)
    if kind == "keyring":
        return None if rest and rest == rest.strip() else Wrong("a name after keyring:")
    return _command_line(rest)


def graph(value: str) -> Wrong | None:
    """A LangGraph graph as `module:graph`."""
    return None if _GRAPH.fullmatch(value) else Wrong("module:graph")


def binding(value: str) -> Wrong | None:
    """The id of a key binding."""
    return None if _BINDING.fullmatch(value) else Wrong("the id of a key, such as review.merge")


def _command_line(value: str) -> Wrong | None:
    import shlex

    try:
        words = shlex.split(value)
    except ValueError:
        return Wrong("a command whose quotes are closed after cmd:")
    return None if words and words[0] else Wrong("a command after cmd:")


def _known_placeholders(value: str) -> Wrong | None:
    """A word in braces that looks like a placeholder, but is none, is a slip of the pen."""
    from fleettui.config.problems import nearest

    for word in re.findall(r"\{([a-z_]+)\}", value):
        if word not in PLACEHOLDERS and (close := nearest(word, PLACEHOLDERS, cutoff=0.8)):
            return Wrong("known placeholders only", f"did you mean {{{close}}}?")
    return None


def _url(
    value: str,
    schemes: tuple[str, ...],
    expected: str,
    *,
    user: bool = False,
    port: bool = False,
) -> Wrong | None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value)
        number = parts.port
    except ValueError:
        return Wrong(expected)
    host = parts.hostname or ""
    fine = (
        line(value) is None
        and " " not in value
        and parts.scheme in schemes
        and (_SSH_HOST.fullmatch(host) or _is_ipv6(host))
        and (number or not port)
        and number != 0
        and parts.password is None
        and (user or parts.username is None)
        and not parts.fragment
    )
    return None if fine else Wrong(expected)


def _split_port(value: str) -> tuple[str, str | None]:
    if value.startswith("[") and "]" in value:
        host, _, rest = value[1:].partition("]")
        return (host, rest[1:]) if rest.startswith(":") else (host if not rest else "", None)
    if _is_ipv6(value):
        return value, None
    host, colon, port = value.rpartition(":")
    return (host, port) if colon else (value, None)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535


def _is_ipv6(host: str) -> bool:
    from ipaddress import AddressValueError, IPv6Address

    if ":" not in host:
        return False
    try:
        IPv6Address(host)
    except AddressValueError:
        return False
    return True
