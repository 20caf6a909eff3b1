# The system source on macOS.

section_first() { printf 'cpu %s\n' "$(sample)"; }

section_fast() {
  figures
  sampled
}

figures() {
  sysctl hw.memsize hw.ncpu vm.swapusage vm.loadavg kern.boottime kern.memorystatus_vm_pressure_level
  vm_stat
}

# The second row of iostat is the share of the last second; nothing tells it sooner without root.
sample() { iostat -n 0 -c 2 -w 1 </dev/null | tail -n 1; }

# Samples are taken between the ticks and queued in a file without a name, whose end can be
# read without waiting. Each is older than its tick by one interval at most.
cpu=
queued=
waited=9
written=0

queue() {
  file=$(mktemp "${TMPDIR:-/tmp}/fleettui.XXXXXX") || return 1
  exec 8>>"$file"
  exec 9<"$file"
  rm -f "$file"
  written=0
}

sampled() {
  waited=$((waited + 1))
  if [ "$queued" ]; then
    while read -r line <&9; do
      cpu=$line
      waited=0
    done
  fi
  [ "$waited" -le 3 ] || cpu=
  [ -z "$cpu" ] || printf 'cpu %s\n' "$cpu"
  [ "$waited" -eq 0 ] || [ "$waited" -gt 3 ] || return 0
  [ "$queued" ] && [ "$written" -lt 1000 ] || { queue && queued=yes; } || return 0
  written=$((written + 1))
  sample >&8 2>/dev/null &
}

section_clock() { date +%s.%N; }

section_disk() { within 2 df -kP /System/Volumes/Data || within 2 df -kP /; }

section_gpu() {
  within 3 ioreg -r -d 1 -w 0 -c IOAccelerator |
    grep -E '^[| ]*[+]-o |"(PerformanceStatistics|model)" *='
}
