"""Which ports somebody listens on, from the tools of every platform: total functions of bytes."""

import re

from fleettui.probes.figures import whole

_MAC_PID = re.compile(rb":(\d{1,9})\s+[0-9a-f]{5}\s")
_SS_PID = re.compile(rb"pid=(\d{1,9})")


def listeners(raw: bytes) -> dict[int, int | None]:
    """Ports that somebody listens on, each with the process where exactly one is told."""
    dialect, _, body = raw.partition(b"\n")
    reader = _DIALECTS.get(dialect.strip())
    found: dict[int, set[int]] = {}
    for line in body.splitlines() if reader else ():
        port, pids = reader(line) if reader else (None, set())
        if port is not None and 0 < port < 65536:
            found.setdefault(port, set()).update(pids)
    return {port: pids.pop() if len(pids) == 1 else None for port, pids in found.items()}


def _from_ss(line: bytes) -> tuple[int | None, set[int]]:
    """ss(8), -Hltnp: `LISTEN 0 511 [::]:3000 [::]:* users:(("node",pid=42,fd=19))`."""
    words = line.split(None, 5)
    if len(words) < 5 or words[0] != b"LISTEN":
        return None, set()
    pids = {int(pid) for pid in _SS_PID.findall(words[5])} if len(words) > 5 else set()
    return whole(words[3].rpartition(b":")[2]), pids


def _from_proc(line: bytes) -> tuple[int | None, set[int]]:
    """proc(5), /proc/net/tcp: `0100007F:0BB8`, the port in hexadecimal."""
    digits = line.strip().rpartition(b":")[2]
    return (int(digits, 16) if re.fullmatch(rb"[0-9A-F]{4}", digits) else None), set()


def _from_netstat(line: bytes) -> tuple[int | None, set[int]]:
    """netstat(1) of macOS, -anv -p tcp: the port after the last dot of the fourth word."""
    words = line.split()
    if len(words) < 6 or words[5] != b"LISTEN":
        return None, set()
    found = _MAC_PID.search(line)
    return whole(words[3].rpartition(b".")[2]), {int(found[1])} if found else set()


def _from_windows(line: bytes) -> tuple[int | None, set[int]]:
    """Get-NetTCPConnection: port and process."""
    numbers = [whole(word) for word in line.split()]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        return None, set()
    return numbers[0], {numbers[1]}


_DIALECTS = {
    b"ss": _from_ss,
    b"proc": _from_proc,
    b"netstat": _from_netstat,
    b"windows": _from_windows,
}
