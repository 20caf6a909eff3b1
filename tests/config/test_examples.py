"""The files that people start from say what their comments say."""

import re
import tomllib
from pathlib import Path

import pytest

from fleettui.config.load import load, parse
from fleettui.model.catalog import Billing
from fleettui.model.fleet import Fleet
from fleettui.model.machine import CheckKind, Machine, Platform, Role
from fleettui.model.repo import Lock

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(ROOT.glob("docs/examples/*.toml"))
ENVIRON = {"HOME": "/home/ada"}


def example(name: str) -> Fleet:
    return load(ROOT / "docs/examples" / f"{name}.toml", ENVIRON)


def machine(fleet: Fleet, name: str) -> Machine:
    found = fleet.machine(name)
    assert found is not None
    return found


def checks(owner: Machine) -> set[tuple[str, CheckKind, str]]:
    return {(one.name, one.kind, one.target) for one in owner.services}


def test_the_repositorys_own_file_shows_this_machine() -> None:
    fleet = load(ROOT / "fleet.toml", ENVIRON)
    (this,) = fleet.machines
    assert this.local
    assert this.ollama_optional
    assert fleet.name == "home"


def test_its_comments_are_a_valid_file_too() -> None:
    """What a user takes the `#` away from must work at once."""
    text = (ROOT / "fleet.toml").read_text()
    lines = [re.sub(r"^# (?=[\[\]}\w\" ])", "", line) for line in text.split("\n")[8:]]
    kept = [line for line in lines if not line.startswith(("──", "With none"))]
    fleet = parse("\n".join(kept), file="fleet.toml", environ=ENVIRON)
    assert [one.name for one in fleet.machines] == ["desk", "engine"]
    assert len(machine(fleet, "engine").services) == len(CheckKind)
    assert fleet.budget.at_limit == "local"
    assert fleet.theme == "fleet-dark"


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_every_example_loads_and_holds_no_secret(file: Path) -> None:
    fleet = load(file, ENVIRON)
    assert len(fleet.machines) >= 2
    assert sum(one.local for one in fleet.machines) == 1
    assert not re.search(r"\bsk-[a-z]|ghp_|password", file.read_text())


def test_workstation_brain_and_engine() -> None:
    fleet = example("workstation-brain-engine")
    assert [(one.name, one.roles) for one in fleet.machines] == [
        ("workstation", (Role.WORKSTATION,)),
        ("brain", (Role.ORCHESTRATOR, Role.EXECUTION)),
        ("engine", (Role.INFERENCE,)),
    ]
    engine = machine(fleet, "engine")
    assert engine.ollama[0] == "http://engine.local:11434"
    assert engine.models == ("qwen2.5-coder:32b", "deepseek-r1:32b")
    assert machine(fleet, "brain").max_agents == 4
    power = sum(one.monthly_power_usd or 0 for one in fleet.machines)
    assert 10 <= power <= 15
    assert fleet.engine.host == "brain"
    assert fleet.repos[0].clones == {"brain": "~/src/app"}


def test_its_three_tiers() -> None:
    fleet = example("workstation-brain-engine")
    prices = {one.tier: dict(one.usd_per_mtok) for one in fleet.models}
    assert prices["sonnet"] == {"input": 3.0, "output": 15.0}
    assert prices["opus"] == {"input": 15.0, "output": 75.0}
    first = {word: ladder[0] for word, ladder in fleet.routing.categories.items()}
    assert first == {
        "mechanical": "qwen2.5-coder:32b@engine",
        "reasoning": "deepseek-r1:32b@engine",
        "judgment": "anthropic/claude-sonnet-4.5@openrouter",
        "novel": "anthropic/claude-opus-4.6@openrouter",
    }
    assert fleet.routing.kinds["elaboration"] == (
        "deepseek-r1:32b@engine",
        "anthropic/claude-sonnet-4.5@openrouter",
    )
    assert fleet.routing.kinds["ambiguous"][0] == "anthropic/claude-sonnet-4.5@openrouter"
    assert fleet.providers[0].base_url == "https://openrouter.ai/api/v1"
    assert (fleet.budget.monthly_usd, fleet.budget.baseline_usd) == (100.0, 200.0)
    assert fleet.agents[0].langgraph == "workflows.coding:graph"
    assert fleet.agents[0].mcp == tuple(server.name for server in fleet.mcp)


def test_clawdbots_machines() -> None:
    fleet = example("clawdbot-fleet")
    mac, mini, msi = fleet.machines
    assert (mac.name, mini.name, msi.name) == ("macbook", "mini", "msi")
    assert mac.models == ("devstral-small-2:24b", "gpt-oss:20b", "qwen3:8b")
    assert mini.ssh == (
        "felipemacmini@felipes-mac-mini.local",
        "felipemacmini@100.115.10.14",
    )
    assert mini.ollama == ("http://felipes-mac-mini.local:11434", "http://100.115.10.14:11434")
    assert mini.models == ("gpt-oss:20b", "qwen3:8b", "qwen3-fast:8b")
    assert msi.platform is Platform.WINDOWS
    assert msi.proxy == "socks5://localhost:1055"
    assert msi.ssh == ("msi", "felip@100.67.241.32")
    assert (msi.ollama, msi.models) == ((), ())


