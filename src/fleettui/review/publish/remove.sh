# Removing the worktrees and the branch of one task from a clone on a machine. Input, one a line:
# `look` or `remove`, the clone, the task, the head that was backed up. `look` only tells.
#
# The clone is an agent's: it is read through a view (worktrees.sh says why), and what its files
# say of folders is believed only where the folder says the same. Answers are NUL-ended fields:
# `failed WHY`, `branch HEAD`, `tree PATH`, `blocked WHY PATH`, `gone`.
#
# Needs within, safe_git and worktrees.sh.
# shellcheck disable=SC2034,SC2088,SC2154,SC3013

take_away() {
  IFS= read -r mode && IFS= read -r path && IFS= read -r task && IFS= read -r backed_up || return
  refused='' head_now='' clone=0 common='' main='' problem='' branch=refs/heads/agent/$task
  command -v git >/dev/null || problem='git is not installed'
  [ -n "$problem" ] || need_scratch || problem='no folder for temporary files'
  case $path in
    /*) ;;
    '~') path=$HOME ;;
    '~/'*) path=$HOME/${path#'~/'} ;;
    *) path=$HOME/$path ;;
  esac
  [ -n "$problem" ] || find_common
  [ -n "$problem" ] || [ ! -L "$common/worktrees" ] || problem='its list of worktrees is a link'
  if [ -n "$problem" ]; then
    put failed "$problem"
    return
  fi
  view=$scratch/$clone.view
  make_view
  [ ! -d "$common/logs" ] || ln -s "$common/logs" "$view/"
  look_at_branch
  each_tree look_at_tree
  if [ "$mode" != remove ] || [ -n "$refused" ]; then
    return
  fi
  each_tree delete_tree
  rmdir "$common/worktrees" 2>/dev/null
  [ -n "$refused" ] || delete_branch
}

refuse() {
  refused=1
  put blocked "$1" "$2"
}

in_clone() {
  git_dir=$common common_dir=$view object_dir=$common/objects index_file='' work_tree='' input=''
}

look_at_branch() {
  in_clone
  head_now=$(safe_git 5 rev-parse --verify --quiet --end-of-options "$branch" 2>/dev/null)
  put branch "$head_now"
  [ -z "$head_now" ] || [ "$head_now" = "$backed_up" ] || refuse 'newer commits are on the branch' ''
  at=''
  [ ! -f "$common/HEAD" ] || IFS= read -r at <"$common/HEAD"
  [ "$at" != "ref: $branch" ] || refuse 'the clone itself is on the branch' "${main:-$common}"
  ! rebases "$common" || refuse 'a rebase of it is in progress' "${main:-$common}"
}

rebases() {
  for state in rebase-merge rebase-apply; do
    name=''
    [ ! -f "$1/$state/head-name" ] || IFS= read -r name <"$1/$state/head-name"
    [ "$name" != "$branch" ] || return 0
  done
  return 1
}

each_tree() {
  for admin in "$common"/worktrees/*; do
    if [ -d "$admin" ] && [ ! -L "$admin" ] && belongs; then
      find_linked
      "$1"
    fi
  done
}

# A worktree without a branch, or with a broken HEAD, is the task's if it goes by its name.
belongs() {
  at=''
  [ ! -f "$admin/HEAD" ] || IFS= read -r at <"$admin/HEAD"
  case $at in
    "ref: $branch") return 0 ;;
    ref:*) return 1 ;;
  esac
  [ "${admin##*/}" = "$task" ] || rebases "$admin"
}

look_at_tree() {
  [ -z "$locked" ] || refuse "$locked" "$work_tree"
  for state in rebase-merge rebase-apply MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG; do
    [ ! -e "$admin/$state" ] || refuse "$state: something is in progress" "$work_tree"
  done
  [ ! -d "$admin/modules" ] || refuse 'it has submodules' "$work_tree"
  [ ! -f "$admin/gitdir" ] || [ "$(wc -l <"$admin/gitdir")" -le 1 ] || refuse 'its path is odd' "$admin"
  [ -n "$work_tree" ] && [ -d "$work_tree" ] || return
  put tree "$work_tree"
  look_at_people
  ! nothing_in_it || return
  if [ -n "$problem" ]; then
    refuse "$problem" "$work_tree"
    return
  fi
  keep=$scratch/$clone.trees/$id common_dir=$view object_dir=$common/objects input=''
  mkdir -p "$keep"
  copy_index
  read_status
  look_at_status
}

