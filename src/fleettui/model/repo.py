"""A repository that agents work on, as the configuration describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lock:
    """A shared resource that an attempt holds while it runs; `slots` may hold it at once."""

    name: str
    slots: int = 1


@dataclass(frozen=True, slots=True)
class Repo:
    """`path` is the user's clone on this machine; `clones` maps machine name to path there.

    `push` is the remote to push to, None: never pushes. `gates` and `setup` are argv tuples.
    """

    name: str
    path: str
    base: str = "main"
    push: str | None = None
    gates: tuple[tuple[str, ...], ...] = ()
    setup: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    clones: Mapping[str, str] = field(default_factory=dict)
