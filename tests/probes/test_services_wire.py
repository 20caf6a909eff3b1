"""What the tools of every platform print about services, written from their documentation."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.service import ServiceState
from fleettui.probes import services_wire as wire
from fleettui.probes.listeners import listeners
from fleettui.probes.services_wire import Fact, degraded, down, unknown, up

SS = b"""ss
LISTEN 0      511             0.0.0.0:3000       0.0.0.0:*    users:(("node",pid=42,fd=19))
LISTEN 0      128                [::]:5173          [::]:*    users:(("a b",pid=7,fd=1),("x",pid=8))
LISTEN 0      4096      127.0.0.53%lo:53         0.0.0.0:*
LISTEN 0      4096                  *:8080             *:*
nonsense
"""

PROC = b"""proc
00000000:0BB8
00000000000000000000000000000000:1F90
0100007F:ZZZZ
"""

NETSTAT = b"""netstat
tcp46  0  0  *.11434  *.*  LISTEN  0  0  131072  131072   ollama:1042   00100 00000006 000c0ffee
tcp4   0  0  127.0.0.1.631  *.*  LISTEN   0   0  131072  131072   Some Helper:88   00100 00000006
tcp4   0  0  192.168.1.2.3000  192.168.1.3.5000  ESTABLISHED  0  0  131072  131072  x:1  00100
tcp6       0      0  fe80::1%lo0.8021  *.*  LISTEN  131072  131072  201  0
"""


@pytest.mark.parametrize(
    "raw, expected",
    [
        (SS, {3000: 42, 5173: None, 53: None, 8080: None}),
        (PROC, {3000: None, 8080: None}),
        (NETSTAT, {11434: 1042, 631: 88, 8021: None}),
        (b"windows\r\n3000 42\r\n3000 42\r\n70000 1\r\nABH\xd6REN 2\r\n", {3000: 42}),
        (b"", {}),
        (b"other\nLISTEN", {}),
    ],
)
def test_listeners(raw: bytes, expected: dict[int, int | None]) -> None:
    assert listeners(raw) == expected


def test_processes() -> None:
    told = wire.processes(b"0 12\n3 7\n3 8\n3 7\nx 1\n4\n")
    assert told == {0: up(12), 3: up(detail="2 processes")}
    assert told[0].detail == "pid 12"


def test_files() -> None:
    told = wire.files(
        b"1000\n0 990\n1 900\n2 \n3 2000\n4 1\n9 1\n", {0: 60, 1: 60, 2: 1, 3: 5, 4: None}
    )
    assert told == {
        0: Fact(ServiceState.UP, "10s ago", last_run_age_s=10.0),
        1: Fact(ServiceState.STALE, "1m 40s ago", last_run_age_s=100.0),
        2: unknown("never ran"),
        3: Fact(ServiceState.UP, "0s ago", last_run_age_s=0.0),
        4: Fact(ServiceState.UP, "16m 39s ago", last_run_age_s=999.0),
    }
    assert wire.files(b"\n0 990\n", {0: 60}) == {}


JOBS = b"""job 0
	state = running
	pid = 1042
	runs = 3
	last exit code = (never exited)
job 1
	state = not running
	runs = 1
	last exit code = 78: EX_CONFIG
job 2

job 3
	state = not running
	last exit code = 0
	run interval = 120 seconds
job 4
	state = not running
	last exit code = 1
	run interval = 120 seconds
job 5
	state = waiting
	last exit code = (never exited)
	run interval = 120 seconds
job 6
	state = not running
	last exit code = 0
job 7
	state = running
	state = active
"""


def test_jobs_of_launchd() -> None:
    assert wire.jobs(JOBS) == {
        0: up(1042, restarts=3),
        1: down("exit 78"),
        2: down("not loaded"),
        3: up(detail="exit 0"),
        4: degraded("exit 1"),
        5: unknown("never ran"),
        6: down("not running"),
        7: up(),
    }


UNITS = b"""@system
Id=ollama.service
LoadState=loaded
ActiveState=active
SubState=running
MainPID=2211
NRestarts=1
ExecMainStatus=0
Result=success

Id=mine.service
LoadState=not-found
ActiveState=inactive
SubState=dead
MainPID=0

Id=crash.service
LoadState=loaded
ActiveState=activating
SubState=auto-restart
MainPID=0
NRestarts=16

Id=bad.service
LoadState=loaded
ActiveState=failed
SubState=failed
ExecMainStatus=78
Result=exit-code

Id=no.service
LoadState=not-found
@user
LoadState=not-found

LoadState=loaded
ActiveState=active
SubState=exited
MainPID=0

LoadState=not-found

LoadState=not-found

