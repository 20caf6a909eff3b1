# Stand-ins for the tools of macOS, as functions: they come before programs of the same name.
# $FLEETTUI_DEMO is the folder with what each prints.
# shellcheck disable=SC2317,SC2329

uname() {
  case ${1:-} in
    -n) cat "$FLEETTUI_DEMO/name" ;;
    -m) echo arm64 ;;
    -r) echo 25.1.0 ;;
    *) echo Darwin ;;
  esac
}

sysctl() {
  for demo_key; do
    grep "^$demo_key:" "$FLEETTUI_DEMO/sysctl"
  done
}

# The real one samples for a second before its second row.
iostat() {
  head -n 3 "$FLEETTUI_DEMO/iostat"
  sleep 1
  tail -n 1 "$FLEETTUI_DEMO/iostat"
}

vm_stat() { cat "$FLEETTUI_DEMO/vm_stat"; }
ioreg() { cat "$FLEETTUI_DEMO/ioreg"; }
df() { cat "$FLEETTUI_DEMO/df"; }
ss() { cat "$FLEETTUI_DEMO/ss"; }

launchctl() {
  [ "$1" = print ] && cat "$FLEETTUI_DEMO/launchctl.${2##*/}" 2>/dev/null
}

# A real pm2 must never be started: it would stay.
pm2() { cat "$FLEETTUI_DEMO/pm2"; }
node() { cat; }
env() {
  case "$*" in
    *' pm2 '*) pm2 ;;
    *) command env "$@" ;;
  esac
}
