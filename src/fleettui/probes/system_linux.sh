# The system source on Linux. Lines begin with a word that says what follows. Only shell builtins
# where a process can be spared: one costs more than all of /proc.

# one WORD FILE: the first line of a file, if there is one.
one() {
  read -r line 2>/dev/null <"$2" && out="$out$1 $line$nl"
}

have_nvidia=$(command -v nvidia-smi)

section_first() {
  out=
  one stat /proc/stat
  printf '%s' "$out"
  sleep 0.1
}

section_fast() {
  out=
  one stat /proc/stat
  one cpus /sys/devices/system/cpu/online
  one load /proc/loadavg
  one uptime /proc/uptime
  while read -r key value unit; do
    case $key in
      MemTotal: | MemFree: | MemAvailable: | Cached: | SwapTotal:) out="$out$key $value $unit$nl" ;;
      SwapFree:) out="$out$key $value $unit$nl" && break ;;
    esac
  done </proc/meminfo
  while read -r line; do
    out="${out}psi $line$nl"
  done 2>/dev/null </proc/pressure/memory
  amd
  printf '%s' "$out"
}

amd() {
  for busy in /sys/class/drm/card*/device/gpu_busy_percent; do
    [ -e "$busy" ] || return 0
    device=${busy%/*}
    out="${out}amd $device$nl"
    one amd.busy "$busy"
    one amd.used "$device/mem_info_vram_used"
    one amd.total "$device/mem_info_vram_total"
    one amd.name "$device/product_name"
    for file in "$device"/hwmon/hwmon*/temp1_input; do one amd.temp "$file"; done
    for file in "$device"/hwmon/hwmon*/power1_average; do one amd.power "$file"; done
  done
}

section_clock() { date +%s.%N; }

section_disk() { within 2 df -kP /; }

section_gpu() {
  [ -z "$have_nvidia" ] || within 3 nvidia-smi \
    --query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw \
    --format=csv,noheader,nounits
}