LoadState=not-found
"""


def test_units_of_systemd() -> None:
    names = ["ollama", "mine.service", "crash", "bad", "no"]
    assert wire.units(UNITS, names) == {
        "ollama": up(2211, restarts=1),
        "mine.service": up(),
        "crash": degraded("auto-restart, restarted 16 ×", restarts=16),
        "bad": down("failed: exit 78"),
        "no": unknown("no such unit"),
    }


@pytest.mark.parametrize(
    "raw, expected",
    [
        (b"", unknown("systemd does not answer")),
        (b"@system\n@user\n", unknown("systemd does not answer")),
        (b"@system\nLoadState=masked\nActiveState=inactive\n@user\n", down("masked")),
        (b"@system\nLoadState=loaded\nActiveState=inactive\n@user\n", down("inactive")),
        (b"@system\nLoadState=loaded\nActiveState=failed\nResult=signal\n", down("failed: signal")),
        (
            b"@system\nLoadState=loaded\nActiveState=reloading\nMainPID=7\n",
            degraded("reloading", 7),
        ),
        (b"@system\nLoadState=loaded\nMainPID=[not set]\n@user\n", down("inactive")),
    ],
)
def test_one_unit(raw: bytes, expected: Fact) -> None:
    assert wire.units(raw, ["x"]) == {"x": expected}


SECRET = "sk-CANARY-0123456789"


def entry(name: str, status: str, pid: int = 0, restarts: Any = 0) -> dict[str, Any]:
    environment = {"API_KEY": SECRET, "DATABASE_URL": f"postgres://u:{SECRET}@db"}
    told = {"status": status, "restart_time": restarts, "env": environment, "unstable_restarts": 1}
    return {"name": name, "pid": pid, "pm2_env": {**environment, **told}, "monit": {"cpu": 0.4}}


def test_processes_of_pm2() -> None:
    raw = json.dumps(
        [
            entry("api", "online", 4242, 3),
            entry("worker", "errored", 0, 16),
            entry("off", "stopped"),
            entry("late", "waiting restart", 0, 2),
            entry("pair", "online", 1, 1),
            entry("pair", "online", 2, 1),
            entry("half", "online", 3),
            entry("half", "errored"),
            entry("odd", "\x1b[2J", True, float("nan")),
            {"name": 7},
            {"name": "bare"},
            "text",
        ]
    )
    told = wire.pm2(b"[PM2] Spawning PM2 daemon\n" + raw.encode())
    assert told == {
        "api": up(4242, restarts=3),
        "worker": down("errored, restarted 16 ×"),
        "off": down("stopped"),
        "late": degraded("waiting restart, restarted 2 ×", restarts=2),
        "pair": Fact(ServiceState.UP, "2 of 2 online", restarts=2),
        "half": degraded("1 of 2 online", restarts=0),
        "odd": unknown("pm2 does not tell its status"),
        "bare": unknown("pm2 does not tell its status"),
    }
    assert SECRET not in repr(told)


@pytest.mark.parametrize(
    "raw, expected",
    [
        (b"no daemon\n", down("pm2 daemon not running")),
        (b"no pm2", unknown("pm2 is not on the PATH")),
        (b"", unknown("pm2 does not answer")),
        (b"[]", {}),
        (b"[{", unknown("pm2 does not answer")),
        (b'[{"a":' * 100_000, unknown("pm2 does not answer")),
        (b"[{" + b" " * 2_000_000 + b"}]", unknown("pm2 does not answer")),
    ],
)
def test_no_processes_of_pm2(raw: bytes, expected: Fact | dict[str, Fact]) -> None:
    assert wire.pm2(raw) == expected


def test_tasks_of_windows() -> None:
    raw = b"""0 4 267009 60 -\r
1 3 267011 - next\r
2 3 0 30 next\r
3 3 0 30 -\r
4 3 2147942402 5 next\r
5 1 0 5 -\r
6 none\r
7 2 0 5 next\r
8 3 1 -5 -\r
9 x y z -\r
"""
    assert wire.tasks(raw) == {
        0: Fact(ServiceState.UP, "running", last_run_age_s=60.0),
        1: unknown("never ran"),
        2: Fact(ServiceState.UP, "exit 0", last_run_age_s=30.0),
        3: Fact(ServiceState.DOWN, "not running", last_run_age_s=30.0),
        4: Fact(ServiceState.DEGRADED, "exit 0x80070002", last_run_age_s=5.0),
        5: down("disabled"),
        6: unknown("no such task"),
        7: degraded("queued"),
        8: Fact(ServiceState.DOWN, "exit 1"),
        9: unknown("Windows does not tell"),
    }


PARSERS = {
    "listeners": listeners,
    "processes": wire.processes,
    "files": lambda raw: wire.files(raw, {0: 1.0, 1: None}),
    "jobs": wire.jobs,
    "units": lambda raw: wire.units(raw, ["a", "b"]),
    "pm2": wire.pm2,
    "tasks": wire.tasks,
}
LINES = st.sampled_from(
    (
        *(
            b"ss\n",
            b"proc\n",
            b"netstat\n",
            b"windows\n",
            b"job 0\n",
            b"@user\n",
            b"\n\n",
            b"0 1 2 3 4\n",
        ),
        *(
            b"LoadState=loaded\n",
            b"ActiveState=active\n",
            b"MainPID=",
            b"1",
            b"\n",
            b" ",
            b"99999999999999",
        ),
        *(
            b'[{"name":"a","pid":1e999,"pm2_env":',
            b"{",
            b"}",
            b"]",
            b"LISTEN 0 0 a:1 b",
            b"\tpid = 1\n",
        ),
    )
)


@pytest.mark.parametrize("name", list(PARSERS))
@given(raw=st.binary() | st.lists(LINES).map(b"".join))
def test_any_bytes(name: str, raw: bytes) -> None:
    parser: Any = PARSERS[name]
    told = parser(raw)
    facts = told.values() if isinstance(told, dict) else [told]
    assert parser(raw) == told
    assert all(
        fact.detail is None or fact.detail.isprintable() for fact in facts if isinstance(fact, Fact)
    )
