# What every loop for sh begins with: dash, bash (3.2 too) and busybox run it alike.
# The source's own script follows and defines one function section_NAME for each section,
# and setup_line where it takes set-up lines.

LC_ALL=C
export LC_ALL
PATH=/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/usr/local/sbin:/opt/homebrew/bin:/opt/homebrew/sbin:/usr/lib/wsl/lib:$HOME/.local/bin:$PATH
export PATH
unset CDPATH ENV BASH_ENV
cd / || exit 1
# For the sources: a line feed.
# shellcheck disable=SC2034
nl='
'

# Called once for each set-up line, which is data: never evaluate it.
setup_line() { :; }

# within SECONDS COMMAND ARG…: run it with no input, for whole seconds at most; 124 when late.
# macOS has no timeout(1). A process that even SIGKILL does not end (a dead disk) is left behind:
# USR1 ends the wait for it. Not behind a pipe where that matters: there $$ is another shell.
trap : USR1
within() {
  within_s=$1
  shift
  "$@" </dev/null &
  within_pid=$!
  (
    sleep "$within_s" &
    # An orphan stays a zombie where the first process buries none, as in many containers; and a
    # milder signal could come before the new process is ready for it.
    trap 'kill -9 $!; wait $!; exit' TERM
    wait $!
    kill -9 "$within_pid" || exit
    sleep 1 &
    wait $!
    kill -USR1 $$
  ) </dev/null >/dev/null 2>&1 &
  within_watch=$!
  wait "$within_pid" 2>/dev/null
  within_status=$?
  kill "$within_watch" 2>/dev/null
  wait "$within_watch" 2>/dev/null
  [ "$within_status" -le 128 ] || within_status=124
  return "$within_status"
}

# The whole loop is one function: dash reads its script in blocks from the same input that the
# questions come from, so nothing of the script may be left to read when they begin.
fleet_loop() {
  printf '\n@@fleet1 ready\n'
  read -r fleet_count || exit 0
  while [ "$fleet_count" -gt 0 ]; do
    IFS= read -r fleet_line || exit 0
    setup_line "$fleet_line" </dev/null
    fleet_count=$((fleet_count - 1))
  done
  while read -r fleet_tag fleet_names; do
    printf '@@fleet1 begin %s' "$fleet_tag"
    for fleet_name in $fleet_names; do
      printf '\n@%s %s\n' "$fleet_tag" "$fleet_name"
      "section_$fleet_name" </dev/null
    done
    printf '\n@@fleet1 end %s\n' "$fleet_tag"
  done
  exit 0
}
