"""The protocol of everything that is read from a machine."""

from typing import Protocol, TypeVar

from fleettui.model.reading import Source

T = TypeVar("T", covariant=True)


class Probe(Protocol[T]):
    """One source of one machine. It keeps what it needs open between readings.

    Failures are `ReadError`; nothing else may come out but a bug. The caller sets the overall
    deadline with `asyncio.timeout` and cancels; a probe must survive that and read again.
    """

    source: Source

    async def read(self) -> T:
        """Ask once, and decode the answer into a clean value."""

    async def close(self) -> None:
        """Let go of everything. Never raises, never hangs."""
