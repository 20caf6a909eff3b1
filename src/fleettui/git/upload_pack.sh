# Serves one repository to a git on the other side. $path, set above, is where fleet.toml says
# that it is. The first line tells whether it can; after `ready` speaks git's own protocol.
#
# The configuration of the user of this machine is read, for the sake of safe.directory. That of
# the repository is an agent's: git lets no program be named in it that serving would run, and
# the flags and the environment set above disarm what serving has no need of.
# shellcheck disable=SC2154,SC2088

case $path in
  /*) ;;
  '~') path=$HOME ;;
  '~/'*) path=$HOME/${path#'~/'} ;;
  *) path=$HOME/$path ;;
esac
if ! command -v git >/dev/null 2>&1; then
  echo 'no git'
elif [ ! -d "$path" ]; then
  echo 'no folder'
else
  [ ! -e "$path/.git" ] || path=$path/.git
  echo ready
  serve
fi
