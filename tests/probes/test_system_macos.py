"""macOS: the parser, and the script with stand-ins for the commands of macOS.

The stand-ins print what the commands print; nothing here has run on a Mac.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.machine import Platform
from fleettui.model.system import Gpu, Pressure, System
from fleettui.probes.system_macos import gpus, memory_used, parse
from tests.probes.invariants import assert_sane
from tests.probes.macos import DF, FAST, IOREG, IOSTAT, NOW, VM_STAT


def test_everything_that_a_tick_can_tell() -> None:
    sections = {"fast": FAST + b"cpu " + IOSTAT, "disk": DF, "gpu": IOREG}
    assert parse(sections, {}, NOW) == System(
        platform=Platform.MACOS,
        cpu_count=16,
        cpu_percent=29.0,
        load_1m=3.21,
        memory_total=68719476736,
        memory_used=42_532_864_000,
        memory_available=68719476736 - 42_532_864_000,
        memory_label="used (Activity Monitor)",
        memory_pressure=Pressure.NORMAL,
        swap_used=round(1205.5 * 1024 * 1024),
        swap_total=3072 * 1024 * 1024,
        disk_free=530000000 * 1024,
        disk_total=971350180 * 1024,
        uptime_s=86400.0,
        gpus=(Gpu("Apple M2 Max", 34.0, 2411724800),),
    )


def test_pages_of_an_intel_mac_are_smaller() -> None:
    intel = VM_STAT.replace(b"16384", b"4096")
    assert memory_used(VM_STAT) == 42_532_864_000
    assert memory_used(intel) == 42_532_864_000 // 4


@pytest.mark.parametrize(
    "key", [b"Pages wired down", b"Anonymous pages", b"Pages purgeable", b"page size of"]
)
def test_memory_is_unknown_without_one_of_its_parts(key: bytes) -> None:
    system = parse({"fast": FAST.replace(key, b"Something else")}, {}, NOW)
    assert system.memory_used is None
    assert system.memory_available is None
    assert system.memory_total == 68719476736


@pytest.mark.parametrize(
    "old,new,field,value",
    [
        (b"level: 1", b"level: 2", "memory_pressure", Pressure.WARNING),
        (b"level: 1", b"level: 4", "memory_pressure", Pressure.CRITICAL),
        (b"level: 1", b"level: 3", "memory_pressure", None),
        (b"kern.memorystatus", b"kern.other", "memory_pressure", None),
        (b"{ 3.21 2.87 2.60 }", b"{ 3,21 2,87 2,60 }", "load_1m", 3.21),
        (b"{ 3.21 2.87 2.60 }", b"{ nan 2,87 2,60 }", "load_1m", None),
        (b"used = 1205.50M", b"used = 1,50G", "swap_used", 1536 * 1024 * 1024),
        (b"used = 1205.50M", b"used = 0.00M", "swap_used", 0),
        (b"used = 1205.50M", b"used = 4.00G", "swap_used", None),
        (b"used = 1205.50M", b"used = 99999999999T", "swap_used", None),
        (b"vm.swapusage", b"vm.other", "swap_used", None),
        (b"hw.ncpu: 16", b"hw.ncpu: -1", "cpu_count", None),
        (b"hw.ncpu: 16", b"hw.ncpu: 99999999999", "cpu_count", None),
        (b"sec = 1795000000", b"sec = 1795999999", "uptime_s", None),
        (b"hw.memsize: 68719476736", b"hw.memsize: 1024", "memory_used", None),
    ],
)
def test_a_key_that_is_missing_or_odd(old: bytes, new: bytes, field: str, value: object) -> None:
    assert old in FAST
    assert getattr(parse({"fast": FAST.replace(old, new)}, {}, NOW), field) == value


@pytest.mark.parametrize(
    "row,share",
    [
        (b" 21  8 71  3.21 2.87 2.60", 29.0),
        (b"  120.5   3  0.35   21  8 71  3.21 2.87 2.60", 29.0),
        (b" 0  0 100  3,21 2,87 2,60", 0.0),
        (b" 21  8 10  3.21 2.87 2.60", None),
        (b" us sy id   1m   5m   15m", None),
        (b"", None),
    ],
)
def test_the_share_of_the_processor(row: bytes, share: float | None) -> None:
    assert parse({"fast": FAST + b"cpu " + row}, {}, NOW).cpu_percent == share
    assert parse({"fast": FAST, "first": b"cpu " + row}, {}, NOW).cpu_percent == share


def test_several_accelerators_and_odd_statistics() -> None:
    radeon = b"""\
+-o AMDRadeonX6000 <class AMDRadeonX6000, id 0x1>
      "PerformanceStatistics" = {"Device Utilization %" = 101,"In use system memory"=5}
      "model" = <"AMD Radeon Pro 5500M">
+-o Other <class Other, id 0x2>
      "model" = "no statistics"
"""
    assert gpus(IOREG + radeon) == (
        Gpu("Apple M2 Max", 34.0, 2411724800),
        Gpu("AMD Radeon Pro 5500M", None, 5),
    )


@pytest.mark.parametrize("fast", [b"", b"vm_stat: not found\n", b"\xff\0:\x1b[2J"])
def test_nothing_of_use_is_malformed(fast: bytes) -> None:
    with pytest.raises(Malformed):
        parse({"fast": fast}, {}, NOW)


@settings(deadline=None)
@given(st.data())
def test_any_bytes_are_a_system_or_malformed(data: st.DataObject) -> None:
    known = st.sampled_from((FAST + b"cpu " + IOSTAT + DF + IOREG).splitlines())
    digits = st.sampled_from([b"-1", b"nan", b"9" * 40, b"1,5", b"\xff", b"", b"0"])
    spoilt = st.builds(lambda line, odd: line.replace(b"1", odd), known, digits)
    lines = st.lists(st.one_of(st.binary(), known, spoilt), max_size=12).map(b"\n".join)
    sections = {name: data.draw(lines) for name in ("first", "fast", "disk", "gpu")}
    assert_sane(lambda: parse(sections, {}, NOW))
