"""The whole of fleet.toml, as tomllib decoded it, into one Fleet."""

import os
from collections.abc import Mapping

from fleettui.config import catalog, policy, words
from fleettui.config.here import Here
from fleettui.config.machines import machines
from fleettui.config.problems import Problems
from fleettui.config.references import check_references
from fleettui.config.repos import repos
from fleettui.config.table import Table
from fleettui.model.catalog import ModelSpec, Provider
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine

DEFAULT_NAME = "fleet"
DEFAULT_REFRESH_S = 5.0

_FASTEST_S = 0.5
_SLOWEST_S = 3600


def decode(values: Mapping[str, object], file: str, here: Here, problems: Problems) -> Fleet:
    """The fleet that the file describes, with every default filled in.

    What is wrong goes to `problems`; a fleet with problems is not to be used.
    """
    root = Table(values, (), problems)
    fleet = _fleet(root, file, here)
    root.close()
    if not problems.found:
        check_references(fleet, problems)
    return fleet


def _fleet(root: Table, file: str, here: Here) -> Fleet:
    folder = os.path.dirname(os.path.abspath(file))
    head = root.table("fleet")
    fleet_machines = machines(root) or _this_machine(root, here)
    models = catalog.models(root, [machine.name for machine in fleet_machines])
    state_dir = head.text("state_dir", words.local_path)
    ssh_config = head.text("ssh_config", words.local_path) or "~/.ssh/config"
    fleet = Fleet(
        name=head.text("name", words.title) or DEFAULT_NAME,
        machines=fleet_machines,
        file=file,
        refresh_s=head.number("refresh_s", _FASTEST_S, _SLOWEST_S) or DEFAULT_REFRESH_S,
        state_dir=here.expand(state_dir, folder) if state_dir else here.state_dir,
        ssh_config=here.expand(ssh_config, folder),
        repos=repos(root, here, folder),
        models=models,
        routing=policy.routing(root),
        agents=catalog.agents(root),
        providers=_providers(root, models, fleet_machines),
        mcp=catalog.mcp_servers(root),
        engine=policy.engine(root),
        budget=policy.budget(root),
        cost_sources=policy.cost_sources(root),
        subscriptions=policy.subscriptions(root),
        otel_listen=policy.otel_listen(root),
        keys=policy.keys(root),
        theme=policy.theme(root),
    )
    head.close()
    return fleet


def _this_machine(root: Table, here: Here) -> tuple[Machine, ...]:
    """A file without machines is about the one that it lies on."""
    return () if root.has("machines") else (here.machine(),)


def _providers(
    root: Table, models: tuple[ModelSpec, ...], machines: tuple[Machine, ...]
) -> tuple[Provider, ...]:
    """The file's providers, and the well-known ones that its models name."""
    given = catalog.providers(root)
    taken = {provider.name for provider in given} | {machine.name for machine in machines}
    named = dict.fromkeys(model.place for model in models)
    implied = [name for name in named if name in catalog.KNOWN_PROVIDERS and name not in taken]
    return (*given, *(Provider(name, catalog.KNOWN_PROVIDERS[name]) for name in implied))
