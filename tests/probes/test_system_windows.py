"""Windows: the parser on what system_windows.ps1 is written to print.

The script itself is not run by the tests: it needs PowerShell and Windows.
"""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.machine import Platform
from fleettui.model.system import Gpu, System
from fleettui.probes.loop import load
from fleettui.probes.system_windows import parse
from tests.probes.invariants import assert_sane

NOW = 1794982329.5 + 3600.0
MIB = 1024 * 1024
FAST: dict[str, Any] = {
    "v": 1,
    "mem": {"TotalVisibleMemorySize": 66887212, "FreePhysicalMemory": 41250304},
    "boot": "2026-11-18T06:12:09.5000000Z",
    "cpu": "12",
    "cpus": 24,
    "page": [{"AllocatedBaseSize": 4096, "CurrentUsage": 512}],
}
DISK = b'{"v":1,"disk":[{"DeviceID":"C:","Size":1000202039296,"FreeSpace":412316860416}]}'
GPU = b"0, GPU-1, NVIDIA GeForce RTX 4090, 37, 18211, 24564, 61, 212.45\n"


def read(**changes: object) -> System:
    return parse({"fast": json.dumps(FAST | changes).encode()}, {}, NOW)


def test_everything_that_a_tick_can_tell() -> None:
    sections = {"fast": json.dumps(FAST).encode(), "disk": DISK, "gpu": GPU}
    assert parse(sections, {}, NOW) == System(
        platform=Platform.WINDOWS,
        cpu_count=24,
        cpu_percent=12.0,
        memory_total=66887212 * 1024,
        memory_used=(66887212 - 41250304) * 1024,
        memory_available=41250304 * 1024,
        swap_used=512 * MIB,
        swap_total=4096 * MIB,
        disk_free=412316860416,
        disk_total=1000202039296,
        uptime_s=3600.0,
        gpus=(Gpu("NVIDIA GeForce RTX 4090", 37.0, 18211 * MIB, 24564 * MIB, 61.0, 212.45),),
    )


PAGE = {"AllocatedBaseSize": 100, "CurrentUsage": 7}


@pytest.mark.parametrize(
    "page,used,total",
    [
        (PAGE, 7, 100),
        ([PAGE, PAGE], 14, 200),
        ({"value": [PAGE], "Count": 1}, 7, 100),
        ([], 0, 0),
        (None, None, None),
        ([{"AllocatedBaseSize": 100}], None, 100),
        ([{"AllocatedBaseSize": 1, "CurrentUsage": 7}], None, 1),
        ("text", None, None),
    ],
)
def test_page_files_are_one_several_or_none(
    page: object, used: int | None, total: int | None
) -> None:
    system = read(page=page)
    assert system.swap_used == (None if used is None else used * MIB)
    assert system.swap_total == (None if total is None else total * MIB)


@pytest.mark.parametrize(
    "boot,uptime",
    [
        ("2026-11-18T06:12:09.5000000Z", 3600.0),
        ("2026-11-18T07:12:09.5+01:00", 3600.0),
        ("2026-11-18T06:12:09.5", 3600.0),
        ("2026-11-19T06:12:09Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("/Date(1795000000123)/", None),
        (1795000000, None),
        (None, None),
    ],
)
def test_the_time_since_the_start(boot: object, uptime: float | None) -> None:
    assert read(boot=boot).uptime_s == uptime


@pytest.mark.parametrize(
    "cpu,share",
    [(12, 12.0), ("12", 12.0), ("12,5", 12.5), (True, None), (101, None), (-1, None), ({}, None)],
)
def test_the_share_of_the_processor(cpu: object, share: float | None) -> None:
    assert read(cpu=cpu).cpu_percent == share


def test_memory_that_makes_no_sense_is_unknown() -> None:
    system = read(mem={"TotalVisibleMemorySize": 10, "FreePhysicalMemory": 11})
    assert (system.memory_used, system.memory_available) == (None, None)
    assert read(mem=[1]).memory_total is None


@pytest.mark.parametrize(
    "fast",
    [
        b"",
        b"#< CLIXML <Objs/>",
        b"[]",
        b"{}",
        b'{"v":1,"cpu":NaN}',
        b"[" * 100_000,
        b'{"cpus":' + b"9" * 5000 + b"}",
        b'{"mem":"\xff"}',
    ],
)
def test_nothing_of_use_is_malformed(fast: bytes) -> None:
    with pytest.raises(Malformed):
        parse({"fast": fast}, {}, NOW)


def test_a_byte_order_mark_is_skipped() -> None:
    fast = b"\xef\xbb\xbf" + json.dumps(FAST).encode()
    assert parse({"fast": fast}, {}, NOW).cpu_count == 24


@pytest.mark.parametrize("disk", [b"", b"[]", b'{"disk":null}', b'{"disk":[]}', b"\xff", b"{"])
def test_a_disk_that_was_not_told_is_unknown(disk: bytes) -> None:
    system = parse({"fast": json.dumps(FAST).encode(), "disk": disk}, {}, NOW)
    assert (system.disk_free, system.disk_total) == (None, None)


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("12")
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*FAST, *FAST["mem"], *PAGE, "value"]), inner, max_size=4),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.binary(), st.dictionaries(st.sampled_from(list(FAST)), VALUES), VALUES)
def test_any_bytes_are_a_system_or_malformed(
    raw: bytes, changes: dict[str, object], disk: object
) -> None:
    fast = json.dumps(FAST | changes).encode()
    rest = {"disk": json.dumps({"disk": disk}).encode(), "gpu": raw}
    assert_sane(lambda: parse({"fast": fast, **rest}, {}, NOW))
    assert_sane(lambda: parse({"fast": raw, "disk": raw}, {}, NOW))


@pytest.mark.parametrize("name", ["loop.ps1", "system_windows.ps1"])
def test_the_scripts_are_plain_and_balanced(name: str) -> None:
    script = load(name).decode("ascii")
    code = re.sub(r"#.*|'[^']*'", "", script)
    for left, right in ("{}", "()", "[]"):
        assert code.count(left) == code.count(right)


def test_the_script_prints_what_the_parser_reads() -> None:
    script = load("system_windows.ps1").decode("ascii")
    for key in (*FAST["mem"], *PAGE, "Size", "FreeSpace"):
        assert re.search(rf"\b{key}\b", script)
    assert {"fast", "disk", "clock", "gpu"} == set(re.findall(r"function section_(\w+)", script))
