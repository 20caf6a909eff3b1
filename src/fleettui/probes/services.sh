# The services source on Linux and macOS. Set-up lines are `INDEX KIND TARGET`; the answers name
# the index. Whatever holds secrets (environments, arguments) is left out here already.
# shellcheck disable=SC2030,SC2031,SC2034,SC2088,SC2154,SC3013

processes='' files='' jobs='' units=''
user=$(id -u)

setup_line() {
  place=${1%% *} rest=${1#* }
  case ${rest%% *} in
    process) processes=$processes$place' '${rest#* }$nl ;;
    file) files=$files$place' '${rest#* }$nl ;;
    launchd) jobs=$jobs$place' '${rest#* }$nl ;;
    systemd) units=$units${rest#* }$nl ;;
  esac
}

# for_each LIST FUNCTION: call it with index and target of each line.
for_each() {
  call=$2
  IFS=$nl
  set -f
  # shellcheck disable=SC2086
  set -- $1
  set +f
  unset IFS
  for item; do "$call" "${item%% *}" "${item#* }"; done
}

section_alive() { :; }

section_ports() {
  if command -v ss >/dev/null && listening=$(within 2 ss -Hltnp 2>/dev/null); then
    printf 'ss\n%s' "$listening"
  elif [ -r /proc/net/tcp ]; then
    printf 'proc\n'
    for table in /proc/net/tcp /proc/net/tcp6; do
      while read -r _ address _ state _; do
        [ "$state" != 0A ] || printf '%s\n' "$address"
      done 2>/dev/null <"$table"
    done
  else
    printf 'netstat\n'
    within 3 netstat -anv -p tcp 2>/dev/null | grep LISTEN
  fi
}

# A process has the name of its program (cut off after 15 bytes on Linux), of the first word of
# its command line, or of the script that an interpreter runs.
section_processes() {
  { within 2 ps -A -ww -o pid= -o comm= 2>/dev/null || within 2 ps -o pid,comm 2>/dev/null; } |
    while read -r pid name; do
      name=${name##*/}
      for_each "$processes" name_matches
    done
  { within 2 ps -A -ww -o pid= -o args= 2>/dev/null || within 2 ps -o pid,args 2>/dev/null; } |
    while read -r pid program words; do
      name=${program##*/}
      case $name in
        node | bun | deno | python | python[23]* | ruby | perl | sh | bash | dash | zsh) script_name ;;
        *) name=${name%:} ;;
      esac
      for_each "$processes" name_matches
    done
}

script_name() {
  while [ -n "$words" ]; do
    word=${words%% *}
    case $word in
      -*) ;;
      *)
        name=${word##*/}
        return
        ;;
    esac
    [ "$word" != "$words" ] || return
    words=${words#* }
  done
}

name_matches() {
  case $2 in
    "$name") printf '%s %s\n' "$1" "$pid" ;;
    "$name"*) [ ${#name} -ne 15 ] || printf '%s %s\n' "$1" "$pid" ;;
  esac
}

section_files() {
  date +%s
  for_each "$files" newest_file
}

newest_file() {
  pattern=$2 newest=''
  case $pattern in
    /*) ;;
    '~/'*) pattern=$HOME/${pattern#'~/'} ;;
    *) pattern=$HOME/$pattern ;;
  esac
  IFS=''
  for file in $pattern; do
    [ -e "$file" ] || continue
    [ -n "$newest" ] && [ ! "$file" -nt "$newest" ] || newest=$file
  done
  unset IFS
  time=''
  [ -z "$newest" ] ||
    time=$(within 2 stat -c %Y "$newest" 2>/dev/null || within 2 stat -f %m "$newest" 2>/dev/null)
  printf '%s %s\n' "$1" "$time"
}

section_launchd() { for_each "$jobs" print_job; }

# Of what launchctl prints only these lines of the job itself, which are indented by one tab.
print_job() {
  for domain in "gui/$user" "user/$user" system; do
    told=$(within 2 launchctl print "$domain/$2" 2>/dev/null | awk '
      /^\t(state|pid|runs|last exit code|run interval) = / {
        key = $0
        sub(/ = .*/, "", key)
        if (!(key in seen)) { seen[key] = 1; print }
      }')
    [ -z "$told" ] || break
  done
  printf 'job %s\n%s\n' "$1" "$told"
}

section_systemd() {
  IFS=$nl
  set -f
  # shellcheck disable=SC2086
  set -- $units
  set +f
  unset IFS
  set -- --no-pager --property=Id,LoadState,ActiveState,SubState,MainPID,NRestarts,ExecMainStatus,Result -- "$@"
  printf '@system\n'
  within 2 systemctl show "$@" 2>/dev/null
  printf '@user\n'
  within 2 env "XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$user}" systemctl --user show "$@" 2>/dev/null
}

# `pm2 jlist` starts a daemon where none runs, so that is looked at first. Its answer holds the
# whole environment of every process, twice.
section_pm2() {
  pm2_home=${PM2_HOME:-$HOME/.pm2} daemon=''
  [ ! -f "$pm2_home/pm2.pid" ] || read -r daemon <"$pm2_home/pm2.pid"
  case $daemon in '' | *[!0-9]*) daemon=0 ;; esac
  if [ "$daemon" -le 1 ] || [ ! -S "$pm2_home/rpc.sock" ] || ! kill -0 "$daemon" 2>/dev/null; then
    printf 'no daemon'
    return
  fi
  for bin in "$HOME"/.nvm/versions/node/*/bin "$HOME/.volta/bin" "$HOME/.npm-global/bin" \
    "$HOME/.asdf/shims" "$HOME/.local/share/mise/shims" "$HOME/.local/share/pnpm" "$HOME/.bun/bin"; do
    [ ! -x "$bin/pm2" ] || PATH=$PATH:$bin
  done
  if ! command -v pm2 >/dev/null || ! command -v node >/dev/null; then
    printf 'no pm2'
    return
  fi
  within 4 env PM2_SILENT=true pm2 jlist 2>/dev/null | node -e '
    let text = "";
    process.stdin.on("data", (data) => (text += data)).on("end", () => {
      const all = JSON.parse(text.slice(text.search(/\[(\{|\])/)));
      console.log(JSON.stringify(all.map((one) => ({
        name: one.name, pid: one.pid,
        pm2_env: { status: one.pm2_env?.status, restart_time: one.pm2_env?.restart_time },
      }))));
    });' 2>/dev/null
}
