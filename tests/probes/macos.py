"""What the commands of macOS print, and stand-ins for these commands."""

from pathlib import Path

NOW = 1795000000.0 + 86400.0

SYSCTL = b"""\
hw.memsize: 68719476736
hw.ncpu: 16
vm.swapusage: total = 3072.00M  used = 1205.50M  free = 1866.50M  (encrypted)
vm.loadavg: { 3.21 2.87 2.60 }
kern.boottime: { sec = 1795000000, usec = 412345 } Wed Nov 18 12:06:40 2026
kern.memorystatus_vm_pressure_level: 1
"""

VM_STAT = b"""\
Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                              512000.
Pages active:                           1400000.
Pages inactive:                         1350000.
Pages speculative:                        50000.
Pages throttled:                              0.
Pages wired down:                        420000.
Pages purgeable:                          24000.
"Translation faults":                9876543210.
Pages copy-on-write:                   44556677.
Pages zero filled:                   2233445566.
Pages reactivated:                       778899.
Pages purged:                            112233.
File-backed pages:                       900000.
Anonymous pages:                        1900000.
Pages stored in compressor:              900000.
Pages occupied by compressor:            300000.
Decompressions:                         1234567.
Compressions:                           2345678.
Pageins:                                3456789.
Pageouts:                                  1234.
Swapins:                                      0.
Swapouts:                                     0.
"""

FAST = SYSCTL + VM_STAT

IOSTAT = b" 21  8 71  3.21 2.87 2.60\n"

IOSTAT_ALL = b"""\
      cpu    load average
 us sy id   1m   5m   15m
  9  4 87  3.21 2.87 2.60
"""

DF = b"""\
Filesystem   1024-blocks      Used Available Capacity  Mounted on
/dev/disk3s5   971350180 412000000 530000000    44%    /System/Volumes/Data
"""

IOREG = b"""\
+-o AGXAcceleratorG14X  <class AGXAcceleratorG14X, id 0x100000abc, registered, matched, active>
    {
      "model" = "Apple M2 Max"
      "gpu-core-count" = 38
      "PerformanceStatistics" = {"In use system memory (driver)"=0,\
"Alloc system memory"=21474836480,"Tiler Utilization %"=8,"recoveryCount"=0,\
"Renderer Utilization %"=9,"Device Utilization %"=34,\
"In use system memory"=2411724800}
    }
"""


def install(folder: Path) -> Path:
    """Put stand-ins for sysctl, vm_stat, iostat, ioreg and df into a folder, and return it."""
    folder.mkdir()
    said = {
        "sysctl": SYSCTL,
        "vm_stat": VM_STAT,
        "iostat": IOSTAT_ALL + IOSTAT,
        "ioreg": IOREG,
        "df": DF,
    }
    for name, text in said.items():
        (folder / f"{name}.txt").write_bytes(text)
        command = folder / name
        command.write_text(f'#!/bin/sh\ncat "{folder}/{name}.txt"\n')
        command.chmod(0o755)
    return folder
