#!/bin/sh
# Installs the real programs that the tests drive: sshd, tmux, a C compiler. Needs root on Debian or Ubuntu;
# elsewhere it only says what is missing, and the tests that need it say so too.
set -eu
missing=""
command -v git >/dev/null || missing="$missing git"
command -v tmux >/dev/null || missing="$missing tmux"
[ -x /usr/sbin/sshd ] || command -v sshd >/dev/null || missing="$missing openssh-server"
# A C compiler makes the part of the real Ollama server that no graphics card is there for.
command -v cc >/dev/null || missing="$missing gcc libc6-dev"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# shellcheck disable=SC2086
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
	exit 0
fi
echo "missing for the tests:$missing" >&2
[ -z "${CI:-}" ] || exit 1
