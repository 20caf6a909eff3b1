"""The system source of one machine, here or elsewhere."""

from fleettui.hosts.host import Host
from fleettui.model.clock import Clock
from fleettui.model.machine import Machine, Platform
from fleettui.model.reading import Source
from fleettui.model.system import System
from fleettui.probes.platform import detect, here
from fleettui.probes.system_local import LocalSystem
from fleettui.probes.system_remote import RemoteSystem


class SystemProbe:
    """Reads processor, memory, disk and graphics. See `Probe` for what its methods promise.

    The platform is the configured one; without one the machine is asked, once.
    """

    source = Source.SYSTEM

    def __init__(self, host: Host, machine: Machine, clock: Clock | None = None) -> None:
        self._host = host
        self._clock = clock or Clock()
        self._system: LocalSystem | RemoteSystem | None = None
        self.platform: Platform | None = None if host.local else machine.platform

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

    async def _open(self) -> LocalSystem | RemoteSystem:
        if self._host.local:
            self.platform = here()
            return LocalSystem(self._host, self.platform, self._clock)
        if self.platform is None:
            self.platform = await detect(self._host)
        return RemoteSystem(self._host, self.platform, self._clock)