def test_clawdbots_services_and_jobs() -> None:
    fleet = example("clawdbot-fleet")
    mac, mini, msi = (checks(one) for one in fleet.machines)
    assert ("gateway", CheckKind.PORT, "18789") in mac & mini & msi
    assert ("gateway", CheckKind.TASK, "ClawdbotGateway") in msi
    assert ("ollama", CheckKind.BREW, "ollama") in mini
    assert ("aphos-prod", CheckKind.PM2, "aphos-server-prod") in mini
    assert {("aphos-prod", CheckKind.PORT, "2567"), ("aphos-dev", CheckKind.PORT, "2568")} <= mini
    assert ("clawd-monitor", CheckKind.URL, "http://127.0.0.1:9009/") in mini
    assert {kind for one in fleet.machines for _, kind, _ in checks(one)} == (
        set(CheckKind) - {CheckKind.SYSTEMD}
    )
    ages = {one.name: one.max_age_s for one in fleet.machines[0].services if one.max_age_s}
    assert ages == {"event-log": 90, "cleanup": 1350, "cleaner-bot": 5400, "healer-bot": 5400}


def test_clawdbots_ladders_per_machine() -> None:
    fleet = example("clawdbot-fleet")
    for one in fleet.machines:
        assert one.routing["heartbeat"] == ("gpt-oss:20b@mini",)
    mac, mini, msi = fleet.machines
    assert [rung.rpartition("@")[0] for rung in mac.routing["*"]] == [
        "claude-opus-4-5",
        "claude-sonnet-4-5",
        "devstral-small-2:24b",
        "gpt-oss:20b",
        "qwen3:8b",
    ]
    assert mini.routing["*"] == (
        "gpt-oss:20b@mini",
        "qwen3:8b@mini",
        "claude-sonnet-4-5@anthropic",
        "claude-opus-4-5@anthropic",
    )
    places = [rung.rpartition("@")[2] for rung in msi.routing["*"]]
    assert list(dict.fromkeys(places)) == ["mini", "macbook", "anthropic"]
    assert mac.routing["mechanical"][0] == "devstral-small-2:24b@macbook"
    assert fleet.budget.baseline_usd == 300
    assert {(source.machine, source.format) for source in fleet.cost_sources} == {
        ("macbook", "pi"),
        ("mini", "pi"),
        ("msi", "pi"),
    }


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("Build the iOS app", "mini"),
        ("xcode says no", "mini"),
        ("Write a PowerShell script", "msi"),
        ("Explain Windowsill", None),
        ("curious", None),
    ],
)
def test_clawdbots_rules(text: str, wanted: str | None) -> None:
    rules = example("clawdbot-fleet").routing.rules
    assert next((rule.machine for rule in rules if re.search(rule.match, text)), None) == wanted


def test_local_and_remote_layers() -> None:
    fleet = example("local-remote-layers")
    desktop, mini = fleet.machines
    assert (desktop.roles, desktop.local) == ((Role.WORKSTATION,), True)
    assert Role.EXECUTION in mini.roles
    assert mini.max_agents == 8
    assert mini.ollama == ("ssh",)
    assert fleet.engine.host == "mini"
    assert fleet.engine.url == "env:FLEETTUI_ENGINE_URL"
    for repo in fleet.repos:
        assert list(repo.clones) == ["mini"]
        assert repo.push == "origin"
        assert Lock("github-api", 3) in repo.locks
    assert fleet.repos[0].gates == (("make", "lint"), ("make", "types"), ("make", "test"))
    assert fleet.agents[0].billing is Billing.SUBSCRIPTION
    assert (fleet.subscriptions[0].usd_per_month, fleet.subscriptions[0].agents) == (
        200.0,
        ("claude",),
    )
    assert fleet.budget.at_limit == "wait"


def test_the_reference_names_every_key() -> None:
    reference = (ROOT / "docs/configuration.md").read_text()
    whole = tomllib.loads(Path(__file__).with_name("every_key.toml").read_text())
    own_words = {"engine", "app", "fixer", "flow", "git", "web", "cloud", "review", "approve"}
    own_words |= {"review.merge", "OPENAI_API_KEY", "LOG", "EMPTY_TOKEN", "sonnet", "*"}
    # `engine` is a section and a name in the file.
    words = _keys(whole) - own_words | {"engine"}
    assert [
        word for word in sorted(words) if not re.search(rf"[`.\[]{word}[`\].]", reference)
    ] == []


def _keys(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    if not isinstance(value, dict):
        return set()
    return set(value) | set().union(*map(_keys, value.values()))
