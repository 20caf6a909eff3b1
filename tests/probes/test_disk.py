"""Room on a disk, from df and from a mount that never answers."""

import threading

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.probes.disk import UNKNOWN, LocalDisk, space

HEADER = b"Filesystem     1024-blocks     Used Available Capacity Mounted on\n"


@pytest.mark.parametrize(
    "row,free,total",
    [
        (b"/dev/vda 264212084 23580740 82810172 23% /", 82810172, 264212084),
        (
            b"/dev/disk3s5 971350180 412000000 530000000 44% /System/Volumes/Data",
            530000000,
            971350180,
        ),
        (b"map auto_home /x 10 4 6 40% /home with space", 6, 10),
        (b"overlay 10 10 0 100% /", 0, 10),
        (b"odd 10 10 20 100% /", None, 10),
        (b"odd - - - - /proc", None, None),
    ],
)
def test_the_columns_of_df(row: bytes, free: int | None, total: int | None) -> None:
    expected = tuple(None if value is None else value * 1024 for value in (free, total))
    assert space(HEADER + row + b"\n") == expected


def test_no_answer_is_unknown() -> None:
    assert space(b"") == space(HEADER) == UNKNOWN


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_sizes_or_unknown(raw: bytes) -> None:
    assert all(size is None or size >= 0 for size in space(HEADER + raw))


async def test_this_disk_is_what_psutil_says() -> None:
    assert (await LocalDisk("/").read(10.0))[1] == psutil.disk_usage("/").total


async def test_a_path_that_is_not_there_is_unknown() -> None:
    assert await LocalDisk("/no/such/mount").read(10.0) == UNKNOWN


async def test_a_dead_mount_costs_its_deadline_and_one_thread() -> None:
    alive = threading.Event()
    asked: list[str] = []

    def dead(path: str) -> tuple[int | None, int | None]:
        asked.append(path)
        alive.wait(60)
        return 1, 2

    disk = LocalDisk("/mnt", dead)
    assert await disk.read(0.05) == UNKNOWN
    assert await disk.read(60.0) == UNKNOWN
    alive.set()
    for thread in threading.enumerate():
        if thread.name == "fleettui-disk":
            thread.join(10)
    assert asked == ["/mnt"]
    assert await disk.read(10.0) == (1, 2)
