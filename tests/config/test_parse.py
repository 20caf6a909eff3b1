"""Every key of fleet.toml, rightly and wrongly written."""

import math
from pathlib import Path

import pytest

from fleettui.config.load import parse
from fleettui.model.catalog import AgentSpec, Billing, McpServer, ModelSpec, Provider
from fleettui.model.errors import ConfigError
from fleettui.model.fleet import Engine, Fleet
from fleettui.model.machine import CheckKind, Machine, Platform, Role, ServiceCheck
from fleettui.model.policy import Budget, CostSource, RoutingRule, Subscription
from fleettui.model.repo import Lock, Repo

EVERY_KEY = Path(__file__).with_name("every_key.toml")
ENVIRON = {"HOME": "/home/ada"}
ENGINE = '[[machines]]\nname = "engine"\nssh = "engine"\nmodels = ["qwen3:8b"]\n'


def read(text: str | bytes) -> Fleet:
    return parse(text, file="/etc/fleet/fleet.toml", environ=ENVIRON)


def refusal(text: str | bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert str(caught.value).isprintable()
    return caught.value


@pytest.fixture(scope="module")
def full() -> Fleet:
    return read(EVERY_KEY.read_bytes())


def test_the_fleet_itself(full: Fleet) -> None:
    assert (full.name, full.refresh_s) == ("home", 2.5)
    assert full.state_dir == "/home/ada/state"
    assert full.ssh_config == "/etc/ssh/fleet_config"
    assert full.file == "/etc/fleet/fleet.toml"
    assert full.otel_listen == "127.0.0.1:4318"
    assert full.theme == "fleet-dark"
    assert full.keys == {"review.merge": "M", "review.approve": "ctrl+a"}
    assert full.engine == Engine("engine", "env:FLEETTUI_ENGINE_URL")


def test_machines(full: Fleet) -> None:
    desk, engine = full.machines
    assert desk == Machine("desk", (Role.WORKSTATION,))
    assert desk.local
    assert engine.roles == (Role.INFERENCE, Role.EXECUTION)
    assert engine.ssh == ("engine", "me@100.64.0.7:2222")
    assert engine.ollama == ("http://engine.local:11434", "ssh")
    assert engine.proxy == "socks5://localhost:1055"
    assert engine.platform is Platform.MACOS
    assert engine.models == ("qwen2.5-coder:32b", "deepseek-r1:32b", "gpt-oss")
    assert (engine.max_agents, engine.monthly_power_usd) == (8, 7.5)
    assert engine.routing == {
        "heartbeat": ("gpt-oss:latest@engine",),
        "*": ("qwen2.5-coder:32b@engine",),
    }
    assert not engine.ollama_optional


def test_services(full: Fleet) -> None:
    assert full.machines[1].services == (
        ServiceCheck("gateway", CheckKind.PORT, "18789"),
        ServiceCheck("watcher", CheckKind.LAUNCHD, "com.example.watcher"),
        ServiceCheck("api", CheckKind.PM2, "api"),
        ServiceCheck("bot", CheckKind.TASK, "Clawd\\Gateway"),
        ServiceCheck("ollama", CheckKind.SYSTEMD, "ollama.service"),
        ServiceCheck("monitor", CheckKind.URL, "http://127.0.0.1:9009/health?full=1"),
        ServiceCheck("ollama-brew", CheckKind.BREW, "ollama"),
        ServiceCheck("bot", CheckKind.PROCESS, "clawdbot-gateway"),
        ServiceCheck("cleaner", CheckKind.FILE, "~/.cleaner/last-run", 5400.0),
    )


def test_repositories(full: Fleet) -> None:
    assert full.repos == (
        Repo(
            "app",
            "/home/ada/src/app",
            base="trunk",
            push="origin",
            gates=(("uv", "run", "pytest", "-q"), ("make", "lint")),
            setup=("make", "deps"),
            locks=(Lock("postgres-dev"), Lock("github-api", 3)),
            clones={"engine": "~/agents/app"},
        ),
    )


def test_models_providers_and_tool_servers(full: Fleet) -> None:
    assert full.models == (
        ModelSpec("qwen2.5-coder:32b@engine", "local"),
        ModelSpec(
            "anthropic/claude-sonnet-4.5@cloud",
            "sonnet",
            {
                "input": 3.0,
                "output": 15.0,
                "cache_read": 0.3,
                "cache_write_5m": 3.75,
                "cache_write_1h": 6.0,
            },
        ),
    )
    assert full.providers == (
        Provider("cloud", "https://openrouter.ai/api/v1", "keyring:openrouter"),
    )
    assert full.mcp == (
        McpServer("git", command=("uvx", "mcp-server-git")),
        McpServer("web", url="http://127.0.0.1:8931/mcp"),
    )


def test_agents(full: Fleet) -> None:
    fixer, flow = full.agents
    assert fixer == AgentSpec(
        "fixer",
        command=("python3", "fix.py", "--prompt-file", "{prompt_file}", ""),
        stdin="{prompt}\n",
        models=("qwen*", "deepseek*"),
        env={
            "OPENAI_API_KEY": "cmd:op read 'op://my vault/key'",
            "LOG": "debug {task}",
            "EMPTY_TOKEN": "",
        },
        tools=True,
        timeout_s=3600.0,
        billing=Billing.SUBSCRIPTION,
        mcp=("git", "web"),
    )
    assert flow == AgentSpec("flow", langgraph="flows.main:graph")


def test_routing_budget_and_costs(full: Fleet) -> None:
    local, cloud = "qwen2.5-coder:32b@engine", "anthropic/claude-sonnet-4.5@cloud"
    assert full.routing.categories == {
        "mechanical": (local, cloud),
        "reasoning": ("deepseek-r1:32b@engine",),
        "judgment": (cloud,),
        "novel": (cloud,),
    }
    assert full.routing.kinds == {
        "elaboration": ("deepseek-r1:32b@engine", cloud),
        "heartbeat": ("gpt-oss@engine",),
    }
    assert full.routing.rules == (
        RoutingRule("(?i)release notes", kind="story-drafting", tier="sonnet"),
        RoutingRule(r"(?i)\bios\b", model=local, machine="engine", agent="fixer"),
    )
    assert full.budget == Budget(100.0, 10.0, 2.5, {"sonnet": 60.0}, 0.7, "wait", 200.0)
    assert full.cost_sources == (
        CostSource("engine", "~/.clawdbot/agents/*/sessions/*.jsonl", "pi"),
    )
    assert full.subscriptions == (Subscription("Claude Max", 200.0, ("claude", "fixer")),)


def test_an_empty_file_is_this_machine_with_every_default() -> None:
    fleet = read("")
    (machine,) = fleet.machines
    assert (machine.local, machine.ollama_optional) == (True, True)
    assert machine.ollama == ("http://127.0.0.1:11434",)
    assert (fleet.name, fleet.refresh_s) == ("fleet", 5.0)
    assert fleet.state_dir == "/home/ada/.local/state/fleettui"
    assert fleet.ssh_config == "/home/ada/.ssh/config"
    assert fleet.budget == Budget()


def test_the_state_folder_follows_xdg_unless_it_is_relative() -> None:
    def state_dir(setting: str) -> str:
        return parse("", file="f", environ={**ENVIRON, "XDG_STATE_HOME": setting}).state_dir

    assert state_dir("/var/state") == "/var/state/fleettui"
    assert state_dir("state") == "/home/ada/.local/state/fleettui"


def test_a_relative_path_is_below_the_folder_of_the_file() -> None:
    fleet = read('[[repos]]\nname = "app"\npath = "../app"\n')
    assert fleet.repos[0].path == "/etc/app"


def test_a_single_address_is_a_list_of_one() -> None:
    fleet = read('[[machines]]\nname = "a"\nssh = "a"\nollama = "ssh"\n')
    assert (fleet.machines[0].ssh, fleet.machines[0].ollama) == (("a",), ("ssh",))


def test_well_known_providers_need_no_table() -> None:
    fleet = read('[[models]]\nid = "claude-sonnet-4-5@anthropic"\ntier = "sonnet"\n')
    assert fleet.providers == (Provider("anthropic", "https://api.anthropic.com"),)


def test_a_machine_that_lists_no_models_may_be_named_with_any() -> None:
    fleet = read("[[machines]]\nname='a'\n[routing]\nnovel=['m@a']\n")
    assert fleet.routing.categories == {"novel": ("m@a",)}
    error = refusal("[[machines]]\nname='a'\n[routing]\nnovel=['m@b']\n")
    assert (error.line, error.key) == (4, "routing.novel[0]")


def test_a_model_on_a_machine_is_local_by_default() -> None:
    fleet = read(f'{ENGINE}[[models]]\nid = "llama3:8b@engine"\n')
    assert fleet.models == (ModelSpec("llama3:8b@engine", "local"),)


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_byte_order_mark_and_windows_line_endings(prefix: bytes, newline: bytes) -> None:
    lines = [b"[fleet]", b'name = "home"', b"[[machines]]", b'name = "a"', b"role = []", b""]
    error = refusal(prefix + newline.join(lines))
    assert (error.line, error.key) == (5, "machines[0].role")
    assert read(prefix + newline.join(lines[:4])).name == "home"


WRONG = [
    # text, line, key, what the message says
    ("[flet]\n", 1, "flet", 'did you mean "fleet"?'),
    ("[fleet]\nname='a'\nzz = 1\n", 3, "fleet.zz", 'the nearest known key is "'),
    ("[fleet]\nrefresh_s = 0.1\n", 2, "fleet.refresh_s", "from 0.5 to 3600, got 0.1"),
    ("[fleet]\nrefresh_s = nan\n", 2, "fleet.refresh_s", "got nan"),
    ("[fleet]\nrefresh_s = true\n", 2, "fleet.refresh_s", "got true"),
    ("[fleet]\nrefresh_s = " + "9" * 4000, 2, "fleet.refresh_s", "got a huge number"),
    ("[fleet]\nname = 3\n", 2, "fleet.name", "expected a string, got 3"),
    ('[fleet]\nname = "a\\u001b[31mb"\n', 2, "fleet.name", "without control"),
    ('[fleet]\nname = "a\\u202eb"\n', 2, "fleet.name", "without control"),
    ('[fleet]\nname = " a"\n', 2, "fleet.name", "no blanks before or after"),
    ("[fleet]\nname = 1979-05-27\n", 2, "fleet.name", "got a date or time"),
    ("fleet = 1\n", 1, "fleet", "expected a table, got 1"),
    ("[machines]\nname = 'a'\n", 1, "machines", "write [[machines]]"),
    ("machines = [1]\n", 1, "machines[0]", "expected a table, got 1"),
    ("[[machines]]\nssh = 'a'\n", 1, "machines[0].name", "missing"),
    ("[[machines]]\nname = 'a b'\n", 2, "machines[0].name", "expected a name"),
    ("[[machines]]\nname='a'\nroles=[\n 'execution',\n 'inferense']", 5, "machines[0].roles[1]",
     'did you mean "inference"?'),
    ("[[machines]]\nname='a'\nroles='execution'", 3, "machines[0].roles", "a list of strings"),
    ("[[machines]]\nname='a'\nmodels=['x','x']", 3, "machines[0].models[1]", '"x" is there twice'),
    ("[[machines]]\nname='a'\n[[machines]]\nname='A'", 4, "machines[1].name", "already is a"),
    ("[[machines]]\nname='a'\nssh=[]", 3, "machines[0].ssh", "at least one address"),
    ("[[machines]]\nname='a'\nssh='-oProxyCommand=x'", 3, "machines[0].ssh", "an SSH alias"),
    ("[[machines]]\nname='a'\nssh='a b'", 3, "machines[0].ssh", "an SSH alias"),
    ("[[machines]]\nname='a'\nssh='me@host:70000'", 3, "machines[0].ssh", "an SSH alias"),
    ("[[machines]]\nname='a'\nollama='mac:11434'", 3, "machines[0].ollama", '"http://mac:11434"'),
    ("[[machines]]\nname='a'\nollama='http://u:secret@h'", 3, "machines[0].ollama", "//…@h"),
    ("[[machines]]\nname='a'\nproxy='socks5://h'", 3, "machines[0].proxy", "a proxy such as"),
    ("[[machines]]\nname='a'\nplatform='mac'", 3, "machines[0].platform", 'mean "macos"?'),
    ("[[machines]]\nname='a'\nmax_agents=-1", 3, "machines[0].max_agents", "got -1"),
    ("[[machines]]\nname='a'\nmax_agents=2.5", 3, "machines[0].max_agents", "whole number"),
    ("[[machines]]\nname='a'\nservices=[{name='x'}]", 3, "machines[0].services[0].name",
     "expected one of port, url"),
    ("[[machines]]\nname='a'\nservices=[{name='x', port=1, pm2='x'}]", 3,
     "machines[0].services[0].name", "got port and pm2"),
    ("[[machines]]\nname='a'\nservices=[{name='x', port=0}]", 3,
     "machines[0].services[0].port", "from 1 to 65535"),
    ("[[machines]]\nname='a'\nservices=[{name='x', pm2=\"a\\nb\"}]", 3,
     "machines[0].services[0].pm2", "without control"),
    ("[[machines]]\nname='a'\nservices=[{name='x', pm2='x', max_age_s=9}]", 3,
     "machines[0].services[0].max_age_s", "belongs to a service with file"),
    ("[[machines]]\nname='a'\nservices=[{name='x', pm2='x'},\n {name='x', pm2='y'}]", 4,
     "machines[0].services[1].name", "already is a pm2 service"),
    ("[[machines]]\nname='a'\nrouting={heartbeet=[]}", 3, "machines[0].routing.heartbeet",
     'did you mean "heartbeat"?'),
    ("[[repos]]\nname='a'\n", 1, "repos[0].path", "missing"),
    ("[[repos]]\nname='a'\npath='/a'\nbase='a..b'", 4, "repos[0].base", "a name that git allows"),
    ("[[repos]]\nname='a'\npath='/a'\ngates=['make']", 4, "repos[0].gates[0]", '["make", "test"]'),
    ("[[repos]]\nname='a'\npath='/a'\ngates=[['']]", 4, "repos[0].gates[0]", "as a list"),
    ("[[repos]]\nname='a'\npath='/a'\nlocks=[{name='x', slots=0}]", 4, "repos[0].locks[0].slots",
     "from 1 to 1000"),
    ("[[repos]]\nname='a'\npath='/a'\nlocks=['x', 'X']", 4, "repos[0].locks[1]", "already is"),
    ("[[repos]]\nname='a'\npath='/a'\n[repos.clones]\nbrain='~/a'", 5, "repos[0].clones.brain",
     'no machine "brain"'),
    ("[[repos]]\nname='a'\npath='/a'\nlocks=['x']\n[[repos]]\nname='b'\npath='/b'\n"
     "locks=[{name='x',slots=2}]", 8, "repos[1].locks[0]", "has 1 slots in another"),
    ("[[models]]\nid='qwen3:8b'\ntier='local'", 2, "models[0].id", "name@machine or name@provider"),
    ("[[models]]\nid='m@openruter'\ntier='x'", 2, "models[0].id", "no machine or provider"),
    ("[[models]]\nid='m@openrouter'\n", 1, "models[0].tier", "missing"),
    ("[[models]]\nid='m@openrouter'\ntier='x'\nusd_per_mtok={inputs=1}", 4,
     "models[0].usd_per_mtok.inputs", 'did you mean "input"?'),
    ("[routing]\nmecanical=[]", 2, "routing.mecanical", 'did you mean "mechanical"?'),
    (ENGINE + "[routing]\nnovel=[\n'qwen3:8b@engine',\n'qwen3:9b@engine']", 8, "routing.novel[1]",
     'did you mean "qwen3:8b@engine"?, or add "qwen3:9b" to the models of engine'),
    ("[routing]\nheartbeat=['m@x']\n[routing.kinds]\nheartbeat=['m@x']", 4,
     "routing.kinds.heartbeat", "already given as routing.heartbeat"),
    ("[[routing.rules]]\nmatch='('\nkind='elaboration'", 2, "routing.rules[0].match",
     "a regular expression (missing ), unterminated subpattern"),
    ("[[routing.rules]]\nmatch='a'", 2, "routing.rules[0].match", "add one of kind, tier"),
    ("[[routing.rules]]\nmatch='a'\nkind='elaborate'", 3, "routing.rules[0].kind",
     'did you mean "elaboration"?'),
    ("[[routing.rules]]\nmatch='a'\nagent='claud'", 3, "routing.rules[0].agent", '"claude"?'),
    ("[[routing.rules]]\nmatch='a'\ntier='opus'", 3, "routing.rules[0].tier", "there is local"),
    ("[agents.x]\nstdin='a'", 1, "agents.x.command", "missing"),
    ("[agents.x]\ncommand=['a']\nlanggraph='a:b'", 3, "agents.x.langgraph", "got both"),
    ("[agents.x]\ncommand=['a', '{promt}']", 2, "agents.x.command[1]", "mean {prompt}?"),
    ("[agents.x]\ncommand=['a']\nmcp=['gti']\n[mcp.git]\nurl='http://h'", 3, "agents.x.mcp[0]",
     'did you mean "git"?'),
    ("[agents.x]\ncommand=['a']\nenv={'A B'='x'}", 3, "agents.x.env.A B", "environment variable"),
    ("[agents.x]\ncommand=['a']\nenv={B='env:'}", 3, "agents.x.env.B", "environment variable"),
    ("[agents.'a b']\ncommand=['a']", 1, "agents.a b", "expected a name"),
    ("[mcp.x]\ncommand=['a']\nurl='http://h'", 3, "mcp.x.url", "got both"),
    ("[mcp.x]\n", 1, "mcp.x.command", "got none"),
    ("[[machines]]\nnme='a'\n", 2, "machines[0].nme", 'did you mean "name"?; and 1 more'),
    ("[providers.x]\n", 1, "providers.x.base_url", "missing"),
    (ENGINE + "[providers.engine]\nbase_url='https://h'", 5, "providers.engine", "mean both"),
    ("[engine]\nhost='brain'", 2, "engine.host", 'no machine "brain"'),
    ("[engine]\nurl='postgresql://me:pw@brain/fleet'", 2, "engine.url", "//…@brain/fleet"),
    ("[budget]\nmonthly_usd=-1", 2, "budget.monthly_usd", "got -1"),
    ("[budget]\nwarn_at=80", 2, "budget.warn_at", "from 0 to 1"),
    ("[budget]\nat_limit='stop'", 2, "budget.at_limit", "one of local, wait"),
    ("[budget]\ntiers={opuss=1}", 2, "budget.tiers.opuss", "no tier"),
    ("[[costs.sources]]\nmachine='m'\npath='logs'\nformat='pi'", 3, "costs.sources[0].path",
     "begins with / or ~/"),
    ("[[costs.sources]]\nmachine='m'\npath='/logs'\nformat='pie'", 4, "costs.sources[0].format",
     'did you mean "pi"?'),
    ("[[subscriptions]]\nname='a'", 1, "subscriptions[0].usd_per_month", "missing"),
    ("[[subscriptions]]\nname='a'\nusd_per_month=1\nagents=['calude']", 4,
     "subscriptions[0].agents[0]", 'did you mean "claude"?'),
    ("[otel]\nlisten='4318'", 2, "otel.listen", "host:port"),
    ("[theme]\nname='../evil'", 2, "theme.name", "expected a name"),
    ("[keys]\n'Review Merge'='M'", 2, "keys.Review Merge", "the id of a key"),
    ("[keys]\nreview.merge=1", 2, "keys.review.merge", "expected a string"),
    ("a = 1\n\nb = \n", 3, "b", "not valid TOML"),
    ("[fleet]\nname = 'a'\nname = 'b'\nx = 1\n", 3, "name", "not valid TOML"),
    ("[fleet]\nname = 'a\n", 2, "name", "not valid TOML"),
]  # fmt: skip


@pytest.mark.parametrize("text, line, key, says", WRONG)
def test_an_error_names_file_line_key_and_what_to_do(
    text: str, line: int, key: str, says: str
) -> None:
    error = refusal(text)
    assert (error.line, error.key) == (line, key)
    assert says in str(error)
    assert str(error).startswith(f"/etc/fleet/fleet.toml:{line}: {key}: ")
    assert error.exit_code == 2


def test_a_secret_in_plain_text_is_refused_and_not_repeated() -> None:
    for text, key in (
        ("[agents.x]\ncommand=['a']\nenv={MY_API_KEY='hunter2'}", "agents.x.env.MY_API_KEY"),
        ("[agents.x]\ncommand=['a']\nenv={github_token='hunter2'}", "agents.x.env.github_token"),
        ("[agents.x]\ncommand=['a']\nenv={A_SECRET='hunter2'}", "agents.x.env.A_SECRET"),
        ("[providers.x]\nbase_url='https://h'\nkey='hunter2'", "providers.x.key"),
        ("[providers.x]\nbase_url='https://a:hunter2@h'", "providers.x.base_url"),
        ("[engine]\nurl='postgresql://a:hunter2@h/d'", "engine.url"),
        ("[[machines]]\nname='a'\nproxy='socks5://a:hunter2@h:1'", "machines[0].proxy"),
    ):
        error = refusal(text)
        assert error.key == key
        assert "hunter2" not in str(error)


def test_the_first_of_several_errors_is_told_and_the_rest_counted() -> None:
    error = refusal("[theme]\nnam = 'x'\n[fleet]\nnamed = 'x'\nrefresh_s = 'x'\n")
    assert (error.line, error.key) == (2, "theme.nam")
    assert str(error).endswith("and 2 more")


def test_a_hopeless_file_is_given_up_early() -> None:
    error = refusal("".join(f"wrong_{number} = 1\n" for number in range(20_000)))
    assert (error.line, error.key) == (1, "wrong_0")
    assert "and 49 more" in str(error)


def test_too_large_too_deep_and_no_text() -> None:
    assert "larger than" in str(refusal(b"#" * (1024 * 1024 + 1)))
    assert "nested too deeply" in str(refusal("a = " + "[" * 100_000))
    error = refusal(b"[fleet]\nname = '\xff'\n")
    assert (error.line, error.text) == (2, "byte 0xff is no UTF-8")
    assert "no UTF-8" in str(refusal('name = "a"'.encode("utf-16")))


def test_a_number_that_is_no_number_never_arrives() -> None:
    for value in ("nan", "inf", "-inf", "1e999"):
        assert "expected a number" in str(refusal(f"[budget]\nmonthly_usd = {value}\n"))
    assert math.isfinite(read("[budget]\nmonthly_usd = 1e6\n").budget.monthly_usd or math.nan)
