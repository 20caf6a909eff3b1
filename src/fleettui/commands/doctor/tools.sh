# Where programs are, and what git and tmux say of themselves. Names come on standard input, one
# a line, and are data: they are looked up, never run. Answers: PATH, a tab, VERSION, a line each.

version_of() {
  case $1 in
    git) within 3 git --version ;;
    tmux) within 3 tmux -V ;;
  esac
}

while IFS= read -r name; do
  path=$(command -v -- "$name" 2>/dev/null)
  version=
  [ -z "$path" ] || version=$(version_of "$name" 2>/dev/null)
  printf '%s\t%s\n' "$path" "${version%%"$nl"*}"
done