# What a `git worktree add` that was killed may leave.
nothing_in_it() { points_back "$work_tree" && [ "$(ls -A "$work_tree" 2>/dev/null)" = .git ]; }

look_at_status() {
  if [ "$status" != 0 ]; then
    refuse "its files cannot be compared${error:+: $error}" "$work_tree"
    return
  fi
  number=$(tr '\0' '\n' <"$scratch/status" | grep -c '^[12u?] ')
  [ "$number" = 0 ] || refuse "unsaved files: $number" "$work_tree"
  [ "$head_id" = "$head_now" ] ||
    safe_git 5 merge-base --is-ancestor --end-of-options "${head_id:-none}" "$backed_up" 2>/dev/null ||
    refuse 'it has commits that are not on the branch' "$work_tree"
}

look_at_people() {
  real=$(cd -P "$work_tree" 2>/dev/null && pwd -P)
  [ -n "$real" ] || return
  if [ -e /proc/self/cwd ]; then
    for process in /proc/[0-9]*; do
      folder=$(readlink "$process/cwd" 2>/dev/null) || continue
      here "$folder" || continue
      name=''
      read -r name 2>/dev/null <"$process/comm"
      refuse "${name:-a process} (${process##*/}) works in it" "$work_tree"
    done
  elif command -v lsof >/dev/null; then
    within 10 lsof -w -n -P -a -d cwd -u "$(id -u)" -Fpcn >"$scratch/people" 2>/dev/null
    while IFS= read -r line; do
      case $line in
        p*) pid=${line#p} ;;
        c*) name=${line#c} ;;
        n*) ! here "${line#n}" || refuse "$name ($pid) works in it" "$work_tree" ;;
      esac
    done <"$scratch/people"
  else
    refuse 'nobody can tell whether somebody works in it: lsof is missing' "$work_tree"
  fi
}

here() {
  case $1 in
    "$real" | "$real"/* | "$real (deleted)") return 0 ;;
  esac
  return 1
}

# First out of the way by one rename, so that a removal that is broken off leaves no worktree
# whose files are missing; the next one finds what is left by its name.
delete_tree() {
  if [ -n "$work_tree" ]; then
    (
      cd -P "${work_tree%/*}/" 2>/dev/null || exit 0
      name=${work_tree##*/} left=.fleettui-removed-$id
      if [ -d "./$name" ] && [ ! -L "./$name" ]; then
        points_back "./$name" || exit 1
        rm -rf -- "./$left" && mv "./$name" "./$left" || exit 1
      fi
      rm -rf -- "./$left" 2>/dev/null || { chmod -R u+rwX "./$left" && rm -rf -- "./$left"; }
    ) 2>/dev/null || {
      refuse 'it cannot be deleted' "$work_tree"
      return
    }
  fi
  (cd -P "$common" && [ ! -L worktrees ] && rm -rf -- "./worktrees/$id") 2>/dev/null ||
    refuse 'its administrative folder cannot be deleted' "$admin"
}

points_back() {
  link=''
  [ -f "$1/.git" ] && IFS= read -r link <"$1/.git"
  link=${link#gitdir: }
  case $link in /*) ;; *) link=$1/$link ;; esac
  [ "$link" -ef "$admin" ]
}

delete_branch() {
  in_clone
  if [ -n "$head_now" ] &&
    ! safe_git 10 update-ref --no-deref -d "$branch" "$backed_up" 2>"$scratch/error"; then
    error=''
    IFS= read -r error <"$scratch/error"
    refuse "the branch stays: $error" ''
    return
  fi
  put gone
}

take_away
