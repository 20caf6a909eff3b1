"""Whether the names in a fleet name something that exists."""

from collections.abc import Collection

from fleettui.config.catalog import KNOWN_AGENTS, LOCAL_TIER
from fleettui.config.locate import Path
from fleettui.config.problems import Problems, did_you_mean, shown
from fleettui.model.fleet import Fleet


def check_references(fleet: Fleet, problems: Problems) -> None:
    """Note every name of a machine, model, provider, agent, tier or lock that nothing has."""
    _References(fleet, problems).check()


class _References:
    def __init__(self, fleet: Fleet, problems: Problems) -> None:
        self._fleet = fleet
        self._problems = problems
        self._machines = [machine.name for machine in fleet.machines]
        self._agents = list(dict.fromkeys([*(one.name for one in fleet.agents), *KNOWN_AGENTS]))
        self._tiers = list(dict.fromkeys([LOCAL_TIER, *(one.tier for one in fleet.models)]))
        listed = [f"{name}@{one.name}" for one in fleet.machines for name in one.models]
        self._rungs = list(dict.fromkeys([*(one.id for one in fleet.models), *listed]))
        self._unlisted = {one.name for one in fleet.machines if not one.models}
        self._tagged = {_tagged(rung) for rung in self._rungs}

    def check(self) -> None:
        self._places()
        self._ladders()
        self._rules()
        self._repos()
        self._agents_and_plans()
        self._machine(("engine", "host"), self._fleet.engine.host)
        for at, source in enumerate(self._fleet.cost_sources):
            self._machine(("costs", "sources", at, "machine"), source.machine)
        for tier in self._fleet.budget.tiers:
            self._known(("budget", "tiers", tier), tier, self._tiers, "tier")

    def _places(self) -> None:
        providers = [provider.name for provider in self._fleet.providers]
        for name in providers:
            if name in self._machines:
                text = f"there is a machine {shown(name)} too, so @{name} could mean both"
                self._problems.add(("providers", name), text)
        places = [*self._machines, *providers]
        for at, model in enumerate(self._fleet.models):
            self._known(("models", at, "id"), model.place, places, "machine or provider")

    def _ladders(self) -> None:
        routing = self._fleet.routing
        for category, ladder in routing.categories.items():
            self._ladder(("routing", category), ladder)
        for kind, ladder in routing.kinds.items():
            self._ladder(("routing", "kinds", kind), ladder)
        for at, machine in enumerate(self._fleet.machines):
            for word, ladder in machine.routing.items():
                self._ladder(("machines", at, "routing", word), ladder)

    def _ladder(self, path: Path, ladder: tuple[str, ...]) -> None:
        for at, rung in enumerate(ladder):
            self._rung((*path, at), rung)

    def _rung(self, path: Path, rung: str) -> None:
        """A machine that says nothing about its models may have any: its Ollama knows."""
        name, _, place = rung.rpartition("@")
        if _tagged(rung) in self._tagged or place in self._unlisted:
            return
        remedy = did_you_mean(rung, self._rungs) or "add it to [[models]]"
        if place in self._machines:
            remedy += f", or add {shown(name)} to the models of {place}"
        self._problems.add(path, f"no model {shown(rung)}", remedy)

    def _rules(self) -> None:
        for at, rule in enumerate(self._fleet.routing.rules):
            path = ("routing", "rules", at)
            self._machine((*path, "machine"), rule.machine)
            if rule.model is not None:
                self._rung((*path, "model"), rule.model)
            if rule.tier is not None:
                self._known((*path, "tier"), rule.tier, self._tiers, "tier")
            if rule.agent is not None:
                self._known((*path, "agent"), rule.agent, self._agents, "agent")

    def _repos(self) -> None:
        slots: dict[str, int] = {}
        for at, repo in enumerate(self._fleet.repos):
            for machine in repo.clones:
                self._machine(("repos", at, "clones", machine), machine)
            for number, lock in enumerate(repo.locks):
                first = slots.setdefault(lock.name, lock.slots)
                if first != lock.slots:
                    text = f"lock {shown(lock.name)} has {first} slots in another repository"
                    self._problems.add(("repos", at, "locks", number), text)

    def _agents_and_plans(self) -> None:
        servers = [server.name for server in self._fleet.mcp]
        for agent in self._fleet.agents:
            for at, name in enumerate(agent.mcp):
                self._known(
                    ("agents", agent.name, "mcp", at), name, servers, "tool server in [mcp]"
                )
        for number, plan in enumerate(self._fleet.subscriptions):
            for at, name in enumerate(plan.agents):
                path = ("subscriptions", number, "agents", at)
                self._known(path, name, self._agents, "agent")

    def _machine(self, path: Path, name: str | None) -> None:
        if name is not None:
            self._known(path, name, self._machines, "machine")

    def _known(self, path: Path, name: str, known: Collection[str], what: str) -> None:
        if name in known:
            return
        listed = ", ".join(list(known)[:8])
        remedy = did_you_mean(name, known) or (f"there is {listed}" if listed else "")
        self._problems.add(path, f"no {what} {shown(name)}", remedy)


def _tagged(rung: str) -> str:
    """A model without a tag is the one tagged `latest`, as Ollama has it."""
    name, _, place = rung.rpartition("@")
    return rung if ":" in name.rpartition("/")[2] else f"{name}:latest@{place}"
