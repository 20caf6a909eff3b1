"""[[models]], [agents], [providers] and [mcp] of fleet.toml."""

from collections.abc import Collection

from fleettui.config import words
from fleettui.config.problems import Wrong, report_twice
from fleettui.config.table import Table
from fleettui.model.catalog import AgentSpec, Billing, McpServer, ModelSpec, Provider

LOCAL_TIER = "local"

KNOWN_AGENTS = ("local", "claude", "codex", "opencode", "aider", "gemini", "mini", "pi")
"""Agents that need no command in fleet.toml."""

KNOWN_PROVIDERS = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com/v1",
    "openrouter": "https://openrouter.ai/api/v1",
}
"""Providers that need no [providers] table to be named, and where they answer."""

PRICES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")

_DEAREST_USD = 100_000
_LONGEST_RUN_S = 7 * 86400


def models(root: Table, machines: Collection[str]) -> tuple[ModelSpec, ...]:
    """Every model of the file, in its order; one that a machine serves is local by default."""
    tables = root.tables("models")
    found = tuple(_model(table, machines) for table in tables)
    ids = [((*table.path, "id"), one.id) for table, one in zip(tables, found, strict=True)]
    report_twice(root.problems, ids, "model")
    return found


def _model(table: Table, machines: Collection[str]) -> ModelSpec:
    served = table.needed("id", words.rung)
    tier = table.text("tier", words.name)
    if not table.has("tier") and served.rpartition("@")[2] not in machines:
        table.missing("tier", remedy='say how dear it is, such as "sonnet"')
    prices = table.table("usd_per_mtok")
    given = {key: prices.number(key, 0, _DEAREST_USD) for key in PRICES}
    prices.close()
    model = ModelSpec(
        id=served,
        tier=tier or LOCAL_TIER,
        usd_per_mtok={key: price for key, price in given.items() if price is not None},
    )
    table.close()
    return model


def agents(root: Table) -> tuple[AgentSpec, ...]:
    """Every agent of the file, in its order."""
    section = root.table("agents")
    return tuple(_agent(section, name) for name in section.names())


def _agent(section: Table, name: str) -> AgentSpec:
    table = _named(section, name)
    agent = AgentSpec(
        name=name,
        command=table.argv("command", words.template),
        stdin=table.text("stdin", words.block),
        models=table.texts("models") or ("*",),
        env=_environment(table.table("env")),
        tools=table.flag("tools"),
        timeout_s=table.number("timeout_s", 1, _LONGEST_RUN_S),
        billing=table.word("billing", Billing) or Billing.API,
        langgraph=table.text("langgraph", words.graph),
        mcp=table.texts("mcp", words.name),
    )
    if table.has("command") and table.has("langgraph"):
        table.report("langgraph", "expected either command or langgraph, got both")
    elif not (table.has("command") or table.has("langgraph") or name in KNOWN_AGENTS):
        table.missing("command", remedy="say how the agent is started")
    table.close()
    return agent


def _environment(table: Table) -> dict[str, str]:
    """An agent's variables; those that hold secrets must be references."""
    found: dict[str, str] = {}
    for name in table.names():
        if wrong := words.variable(name):
            table.report(name, f"expected {wrong.expected}")
        value = table.text(
            name, _env_secret if words.holds_secret(name) else _env_value, hidden=True
        )
        if value is not None:
            found[name] = value
    return found


def _env_value(value: str) -> Wrong | None:
    return words.reference(value) if words.is_reference(value) else words.template(value)


def _env_secret(value: str) -> Wrong | None:
    """An empty one takes the variable away from the agent, which is no secret."""
    return words.reference(value) if value else None


def providers(root: Table) -> tuple[Provider, ...]:
    """Every provider of the file, in its order."""
    section = root.table("providers")
    return tuple(_provider(section, name) for name in section.names())


def _provider(section: Table, name: str) -> Provider:
    table = _named(section, name)
    url = table.text("base_url", words.http_url) or KNOWN_PROVIDERS.get(name, "")
    if not url and not table.has("base_url"):
        table.missing("base_url")
    provider = Provider(name, url, table.text("key", words.reference, hidden=True))
    table.close()
    return provider


def mcp_servers(root: Table) -> tuple[McpServer, ...]:
    """Every tool server of the file, in its order."""
    section = root.table("mcp")
    return tuple(_mcp_server(section, name) for name in section.names())


def _mcp_server(section: Table, name: str) -> McpServer:
    table = _named(section, name)
    server = McpServer(name, table.argv("command"), table.text("url", words.http_url))
    if table.has("command") and table.has("url"):
        table.report("url", "expected either command or url, got both")
    elif not table.has("command") and not table.has("url"):
        table.missing("command", "expected either command or url, got none")
    table.close()
    return server


def _named(section: Table, name: str) -> Table:
    if wrong := words.name(name):
        section.report(name, f"expected {wrong.expected}")
    return section.table(name)
