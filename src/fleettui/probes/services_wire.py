"""What services.sh and services.ps1 print, as facts: pure and total functions of bytes.

A line that cannot be understood is left out, so that one odd service hides no other.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fleettui.model import fmt
from fleettui.model.service import ServiceState
from fleettui.model.text import clean

_NUMBER = re.compile(rb"-?[0-9]{1,15}")
_JSON_START = re.compile(rb"\[\s*[{\]]")
_MOST_JSON = 900_000


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one service. `pid` is set where there is one process, `restarts` where
    they are counted, `last_run_age_s` (seconds) for jobs."""

    state: ServiceState
    detail: str | None = None
    pid: int | None = None
    restarts: int | None = None
    last_run_age_s: float | None = None


def up(pid: int | None = None, *, restarts: int | None = None, detail: str | None = None) -> Fact:
    """A service that does what it should."""
    told = [f"pid {pid}"] if pid is not None else []
    told += [f"restarted {restarts} ×"] if restarts else []
    return Fact(ServiceState.UP, detail or ", ".join(told) or None, pid, restarts)


def down(detail: str) -> Fact:
    """A service that does not run."""
    return Fact(ServiceState.DOWN, detail)


def degraded(detail: str, pid: int | None = None, restarts: int | None = None) -> Fact:
    """A service that runs, but not well."""
    return Fact(ServiceState.DEGRADED, detail, pid, restarts)


def unknown(detail: str) -> Fact:
    """A service of which nothing can be said."""
    return Fact(ServiceState.UNKNOWN, detail)


def processes(raw: bytes) -> dict[int, Fact]:
    """`INDEX PID` lines: the processes that have the name of a service."""
    found: dict[int, set[int]] = {}
    for index, words in _indexed(raw):
        if words and (pid := _number(words[0])) is not None:
            found.setdefault(index, set()).add(pid)
    return {
        index: up(min(pids)) if len(pids) == 1 else up(detail=f"{len(pids)} processes")
        for index, pids in found.items()
    }


def files(raw: bytes, longest: Mapping[int, float | None]) -> dict[int, Fact]:
    """The machine's time, then `INDEX TIME` lines, both in seconds; no time: no such file.

    `longest` holds the age in seconds after which a file is stale.
    """
    first, _, body = raw.partition(b"\n")
    now = _number(first.strip())
    found: dict[int, Fact] = {}
    for index, words in _indexed(body):
        time = _number(words[0]) if words else None
        if now is not None and index in longest:
            found[index] = _file(now, time, longest[index])
    return found


def _file(now: int, time: int | None, longest: float | None) -> Fact:
    if time is None:
        return unknown("never ran")
    age = float(max(0, now - time))
    late = longest is not None and age > longest
    state = ServiceState.STALE if late else ServiceState.UP
    return Fact(state, f"{fmt.age(age)} ago", last_run_age_s=age)


def jobs(raw: bytes) -> dict[int, Fact]:
    """`job INDEX` and the lines of `launchctl print` that belong to it."""
    found: dict[int, Fact] = {}
    for block in re.split(rb"^job ", raw, flags=re.MULTILINE)[1:]:
        first, _, body = block.partition(b"\n")
        told: dict[bytes, bytes] = {}
        for line in body.splitlines():
            key, _, value = line.strip().partition(b" = ")
            told.setdefault(key, value.strip())
        if (index := _number(first.strip())) is not None:
            found[index] = _job(told)
    return found


def _job(told: Mapping[bytes, bytes]) -> Fact:
    """launchctl(1): `state`, `pid`, `runs`, `last exit code = 78: EX_CONFIG`, `run interval`."""
    if b"state" not in told:
        return down("not loaded")
    pid, regular = _number(told.get(b"pid", b"")), b"run interval" in told
    if pid is not None or told[b"state"] == b"running":
        return up(pid, restarts=None if regular else _number(told.get(b"runs", b"")))
    code = _number(told.get(b"last exit code", b"").partition(b":")[0])
    if code:
        return degraded(f"exit {code}") if regular else down(f"exit {code}")
    if not regular:
        return down("not running")
    return unknown("never ran") if code is None else up(detail="exit 0")


def units(raw: bytes, names: Sequence[str]) -> dict[str, Fact]:
    """`systemctl show` for the system after `@system`, for the user after `@user`."""
    system, _, user = raw.removeprefix(b"@system\n").partition(b"@user\n")
    tables = (_unit_blocks(system, names), _unit_blocks(user, names))
    found: dict[str, Fact] = {}
    for name in names:
        loaded = [table[name] for table in tables if name in table]
        known = [told for told in loaded if told.get(b"LoadState") != b"not-found"]
        if known:
            found[name] = _unit(known[0])
        elif loaded:
            found[name] = unknown("no such unit")
        else:
            found[name] = unknown("systemd does not answer")
    return found


def _unit_blocks(raw: bytes, names: Sequence[str]) -> dict[str, dict[bytes, bytes]]:
    """One block of `Key=Value` lines for each unit, in the order in which they were asked."""
    blocks = [
        dict(
            (key, value) for key, _, value in (line.partition(b"=") for line in block.splitlines())
        )
        for block in raw.replace(b"\r", b"").split(b"\n\n")
        if b"LoadState=" in block
    ]
    return dict(zip(names, blocks, strict=True)) if len(blocks) == len(names) else {}


