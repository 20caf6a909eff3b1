# The worktrees source. Set-up lines are `BASE PATH`, one for each clone.
#
# Nothing is ever written into a clone. Its configuration is not used either, since whoever can
# write it names programs there that git runs (filters run even for `git status`). So each clone
# is read through a view: a common directory of our own, with our configuration, whose refs are
# links to the real ones. Indexes are copied and refreshed there: without that, a new worktree is
# compared file by file at every look, with it once.
#
# The administrative folders are read here and not by `git worktree list`, which fails for all of
# a clone's worktrees when one of them is broken.
#
# Needs safe_git, and is_agent and is_wrapper, which know the names of programs. Answers are
# NUL-ended fields, in hexadecimal.
# shellcheck disable=SC2034,SC2088,SC2154,SC3013

# A file of an unfriendly size ends the program that writes it.
ulimit -f 131072 2>/dev/null

max_trees=200
budget_s=6
clones=
scratch=
input=
clock_ticks=$(getconf CLK_TCK 2>/dev/null) || clock_ticks=100
excludes_file=$(within 2 git config --global --type=path --get core.excludesfile 2>/dev/null)
[ -n "$excludes_file" ] || excludes_file=${XDG_CONFIG_HOME:-$HOME/.config}/git/ignore
[ -f "$excludes_file" ] || excludes_file=

# Only at the end of the loop itself, not of a subshell that is ended while it is being born. For
# the same reason no other signal is caught: a subshell could miss the one that is meant for it.
trap 'sh -c "[ \$PPID = $$ ]" && rm -rf "$scratch"' EXIT

setup_line() { clones=$clones$1$nl; }

put() {
  for field; do printf '%s\0' "$field"; done
}

# Programs in a sandbox may write to /tmp and to their clone, so the view lies in neither.
need_scratch() {
  [ -z "$scratch" ] || [ ! -d "$scratch" ] || return 0
  umask 077
  place=${XDG_CACHE_HOME:-$HOME/.cache}/fleettui
  mkdir -p "$place" 2>/dev/null
  mine=$place/view.$(uname -n)
  for left in "$mine".*; do
    [ ! -d "$left" ] || kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"
  done
  scratch=$mine.$$
  mkdir -p "$scratch" 2>/dev/null || scratch=$(mktemp -d "${TMPDIR:-/tmp}/fleettui.XXXXXX")
}

encode() {
  head -c 400000 <"$scratch/out" | od -An -v -tx1 | tr -d ' \n' | fold -w 8000
}

section_worktrees() {
  if ! command -v git >/dev/null; then
    printf 'no git'
    return
  fi
  if ! need_scratch; then
    printf 'no place'
    return
  fi
  now
  until=$((now + budget_s))
  clone=0
  while IFS= read -r line; do
    [ -z "$line" ] || read_clone "${line%% *}" "${line#* }"
    clone=$((clone + 1))
  done >"$scratch/out" <<END
$clones
END
  encode
}

read_clone() {
  base=$1 path=$2 common='' main='' problem='' base_id=''
  case $path in
    /*) ;;
    '~') path=$HOME ;;
    '~/'*) path=$HOME/${path#'~/'} ;;
    *) path=$HOME/$path ;;
  esac
  find_common
  put clone "$clone" "$path" "$problem"
  [ -z "$problem" ] || return
  view=$scratch/$clone.view
  make_view
  git_dir=$common common_dir=$view object_dir=$common/objects index_file='' work_tree=''
  for ref in "refs/heads/$base" "refs/remotes/origin/$base" "refs/remotes/$base" "refs/tags/$base"; do
    base_id=$(safe_git 2 rev-parse --verify --quiet --end-of-options "$ref^{commit}" 2>/dev/null) && break
  done
  [ -z "$main" ] || read_main
  trees=0
  for admin in "$common"/worktrees/*; do
    [ -d "$admin" ] || continue
    trees=$((trees + 1))
    [ "$trees" -gt "$max_trees" ] || read_linked
  done
  [ "$trees" -le "$max_trees" ] || put more "$((trees - max_trees))" "$common/worktrees"
  for left in "$scratch/$clone".trees/*; do
    [ -d "$common/worktrees/${left##*/}" ] || rm -rf "$left"
  done
}

# $common: what all worktrees of the clone share; $main: the main worktree, empty in a bare one.
find_common() {
  if [ ! -d "$path" ]; then
    problem='there is no such folder'
  elif [ -d "$path/.git" ]; then
    common=$path/.git main=$path
  elif [ -f "$path/.git" ]; then
    follow_link
  elif [ -d "$path/objects" ] && [ -f "$path/HEAD" ]; then
    common=$path
  else
    problem='not a git repository'
  fi
  [ -n "$problem" ] || {
    [ -d "$common/objects" ] && [ -f "$common/HEAD" ] || problem='not a git repository'
    [ -r "$common/HEAD" ] && [ -x "$common/objects" ] || problem='this user may not read its .git folder'
  }
}

