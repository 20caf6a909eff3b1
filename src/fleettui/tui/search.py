"""The filter of the dashboard."""

from collections.abc import Iterator

from fleettui.model.view import FleetView, MachineView
from fleettui.tui.draw.reviewed import Reviewed


def matching(view: FleetView, query: str) -> tuple[MachineView, ...]:
    """The machines in which every word of the query is found; all of them without a query."""
    words = query.casefold().split()
    if not words:
        return view.machines
    return tuple(machine for machine in view.machines if _has(machine, words))


def _has(view: MachineView, words: list[str]) -> bool:
    text = "\n".join(_texts(view)).casefold()
    return all(word in text for word in words)


def _texts(view: MachineView) -> Iterator[str]:
    yield view.name
    yield view.state.value
    platform = view.platform or view.machine.platform
    if platform is not None:
        yield platform.value
    yield from (role.value for role in view.machine.roles)
    yield from view.machine.models
    if view.ollama is not None:
        yield from (model.name for model in view.ollama.loaded or ())
        yield from (model.name for model in view.ollama.installed or ())
        if view.ollama.missing:
            yield "missing"
    for service in view.services or ():
        yield service.name
        yield service.state.value
    for tree in view.worktrees or ():
        yield tree.repo
        yield tree.branch or ""
        if isinstance(tree, Reviewed) and tree.review is not None:
            yield tree.review.word
        if tree.agent is not None:
            yield tree.agent.agent or ""
            yield tree.agent.state.value
