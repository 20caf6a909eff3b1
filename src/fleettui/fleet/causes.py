"""One cause that explains several machines is said once, not once a machine."""

from collections import defaultdict
from collections.abc import Sequence

from fleettui.fleet.freshness import ASLEEP
from fleettui.model.fmt import plural
from fleettui.model.reading import SourceState
from fleettui.model.view import Banner, MachineView

_UNREACHED = {SourceState.DOWN, SourceState.STALE}


def banners(machines: Sequence[MachineView]) -> tuple[Banner, ...]:
    """The shared causes, the widest first; each needs at least two machines."""
    found = [*_dead_proxies(machines), *_no_network(machines)]
    return tuple(sorted(found, key=lambda banner: -len(banner.machines)))


def explained(causes: Sequence[Banner]) -> frozenset[str]:
    """Names of the machines whose failing is explained by a banner."""
    return frozenset(name for banner in causes for name in banner.machines)


def _dead_proxies(machines: Sequence[MachineView]) -> list[Banner]:
    behind: dict[str, list[str]] = defaultdict(list)
    reasons: dict[str, str] = {}
    for view in machines:
        if view.state is SourceState.PROXY and view.machine.proxy:
            behind[view.machine.proxy].append(view.name)
            reasons.setdefault(view.machine.proxy, _reason(view, SourceState.PROXY))
    return [
        Banner(f"{reasons[proxy]} ({plural(len(names), 'machine')})", tuple(names))
        for proxy, names in behind.items()
        if len(names) > 1
    ]


def _reason(view: MachineView, state: SourceState) -> str:
    return next((s.reason for s in view.sources.values() if s.state is state and s.reason), state)


def _no_network(machines: Sequence[MachineView]) -> list[Banner]:
    remote = [view for view in machines if not view.machine.local]
    if len(remote) < 2 or not all(map(_unreached, remote)):
        return []
    names = tuple(view.name for view in remote)
    return [Banner(f"none of the {len(names)} remote machines answers: no network here?", names)]


def _unreached(view: MachineView) -> bool:
    """Whether no source of the machine answers; one that was not asked yet says nothing."""
    asked = [seen for seen in view.sources.values() if seen.state is not SourceState.ABSENT]
    return bool(asked) and all(
        seen.state in _UNREACHED and not seen.pending and seen.reason != ASLEEP for seen in asked
    )
