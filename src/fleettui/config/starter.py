"""The first fleet.toml: what was found on this computer, with comments that teach the rest."""

from collections.abc import Sequence

from fleettui.config.aliases import Alias
from fleettui.config.nearby import Clone
from fleettui.config.write import entry

MOST_MACHINES = 10
"""A personal fleet; aliases past that are written as comments."""

_HEAD = """\
# The fleet that is looked at from {host}. The project's docs/configuration.md explains every key.
# `fleettui doctor` checks all of this, `fleettui init --add NAME` adds a machine.

[fleet]
{name}
# refresh_s = 5                  # how often a source that is on the screen is read
"""

_THIS_MACHINE = """\
[[machines]]                     # no ssh: this machine
{name}
roles = [{roles}]
{ollama}
"""

_NO_OLLAMA = '# ollama = "http://127.0.0.1:11434"   # no Ollama answered when this was written'

_REMOTE = """\
[[machines]]
{name}
{ssh}
# roles = ["orchestrator", "execution"]   # workstation, orchestrator, inference, execution
# ollama = "ssh"                 # its own 127.0.0.1:11434 through SSH; or "http://HOST:11434"
# max_agents = 4
# services = [{{ name = "gateway", port = 18789 }}, {{ name = "api", pm2 = "api" }}]
"""

_REPO = """\
[[repos]]
{name}
{path}
{base}
{push}
{gate}
# [repos.clones]                 # where agents work, per machine
# {machine} = "~/agents/{plain}"
"""

_EXAMPLE_REPO = """\
# [[repos]]
# name = "app"
# path = "~/src/app"
# base = "main"
# push = "origin"                # absent: never pushes
# gates = [["make", "test"]]
"""

_ROUTING = """\
# Ladders: the first model that is reachable, capable and affordable is taken.
[routing]
{mechanical}
{reasoning}
# judgment = ["anthropic/claude-sonnet-4.5@openrouter"]
# novel = ["anthropic/claude-opus-4.6@openrouter"]
"""

_NO_ROUTING = """\
# Ladders: the first model that is reachable, capable and affordable is taken.
# [routing]
# mechanical = ["qwen3:8b@{host}", "anthropic/claude-sonnet-4.5@openrouter"]
"""

_PAID = """\
# Paid models, and where their key is (never the key itself).
# [[models]]
# id = "anthropic/claude-sonnet-4.5@openrouter"
# tier = "sonnet"
# usd_per_mtok = { input = 3.0, output = 15.0 }
# [providers.openrouter]
# base_url = "https://openrouter.ai/api/v1"
# key = "keyring:openrouter"     # or env:OPENROUTER_API_KEY, or cmd:op read op://…

# [budget]
# monthly_usd = 100
# baseline_usd = 200             # what you would pay otherwise; savings are against it
"""


def starter(
    host: str,
    ollama: str,
    models: tuple[str, ...] | None,
    aliases: Sequence[Alias],
    clones: Sequence[Clone],
) -> str:
    """The text of a fleet.toml; `models` are those of the Ollama at `ollama`, None: no Ollama."""
    remotes = [_remote(alias) for alias in aliases if alias.name.lower() != host.lower()]
    active, rest = remotes[: MOST_MACHINES - 1], remotes[MOST_MACHINES - 1 :]
    parts = [
        _HEAD.format(host=host, name=entry("name", "home")),
        _this_machine(host, ollama, models),
        *active,
        *(_commented(text) for text in rest),
        *([_repo(clone, host) for clone in clones] or [_EXAMPLE_REPO]),
        _routing(host, models or ()),
        _PAID,
    ]
    return "\n".join(parts)


def _this_machine(host: str, ollama: str, models: tuple[str, ...] | None) -> str:
    lines = [_NO_OLLAMA] if models is None else [entry("ollama", ollama)]
    if models:
        lines.append(f"{entry('models', models)}   # expected to be installed")
    roles = '"workstation", "execution"' + ("" if models is None else ', "inference"')
    return _THIS_MACHINE.format(name=entry("name", host), roles=roles, ollama="\n".join(lines))


def _remote(alias: Alias) -> str:
    return _REMOTE.format(name=entry("name", alias.name), ssh=entry("ssh", alias.name))


def _repo(clone: Clone, host: str) -> str:
    gate = entry("gates", [clone.gate or ("make", "test")])
    push = '# push = "origin"               # absent: never pushes'
    if not clone.remote:
        push = '# push = "origin"               # it has no remote yet'
    return _REPO.format(
        name=entry("name", clone.name),
        path=entry("path", clone.path),
        base=entry("base", clone.base),
        push=push,
        gate=f"# {gate}   # must succeed before a change is ready",
        machine=entry(host, "").partition(" = ")[0],
        plain=clone.name,
    )


def _routing(host: str, models: tuple[str, ...]) -> str:
    if not models:
        return _NO_ROUTING.format(host=host)
    ladder = [f"{model}@{host}" for model in models[:3]]
    return _ROUTING.format(
        mechanical=entry("mechanical", ladder), reasoning=entry("reasoning", ladder)
    )


def _commented(text: str) -> str:
    return "".join(line if line.startswith("#") else f"# {line}" for line in text.splitlines(True))
