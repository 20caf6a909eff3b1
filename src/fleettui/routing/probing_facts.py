"""What was found out about models, in the words of the routing decision."""

from fleettui.routing.capabilities import Capability
from fleettui.routing.facts import Speed
from fleettui.routing.probing_values import Abilities, Known


def probed(known: Known) -> dict[str, Capability]:
    """What each model can do, by its digest."""
    return {digest: _capability(model) for digest, model in known.models.items()}


def measured(known: Known) -> list[Speed]:
    """How fast each model writes on each machine."""
    return [
        (machine, known.models[digest].name, speed.per_s)
        for (machine, digest), speed in known.speeds.items()
        if digest in known.models and speed.per_s is not None
    ]


def _capability(model: Abilities) -> Capability:
    """One that calls tools edits with them; of any other, how it writes edits is not known."""
    return Capability(
        tools=model.tools,
        edits=True if model.tools else None,
        chat=model.words is None or "completion" in model.words,
        context=model.context_length,
    )
