"""[routing], [budget], [costs], [[subscriptions]] and the small tables of fleet.toml."""

from fleettui.config import words
from fleettui.config.problems import one_of, report_twice
from fleettui.config.table import Table
from fleettui.model.fleet import Engine
from fleettui.model.kind import Category, Kind
from fleettui.model.policy import Budget, CostSource, Routing, RoutingRule, Subscription

LOG_FORMATS = ("claude", "codex", "opencode", "aider", "gemini", "mini", "pi")
"""Session logs that the ledger can read."""

_MOST_USD = 10_000_000


def routing(root: Table) -> Routing:
    """The ladders and rules; the heartbeat's ladder is a kind's, wherever it stands."""
    table = root.table("routing")
    categories = {word.value: table.texts(word.value, words.rung) for word in Category}
    own = table.table("kinds")
    kinds = {word.value: own.texts(word, words.rung) for word in Kind}
    if heartbeat := table.texts(Kind.HEARTBEAT, words.rung):
        if own.has(Kind.HEARTBEAT):
            own.report(Kind.HEARTBEAT, "already given as routing.heartbeat")
        kinds[Kind.HEARTBEAT.value] = heartbeat
    rules = tuple(_rule(rule) for rule in table.tables("rules"))
    own.close()
    table.close()
    return Routing(
        {word: ladder for word, ladder in categories.items() if ladder},
        {word: ladder for word, ladder in kinds.items() if ladder},
        rules,
    )


def _rule(table: Table) -> RoutingRule:
    rule = RoutingRule(
        match=table.needed("match", words.regex),
        kind=table.text("kind", one_of(Kind)),
        tier=table.text("tier", words.name),
        model=table.text("model", words.rung),
        machine=table.text("machine", words.name),
        agent=table.text("agent", words.name),
    )
    decides = ("kind", "tier", "model", "machine", "agent")
    if not any(table.has(key) for key in decides):
        table.missing("match", "expected a decision beside it", f"add one of {', '.join(decides)}")
    table.close()
    return rule


def budget(root: Table) -> Budget:
    """The limits; absent ones do not exist."""
    table = root.table("budget")
    tiers = table.table("tiers")
    limits = {tier: tiers.number(tier, 0, _MOST_USD) for tier in tiers.names()}
    warn_at = table.number("warn_at", 0, 1)
    found = Budget(
        monthly_usd=table.number("monthly_usd", 0, _MOST_USD),
        daily_usd=table.number("daily_usd", 0, _MOST_USD),
        task_usd=table.number("task_usd", 0, _MOST_USD),
        tiers={tier: limit for tier, limit in limits.items() if limit is not None},
        warn_at=0.8 if warn_at is None else warn_at,
        at_limit=table.text("at_limit", one_of(("local", "wait"))) or "local",
        baseline_usd=table.number("baseline_usd", 0, _MOST_USD),
    )
    table.close()
    return found


def cost_sources(root: Table) -> tuple[CostSource, ...]:
    """Session logs beyond the agents' usual places."""
    table = root.table("costs")
    found = []
    for source in table.tables("sources"):
        machine = source.needed("machine", words.name)
        path = source.needed("path", words.machine_path)
        found.append(CostSource(machine, path, source.needed("format", one_of(LOG_FORMATS))))
        source.close()
    table.close()
    return tuple(found)


def subscriptions(root: Table) -> tuple[Subscription, ...]:
    """Plans that are paid by the month."""
    tables = root.tables("subscriptions")
    found = []
    for table in tables:
        name = table.needed("name", words.title)
        usd = table.number("usd_per_month", 0, _MOST_USD)
        if not table.has("usd_per_month"):
            table.missing("usd_per_month")
        found.append(Subscription(name, usd or 0.0, table.texts("agents", words.name)))
        table.close()
    names = [((*table.path, "name"), one.name) for table, one in zip(tables, found, strict=True)]
    report_twice(root.problems, names, "subscription")
    return tuple(found)


def engine(root: Table) -> Engine:
    """Where queue, worker and ledger live."""
    table = root.table("engine")
    found = Engine(table.text("host", words.name), table.text("url", words.database_url))
    table.close()
    return found


def otel_listen(root: Table) -> str | None:
    """Where agents may send their telemetry."""
    table = root.table("otel")
    listen = table.text("listen", words.listen_address)
    table.close()
    return listen


def theme(root: Table) -> str | None:
    """The name of a theme."""
    table = root.table("theme")
    found = table.text("name", words.name)
    table.close()
    return found


def keys(root: Table) -> dict[str, str]:
    """Binding id to key; `review.merge` may be written without its quotes."""
    found: dict[str, str] = {}
    _keys(root.table("keys"), "", found)
    return found


def _keys(table: Table, prefix: str, found: dict[str, str]) -> None:
    for name in table.names():
        binding = f"{prefix}{name}"
        if wrong := words.binding(binding):
            table.report(name, f"expected {wrong.expected}")
        elif table.is_table(name):
            _keys(table.table(name), f"{binding}.", found)
        elif key := table.text(name, words.title):
            found[binding] = key