def _unit(told: Mapping[bytes, bytes]) -> Fact:
    active, sub = told.get(b"ActiveState", b""), clean(told.get(b"SubState", b""), limit=24)
    pid = _number(told.get(b"MainPID", b"")) or None
    restarts = _number(told.get(b"NRestarts", b""))
    code = _number(told.get(b"ExecMainStatus", b""))
    if told.get(b"LoadState") == b"masked":
        return down("masked")
    if active == b"active":
        return up(pid, restarts=restarts)
    if active in (b"activating", b"reloading", b"deactivating", b"refreshing", b"maintenance"):
        again = f", restarted {restarts} ×" if restarts else ""
        return degraded((sub or clean(active)) + again, pid, restarts)
    if active == b"failed":
        result = clean(told.get(b"Result", b""), limit=24)
        return down(f"failed: exit {code}" if code else f"failed: {result}" if result else "failed")
    return down(clean(active, limit=24) or "inactive")


def pm2(raw: bytes) -> dict[str, Fact] | Fact:
    """`pm2 jlist`, filtered or not: the processes by name, or the same fact for every name.

    Only name, pid, status and the count of restarts are looked at; the rest holds secrets.
    """
    body = raw.strip()
    if body == b"no daemon":
        return down("pm2 daemon not running")
    if body == b"no pm2":
        return unknown("pm2 is not on the PATH")
    start = _JSON_START.search(body)
    entries = _json(body[start.start() :]) if start else None
    if not isinstance(entries, list):
        return unknown("pm2 does not answer")
    found: dict[str, list[Fact]] = {}
    for entry in entries:
        if isinstance(entry, dict) and isinstance(name := entry.get("name"), str):
            found.setdefault(name, []).append(_pm2_process(entry))
    return {name: _together(instances) for name, instances in found.items()}


def _pm2_process(entry: Mapping[str, Any]) -> Fact:
    told = entry.get("pm2_env")
    told = told if isinstance(told, dict) else {}
    status, restarts = told.get("status"), _whole(told.get("restart_time"))
    pid = _whole(entry.get("pid")) or None
    again = f", restarted {restarts} ×" if restarts else ""
    if status == "online":
        return up(pid, restarts=restarts)
    if status in ("errored", "stopped"):
        return down(status + again)
    if status in ("launching", "stopping", "waiting restart", "one-launch-status"):
        return degraded(status + again, pid, restarts)
    return unknown("pm2 does not tell its status")


def _together(instances: Sequence[Fact]) -> Fact:
    """Several processes of one name (cluster mode)."""
    if len(instances) == 1:
        return instances[0]
    counts = [fact.restarts for fact in instances if fact.restarts is not None]
    restarts = sum(counts) if counts else None
    online = sum(fact.state is ServiceState.UP for fact in instances)
    told = f"{online} of {len(instances)} online"
    if online == len(instances):
        return Fact(ServiceState.UP, told, restarts=restarts)
    return degraded(told, restarts=restarts) if online else down(told)


_RUNNING, _NEVER_RAN, _NOT_STARTED = 267009, 267011, 267011


def tasks(raw: bytes) -> dict[int, Fact]:
    """`INDEX STATE RESULT AGE NEXT` lines of the Task Scheduler; `INDEX none`: no such task.

    STATE as in Get-ScheduledTask: 1 disabled, 2 queued, 3 ready, 4 running. RESULT 267009
    (0x41301): it runs; 267011 (0x41303): it never ran. AGE in seconds since the last start.
    NEXT is a word where it will start by itself, `-` otherwise.
    """
    found: dict[int, Fact] = {}
    for index, words in _indexed(raw):
        if words == [b"none"]:
            found[index] = unknown("no such task")
        elif len(words) == 4:
            found[index] = _task(*words)
    return found


def _task(state_word: bytes, result_word: bytes, age_word: bytes, following: bytes) -> Fact:
    state, result, seconds = _number(state_word), _number(result_word), _number(age_word)
    age = None if result == _NEVER_RAN or seconds is None or seconds < 0 else float(seconds)
    if state == 1:
        return down("disabled")
    if state == 4 or result == _RUNNING:
        return Fact(ServiceState.UP, "running", last_run_age_s=age)
    if result == _NEVER_RAN:
        return unknown("never ran")
    if state == 2:
        return degraded("queued")
    if result is None or state is None:
        return unknown("Windows does not tell")
    told = f"exit {result & 0xFFFFFFFF:#x}" if abs(result) > 255 else f"exit {result}"
    regular = following != b"-"
    if result == 0 and regular:
        return Fact(ServiceState.UP, told, last_run_age_s=age)
    problem = ServiceState.DEGRADED if regular else ServiceState.DOWN
    return Fact(problem, told if result else "not running", last_run_age_s=age)


def _indexed(raw: bytes) -> Iterator[tuple[int, list[bytes]]]:
    for line in raw.splitlines():
        words = line.split()
        if words and (index := _number(words[0])) is not None:
            yield index, words[1:]


def _number(raw: bytes) -> int | None:
    return int(raw) if _NUMBER.fullmatch(raw) else None


def _whole(value: object) -> int | None:
    """A whole number that JSON may have written as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value < 2**53 else None


def _json(raw: bytes) -> object:
    if len(raw) > _MOST_JSON:
        return None
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
