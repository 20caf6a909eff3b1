"""What is asked of a machine about its services, and what its answers say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleettui.hosts.host import Host, Shell
from fleettui.model.machine import CheckKind, Platform, ServiceCheck
from fleettui.probes import services_wire as wire
from fleettui.probes.listeners import listeners
from fleettui.probes.loop import Loop, load
from fleettui.probes.services_wire import Fact
from fleettui.probes.slow import Slow

TICK_DEADLINE = 9.0
"""Seconds for one answer."""

PM2_EVERY = 15.0
"""Seconds between questions to pm2: each costs the machine half a second of processor time."""

_EVERYWHERE = (CheckKind.PORT, CheckKind.URL, CheckKind.PROCESS, CheckKind.FILE)
_KINDS: Mapping[Platform, tuple[CheckKind, ...]] = {
    Platform.LINUX: (*_EVERYWHERE, CheckKind.PM2, CheckKind.SYSTEMD, CheckKind.BREW),
    Platform.MACOS: (*_EVERYWHERE, CheckKind.PM2, CheckKind.LAUNCHD, CheckKind.BREW),
    Platform.WINDOWS: (*_EVERYWHERE, CheckKind.TASK),
}
_UNIT = re.compile(r"[A-Za-z0-9:_.@\\][A-Za-z0-9:_.@\\-]*")
_SECTIONS = {
    CheckKind.PORT: "ports",
    CheckKind.PROCESS: "processes",
    CheckKind.FILE: "files",
    CheckKind.LAUNCHD: "launchd",
    CheckKind.SYSTEMD: "systemd",
    CheckKind.PM2: "pm2",
    CheckKind.TASK: "tasks",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A check as it is asked on a platform: `brew` becomes what brew makes of it there."""

    index: int
    kind: CheckKind
    target: str

    @property
    def line(self) -> bytes:
        return f"{self.index} {self.kind} {self.target}".encode("utf-8", "surrogateescape")


class Script:
    """What is asked of the machine itself, once its platform is known."""

    def __init__(self, host: Host, checks: Sequence[ServiceCheck], platform: Platform) -> None:
        asked = {index: _asked(index, check, platform) for index, check in enumerate(checks)}
        self.questions = tuple(one for one in asked.values() if isinstance(one, Question))
        self._refused = {index: one for index, one in asked.items() if isinstance(one, Fact)}
        self._longest = {index: check.max_age_s for index, check in enumerate(checks)}
        self._pm2 = Slow[bytes](PM2_EVERY)
        windows = platform is Platform.WINDOWS
        self._loop = Loop(
            host,
            load("services.ps1" if windows else "services.sh"),
            shell=Shell.POWERSHELL if windows else Shell.SH,
            setup=[question.line for question in self.questions],
        )

    async def ask(self, now: float) -> dict[int, Fact]:
        """The facts by the place of their check; `now` is monotonic. Raises ReadError."""
        wanted = {_SECTIONS[one.kind] for one in self.questions if one.kind in _SECTIONS}
        if "pm2" in wanted and not self._pm2.due(now):
            wanted.remove("pm2")
        if "pm2" in wanted:
            self._pm2.tried_at = now
        told = await self._loop.tick(*(sorted(wanted) or ["alive"]), deadline=TICK_DEADLINE)
        if "pm2" in told:
            self._pm2.keep(told["pm2"], now)
        return self._refused | self._facts(told, self._pm2.fresh(now))

    async def close(self) -> None:
        """End the script."""
        await self._loop.close()

    def _facts(self, told: Mapping[str, bytes], pm2: bytes | None) -> dict[int, Fact]:
        units = [one.target for one in self.questions if one.kind is CheckKind.SYSTEMD]
        of_units = wire.units(told.get("systemd", b""), units)
        of_pm2 = wire.pm2(pm2 or b"")
        running = wire.processes(told.get("processes", b""))
        ports = listeners(told.get("ports", b""))
        facts = {
            **wire.files(told.get("files", b""), self._longest),
            **wire.jobs(told.get("launchd", b"")),
            **wire.tasks(told.get("tasks", b"")),
        }
        for one in self.questions:
            if one.kind is CheckKind.PROCESS:
                facts[one.index] = running.get(one.index, wire.down("not running"))
            elif one.kind is CheckKind.PORT and int(one.target) in ports:
                facts[one.index] = wire.up(ports[int(one.target)])
            elif one.kind is CheckKind.SYSTEMD:
                facts[one.index] = of_units[one.target]
            elif one.kind is CheckKind.PM2:
                facts[one.index] = _named(of_pm2, one.target)
        return facts


def _named(found: Mapping[str, Fact] | Fact, name: str) -> Fact:
    if isinstance(found, Fact):
        return found
    return found.get(name, wire.down("pm2 does not know it"))


def _asked(index: int, check: ServiceCheck, platform: Platform) -> Question | Fact:
    """How a check is asked on a platform; the fact that says why it cannot be."""
    if check.kind not in _KINDS[platform]:
        return wire.unknown(f"not on {platform}")
    kind, target = check.kind, check.target
    if kind is CheckKind.BREW and platform is Platform.MACOS:
        kind, target = CheckKind.LAUNCHD, f"homebrew.mxcl.{target}"
    elif kind is CheckKind.BREW:
        kind, target = CheckKind.SYSTEMD, f"homebrew.{target}.service"
    if not target.isprintable() or (kind is CheckKind.SYSTEMD and not _UNIT.fullmatch(target)):
        return wire.unknown("its name in the configuration is not usable")
    return Question(index, kind, target)
