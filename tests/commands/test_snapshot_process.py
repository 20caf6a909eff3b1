"""How a stream of snapshots ends: real processes, pipes and signals."""

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "tests.lab.snapshot_process")
PATIENCE_S = 60


@contextmanager
def started(words: str, stdout: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """A running process, ended afterwards whatever happens."""
    process = subprocess.Popen(
        [*PROGRAM, *words.split()], cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """The exit code, and what it wrote to standard error."""
    assert process.stderr is not None
    complaint = process.stderr.read()
    return process.wait(PATIENCE_S), complaint


def record(process: subprocess.Popen[bytes]) -> bytes:
    """The next record; it must come while the process still runs."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    assert ready
    return process.stdout.readline()


STREAM = "engine -- --json --every 1"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_stream_cleanly(number: signal.Signals) -> None:
    with started(STREAM) as process:
        first = record(process)
        process.send_signal(number)
        assert ended(process) == (0, b"")
    assert json.loads(first)["machines"][0]["state"] == "ok"


def test_strict_gives_the_code_of_the_last_reading() -> None:
    with started("mini:down engine -- --format line --every 1 --strict") as process:
        assert record(process).startswith(b"test 1/2")
        process.send_signal(signal.SIGTERM)
        assert ended(process) == (4, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_before_there_was_anything(number: signal.Signals) -> None:
    with started("engine slow:hangs -- --json --only slow --every 60") as process:
        wait_until_signals_are_handled(process)
        process.send_signal(number)
        assert ended(process) == (128 + number, b"")


def wait_until_signals_are_handled(process: subprocess.Popen[bytes]) -> None:
    """Linux tells which signals a process catches."""
    wanted = 1 << (signal.SIGTERM - 1)
    for _ in range(PATIENCE_S * 100):
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        if int(caught.split()[1], 16) & wanted:
            return
        select.select([], [], [], 0.01)
    raise AssertionError("it never caught SIGTERM")


@pytest.mark.parametrize("strict,code", [("", 0), ("--strict", 4)])
def test_a_reader_that_goes_away_ends_it_quietly(strict: str, code: int) -> None:
    with started(f"mini:down -- --json --every 1 {strict}") as process:
        record(process)
        assert process.stdout is not None
        process.stdout.close()
        assert ended(process) == (code, b"")


def test_a_reader_that_goes_away_is_noticed_while_nothing_changes() -> None:
    with started("engine -- --json --every 1 --changes") as process:
        record(process)
        assert process.stdout is not None
        process.stdout.close()
        assert ended(process) == (0, b"")


def test_a_reader_that_stalls_does_not_keep_it_from_ending() -> None:
    """The pipe is full and stays full; a blocked write would not see the signal."""
    read_end, write_end = os.pipe()
    many = " ".join(f"m{number}" for number in range(60))
    try:
        with started(f"{many} -- --json --every 1", stdout=write_end) as process:
            os.close(write_end)
            for _ in range(PATIENCE_S * 100):
                if is_full(read_end):
                    break
                select.select([], [], [], 0.01)
            process.send_signal(signal.SIGTERM)
            assert ended(process) == (0, b"")
    finally:
        os.close(read_end)


def is_full(descriptor: int) -> bool:
    """Whether a pipe holds as much as Linux gives it by default."""
    waiting = fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4)
    (held,) = struct.unpack("i", waiting)
    return bool(held > 60_000)


def test_a_full_disk_is_one_line_and_exit_1() -> None:
    with open("/dev/full", "wb") as full, started("engine -- --json", full.fileno()) as process:
        code, complaint = ended(process)
    assert code == 1
    assert b"cannot write to standard output: No space left on device" in complaint


def test_what_flaps_is_printed_when_it_changes() -> None:
    with started("engine msi:flaps -- --json --every 1 --changes") as process:
        states = [
            [machine["state"] for machine in json.loads(record(process))["machines"]]
            for _ in range(3)
        ]
    assert states == [["ok", "ok"], ["down"], ["ok"]]
