"""The system source of one machine, here or elsewhere."""

from typing import TYPE_CHECKING

from fleettui.hosts.host import Host
from fleettui.model.clock import Clock
from fleettui.model.machine import Machine
from fleettui.model.reading import Source
from fleettui.model.system import System
from fleettui.probes.platform import KnownPlatform, here
from fleettui.probes.system_local import LocalSystem

if TYPE_CHECKING:
    from fleettui.probes.system_remote import RemoteSystem


class SystemProbe:
    """Reads processor, memory, disk and graphics. See `Probe` for what its methods promise.

    `platform` is shared by all probes of a machine, so that it is asked only once.
    """

    source = Source.SYSTEM

    def __init__(
        self,
        host: Host,
        machine: Machine,
        clock: Clock | None = None,
        *,
        platform: KnownPlatform | None = None,
    ) -> None:
        self._host = host
        self._clock = clock or Clock()
        self._platform = platform or KnownPlatform(host, machine)
        self._system: LocalSystem | RemoteSystem | None = None

    async def read(self) -> System:
        """Ask once. Raises ReadError."""
        if self._system is None:
            self._system = await self._open()
        return await self._system.read()

    async def close(self) -> None:
        """Let go of everything. Never raises, never hangs."""
        system, self._system = self._system, None
        if system is not None:
            await system.close()

    async def _open(self) -> "LocalSystem | RemoteSystem":
        if self._host.local:
            return LocalSystem(self._host, here(), self._clock)
        from fleettui.probes.system_remote import RemoteSystem

        return RemoteSystem(self._host, await self._platform(), self._clock)
