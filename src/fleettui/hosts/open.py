"""The host of a machine: itself, or over SSH."""

from fleettui.hosts.host import Host
from fleettui.hosts.local import LocalHost
from fleettui.model.clock import Clock
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine


def open_host(machine: Machine, fleet: Fleet, clock: Clock) -> Host:
    """The way to a machine of the fleet. Nothing is connected before the first call."""
    if machine.local:
        return LocalHost()
    from fleettui.hosts.ssh import SshHost

    return SshHost(machine, ssh_config=fleet.ssh_config, clock=clock)
