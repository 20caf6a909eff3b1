"""The files of the demo's folder: its fleet.toml and its SSH configuration."""

import os
from collections.abc import Mapping
from pathlib import Path

from fleettui.commands.demo.cast import PARTS

_FLEET = """\
# The fleet of fleettui demo: made up, and deleted when the demo ends.
[fleet]
name = "demo"
refresh_s = 2
state_dir = "{folder}/state"
ssh_config = "{folder}/ssh_config"

[[machines]]
name = "workstation"
roles = ["workstation"]
ssh = "workstation"
platform = "macos"

[[machines]]
name = "brain"
roles = ["orchestrator", "execution"]
ssh = "brain"
platform = "macos"
max_agents = 8
monthly_power_usd = 6.0
services = [
  {{ name = "gateway", port = 18789 }},
  {{ name = "n8n", port = 5678 }},
  {{ name = "langgraph", launchd = "com.example.langgraph" }},
  {{ name = "watcher", launchd = "com.example.watcher" }},
  {{ name = "cleaner", file = "~/.cleaner/last-run", max_age_s = 5400 }},
]

[[machines]]
name = "engine"
roles = ["inference"]
ssh = "engine"
platform = "macos"
ollama = "http://127.0.0.1:{engine}"
models = ["qwen2.5-coder:32b", "deepseek-r1:32b"]
monthly_power_usd = 7.5

[[machines]]
name = "mini"
roles = ["inference", "execution"]
ssh = "mini"
platform = "macos"
ollama = "ssh"
models = ["gpt-oss:20b", "qwen3:8b", "qwen3-fast:8b"]
max_agents = 4
services = [
  {{ name = "game-server", pm2 = "game-server" }},
  {{ name = "game-dev", pm2 = "game-server-dev" }},
  {{ name = "monitor", url = "http://127.0.0.1:9009/health" }},
  {{ name = "ollama-brew", brew = "ollama" }},
]
routing = {{ heartbeat = ["gpt-oss:20b@mini"] }}

[[machines]]
name = "msi"
roles = ["execution"]
ssh = "msi"
platform = "windows"
services = [{{ name = "bot", task = "Gateway" }}]
routing = {{ "*" = ["gpt-oss:20b@mini"] }}

[[repos]]
name = "app"
path = "{folder}/src/app"
base = "main"
push = "origin"
gates = [["git", "diff", "--check", "main"]]
clones = {{ brain = "~/src/app" }}

[[repos]]
name = "web"
path = "{folder}/src/web"
base = "main"
push = "origin"
clones = {{ brain = "~/src/web" }}

[[models]]
id = "qwen2.5-coder:32b@engine"
tier = "local"
[[models]]
id = "deepseek-r1:32b@engine"
tier = "local"
[[models]]
id = "gpt-oss:20b@mini"
tier = "local"
[[models]]
id = "anthropic/claude-sonnet-4.5@openrouter"
tier = "sonnet"
usd_per_mtok = {{ input = 3.0, output = 15.0 }}
[[models]]
id = "anthropic/claude-opus-4.6@openrouter"
tier = "opus"
usd_per_mtok = {{ input = 15.0, output = 75.0 }}

[routing]
mechanical = ["qwen2.5-coder:32b@engine", "anthropic/claude-sonnet-4.5@openrouter"]
reasoning = ["deepseek-r1:32b@engine", "anthropic/claude-sonnet-4.5@openrouter"]
judgment = ["anthropic/claude-sonnet-4.5@openrouter", "anthropic/claude-opus-4.6@openrouter"]
novel = ["anthropic/claude-opus-4.6@openrouter"]
heartbeat = ["gpt-oss:20b@mini"]

[budget]
monthly_usd = 100
baseline_usd = 200
"""

_HOST = """\
Host {name}
  HostName 127.0.0.1
  Port {port}
  User demo
  UserKnownHostsFile "{folder}/known_hosts"
  GlobalKnownHostsFile {nothing}
  IdentityFile "{folder}/id_ed25519"
  IdentitiesOnly yes
  IdentityAgent none
"""


def fleet_toml(folder: Path, engine: int) -> str:
    """The configuration; `engine` is the port of the engine's Ollama."""
    return _FLEET.format(folder=folder, engine=engine)


def ssh_config(folder: Path, ports: Mapping[str, int]) -> str:
    """An alias for each machine; no key, agent or known host of the user is used."""
    return "\n".join(
        _HOST.format(name=part.name, port=ports[part.name], folder=folder, nothing=os.devnull)
        for part in PARTS
    )
