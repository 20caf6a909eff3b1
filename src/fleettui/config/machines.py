"""[[machines]] of fleet.toml."""

from fleettui.config import words
from fleettui.config.problems import report_twice, shown
from fleettui.config.table import Table
from fleettui.model.kind import Category, Kind
from fleettui.model.machine import CheckKind, Machine, Platform, Role, ServiceCheck

EVERY_KIND = "*"
"""In a machine's own ladders: every kind that has none of its own."""

_LONGEST_AGE_S = 366 * 86400.0


def machines(root: Table) -> tuple[Machine, ...]:
    """Every machine of the file, in its order."""
    tables = root.tables("machines")
    found = tuple(_machine(table) for table in tables)
    names = [((*table.path, "name"), one.name) for table, one in zip(tables, found, strict=True)]
    report_twice(root.problems, names, "machine")
    return found


def _machine(table: Table) -> Machine:
    machine = Machine(
        name=table.needed("name", words.name),
        roles=table.words("roles", Role),
        ssh=table.texts("ssh", words.ssh_address, single=True),
        ollama=table.texts("ollama", words.ollama_address, single=True),
        proxy=table.text("proxy", words.proxy_url),
        platform=table.word("platform", Platform),
        models=table.texts("models", words.model),
        max_agents=table.whole("max_agents", 0, 1000),
        monthly_power_usd=table.number("monthly_power_usd", 0, 100_000),
        services=_services(table),
        routing=_own_ladders(table.table("routing")),
    )
    if table.has("ssh") and not machine.ssh:
        table.report("ssh", "expected at least one address", "leave it out for this machine")
    table.close()
    return machine


def _services(machine: Table) -> tuple[ServiceCheck, ...]:
    found: dict[tuple[str, CheckKind], ServiceCheck] = {}
    for table in machine.tables("services"):
        check = _service(table)
        if (check.name, check.kind) in found:
            table.report("name", f"there already is a {check.kind} service {shown(check.name)}")
        found[check.name, check.kind] = check
    return tuple(found.values())


def _service(table: Table) -> ServiceCheck:
    name = table.needed("name", words.title)
    targets = {kind: target for kind in CheckKind if (target := _target(table, kind))}
    max_age_s = table.number("max_age_s", 1, _LONGEST_AGE_S)
    given = [kind for kind in CheckKind if table.has(kind)]
    if not given:
        table.missing("name", f"expected one of {', '.join(CheckKind)} beside it")
    elif len(given) > 1:
        table.report("name", f"expected one thing to look at, got {' and '.join(given)}")
    if table.has("max_age_s") and given and CheckKind.FILE not in given:
        table.report("max_age_s", "belongs to a service with file")
    table.close()
    kind, target = next(iter(targets.items()), (CheckKind.PORT, ""))
    return ServiceCheck(name, kind, target, max_age_s)


def _target(table: Table, kind: CheckKind) -> str | None:
    if kind is CheckKind.PORT:
        port = table.whole(kind, 1, 65535)
        return None if port is None else str(port)
    if kind is CheckKind.URL:
        return table.text(kind, words.http_url)
    return table.text(kind, words.machine_path if kind is CheckKind.FILE else words.target)


def _own_ladders(table: Table) -> dict[str, tuple[str, ...]]:
    known = (EVERY_KIND, *(word.value for word in (*Category, *Kind)))
    ladders = {word: table.texts(word, words.rung) for word in known}
    table.close()
    return {word: ladder for word, ladder in ladders.items() if ladder}
