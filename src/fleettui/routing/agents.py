"""Which agent drives a model."""

from fnmatch import fnmatchcase

from fleettui.model.catalog import AgentSpec, Billing
from fleettui.model.fleet import Fleet
from fleettui.routing.capabilities import Capability, lacks_for_agent
from fleettui.routing.names import key
from fleettui.routing.rung import Rung

LOCAL_AGENT = AgentSpec("local")
"""Built in: serves every model that no agent of the configuration takes."""


def agent_for(
    rung: Rung, model: Capability, fleet: Fleet, named: str | None
) -> tuple[AgentSpec | None, str | None]:
    """The agent for a rung, or None and why there is none.

    The first of the configuration whose `models` mean it and that can work with it. `named`: only
    this one, which need not be in the configuration.
    """
    if named is not None:
        return _named(rung, model, fleet, named)
    takers = [agent for agent in fleet.agents if takes(agent, rung)]
    takers = takers or [_configured(fleet, LOCAL_AGENT.name) or LOCAL_AGENT]
    lacks = [(agent, lacks_for_agent(agent, model)) for agent in takers]
    able = next((agent for agent, reason in lacks if reason is None), None)
    return (able, None) if able else (None, lacks[0][1])


def takes(agent: AgentSpec, rung: Rung) -> bool:
    """Whether an agent's `models` mean a rung, by its name (with its tag) or by `name@place`."""
    names = (rung.name, key(rung.name), rung.id)
    return any(fnmatchcase(name, glob) for glob in agent.models for name in names)


def free_of_charge(agent: AgentSpec) -> bool:
    """Whether an agent's use of a model costs no dollars of its own."""
    return agent.billing in (Billing.SUBSCRIPTION, Billing.FREE)


def _named(
    rung: Rung, model: Capability, fleet: Fleet, name: str
) -> tuple[AgentSpec | None, str | None]:
    agent = _configured(fleet, name)
    if agent is not None and name != LOCAL_AGENT.name and not takes(agent, rung):
        return None, f"agent {name} does not take it"
    agent = agent or AgentSpec(name)
    reason = lacks_for_agent(agent, model)
    return (None, reason) if reason else (agent, None)


def _configured(fleet: Fleet, name: str) -> AgentSpec | None:
    return next((agent for agent in fleet.agents if agent.name == name), None)