# The clone is a linked worktree, a submodule, or keeps its .git folder elsewhere.
follow_link() {
  link=''
  IFS= read -r link <"$path/.git"
  link=${link#gitdir: }
  case $link in /*) ;; *) link=$path/$link ;; esac
  common=$link main=$path
  if [ -f "$link/commondir" ]; then
    IFS= read -r common <"$link/commondir"
    case $common in /*) ;; *) common=$link/$common ;; esac
    common=$(cd -P "$common" 2>/dev/null && pwd -P)
    main=${common%/.git}
    [ "$main" != "$common" ] || main=''
  fi
}

make_view() {
  rm -rf "$view"
  mkdir -p "$view/info" "$scratch/$clone.trees"
  ln -s "$common/refs" "$common/packed-refs" "$common/reftable" "$common/shallow" "$common/worktrees" "$view/"
  ln -s "$common/info/exclude" "$view/info/"
  # Of the real configuration only what says how files are stored, word for word.
  git_dir='' common_dir='' object_dir='' index_file='' work_tree=''
  wanted='^(core\.(autocrlf|eol|filemode|ignorecase|precomposeunicode|symlinks)|extensions\.(objectformat|refstorage))$'
  [ ! -f "$common/config" ] ||
    safe_git 2 config --file "$common/config" --get-regexp "$wanted" >"$scratch/wanted" 2>/dev/null
  {
    printf '[core]\n\trepositoryformatversion = 1\n'
    while read -r key value; do
      case "$key $value" in
        'core.filemode false' | 'core.ignorecase true' | 'core.precomposeunicode true' | \
          'core.symlinks false' | 'core.autocrlf true' | 'core.autocrlf input' | 'core.eol lf' | \
          'core.eol crlf' | 'extensions.objectformat sha256' | 'extensions.refstorage reftable')
          printf '[%s]\n\t%s = %s\n' "${key%%.*}" "${key#*.}" "$value"
          ;;
      esac
    done
  } >"$view/config" 2>/dev/null <"$scratch/wanted"
  rm -f "$scratch/wanted"
}

read_main() {
  id='' git_dir=$common work_tree=$main keep=$scratch/$clone.main problem='' locked=''
  read_tree
}

read_linked() {
  find_linked
  read_tree
}

# What an administrative folder says of itself, and whether that is true.
find_linked() {
  id=${admin##*/} git_dir=$admin work_tree='' keep=$scratch/$clone.trees/${admin##*/} problem='' locked=''
  [ ! -f "$admin/gitdir" ] || IFS= read -r work_tree <"$admin/gitdir"
  work_tree=${work_tree%/.git}
  case $work_tree in
    /*) ;;
    ?*) work_tree=$(cd -P "$admin/$work_tree" 2>/dev/null && pwd -P) ;;
  esac
  if [ -f "$admin/locked" ]; then
    IFS= read -r locked <"$admin/locked"
    locked=locked${locked:+: $locked}
  fi
  check_linked
}

check_linked() {
  for part in gitdir commondir HEAD; do
    [ -s "$admin/$part" ] || problem="its $part file is missing or empty"
  done
  [ -z "$problem" ] || return
  link=''
  if [ ! -d "$work_tree" ]; then
    problem='its folder is gone'
  elif [ -d "$work_tree/.git" ]; then
    problem='its .git is a repository of its own'
  elif [ ! -f "$work_tree/.git" ]; then
    problem='its .git file is gone'
  else
    IFS= read -r link <"$work_tree/.git"
    link=${link#gitdir: }
    case $link in /*) ;; *) link=$work_tree/$link ;; esac
    [ "$link" -ef "$admin" ] || problem='its .git file points elsewhere'
  fi
}

read_tree() {
  head='' real='' counts='' status='' error=''
  [ ! -f "$git_dir/HEAD" ] || IFS= read -r head <"$git_dir/HEAD"
  : >"$scratch/status"
  : >"$scratch/filters"
  now
  if [ -n "$problem" ]; then
    status=broken
  elif [ "$now" -ge "$until" ]; then
    status=late
  else
    real=$(cd -P "$work_tree" 2>/dev/null && pwd -P)
    [ -d "$keep" ] || mkdir -p "$keep"
    copy_index
    read_status
    read_counts
  fi
  put tree "$id" "$work_tree" "$git_dir" "$real" "$head" "$locked" "$problem" "$counts" "$status" "$error"
  begin_of "$scratch/status"
  begin_of "$scratch/filters"
}

begin_of() {
  [ ! -s "$1" ] || head -c 1024 <"$1"
  printf '\0.\0'
}

now() {
  if [ -r /proc/uptime ]; then
    IFS=. read -r now _ </proc/uptime
  else
    now=$(date +%s)
  fi
}

# The stamp has the time of the index that was copied. So has the copy: git takes files that are as
# young as their index for changed, until a refresh has compared them.
copy_index() {
  index_file=$git_dir/index
  [ -f "$index_file" ] || return
  if [ ! -f "$keep/index" ] || [ "$index_file" -nt "$keep/stamp" ] || [ "$index_file" -ot "$keep/stamp" ]; then
    rm -f "$keep/index"
    touch -r "$index_file" "$keep/stamp"
    if ! within 3 cp -p "$index_file" "$keep/index" 2>/dev/null; then
      rm -f "$keep/index"
      return
    fi
    index_file=$keep/index
    safe_git 3 update-index -q --refresh >/dev/null 2>&1
  fi
  index_file=$keep/index
}

read_status() {
  safe_git 3 status --porcelain=v2 --branch -z --untracked-files=normal --ignore-submodules=dirty \
    --no-renames >"$scratch/status" 2>"$scratch/error"
  status=$?
  line='' head_id=''
  IFS= read -r error <"$scratch/error"
  IFS= read -r line <"$scratch/status"
  case $line in
    '# branch.oid '[0-9a-f]*)
      head_id=${line#'# branch.oid '}
      head_id=${head_id%%[!0-9a-f]*}
      ;;
  esac
  # What a filter would say about a changed file is unknown, since filters are not run.
  case $line in
    *'1 .M '*)
      safe_git 3 diff-files --name-only -z --ignore-submodules=dirty >"$scratch/changed" 2>/dev/null
      input=$scratch/changed
      safe_git 3 check-attr --stdin -z filter >"$scratch/filters" 2>/dev/null
      input=''
      ;;
  esac
}

# Both change only with the commits, so they are kept: `HEAD BASE BEHIND AHEAD TIME`.
read_counts() {
  [ -n "$head_id" ] || return
  kept=''
  [ ! -f "$keep/counts" ] || IFS= read -r kept <"$keep/counts"
  case $kept in
    "$head_id ${base_id:--} "*) ;;
    *)
      pair=''
      [ -z "$base_id" ] || pair=$(safe_git 3 rev-list --left-right --count "$base_id...$head_id" -- 2>/dev/null)
      when=$(safe_git 2 rev-list --max-count=1 --timestamp "$head_id" -- 2>/dev/null)
      # shellcheck disable=SC2086
      set -- $pair
      kept="$head_id ${base_id:--} ${1:--} ${2:--} ${when%% *}"
      printf '%s\n' "$kept" >"$keep/counts"
      ;;
  esac
  counts=$kept
}

# Agents: processes with a known name, or interpreters that run a script with one. No other
# argument than the script's name leaves the machine: arguments hold prompts.
section_agents() {
  need_scratch || return
  if [ -e /proc/self/cwd ]; then
    agents_of_proc
  else
    agents_of_ps
  fi >"$scratch/out"
  encode
}

agents_of_proc() {
  while read -r key value; do
    [ "$key" != btime ] || put boot "$value" "$clock_ticks"
  done </proc/stat
  for process in /proc/[0-9]*; do
    read -r name 2>/dev/null <"$process/comm" || continue
    script=''
    if is_wrapper "$name"; then
      script=$(tr '\0' '\n' 2>/dev/null <"$process/cmdline" | script_of)
    elif ! is_agent "$name"; then
      continue
    fi
    folder=$(readlink "$process/cwd" 2>/dev/null) || continue
    IFS= read -r stat 2>/dev/null <"$process/stat" || continue
    put proc "$name" "$script" "$folder" "$stat"
  done
}

# Words of a command line, one a line: the first that is no option, or the one after -m. What is
# given as code is no script.
script_of() {
  IFS= read -r word || return
  while IFS= read -r word; do
    case $word in
      -m) IFS= read -r word && break ;;
      -c | -e | --eval | -p | --print) return ;;
      -*) ;;
      *) break ;;
    esac
  done
  printf '%s' "$word"
}

agents_of_ps() {
  pids=''
  TZ=UTC0 within 3 ps -axww -o pid= -o lstart= -o stat= -o args= >"$scratch/ps" 2>/dev/null
  while read -r pid day month date clock year state program words; do
    name=${program##*/} script=''
    if is_wrapper "$name"; then
      # shellcheck disable=SC2086
      script=$(set -f && printf '%s\n' "$program" $words | script_of)
    elif ! is_agent "$name"; then
      continue
    fi
    pids=$pids${pids:+,}$pid
    put ps "$pid" "$month $date $clock $year" "$state" "$name" "$script"
  done <"$scratch/ps"
  rm -f "$scratch/ps"
  [ -z "$pids" ] || put folders "$(within 3 lsof -w -n -P -a -d cwd -p "$pids" -Fpn 2>/dev/null)"
}
