"""What every git process gets: an environment built from nothing, and flags that disarm.

The configuration of a repository that an agent can write is code: hooks, file-system monitors,
pagers, helpers and transports are commands that git runs. These tables switch off all that has
a fixed name. They are the second line of defence. Names of filter, diff and merge drivers are
arbitrary, so no list of flags stops those: the first line is not to use such a configuration at
all, by reading through a repository (or a common directory) that only fleettui configures.

Keys that a git does not know are harmless: unknown configuration is ignored.
"""

import os
import shlex
from collections.abc import Iterable, Mapping

HOOK_EVENTS = (
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "sendemail-validate",
    "update",
)
"""githooks(5). Since git 2.54 a hook can also be configured, which core.hooksPath does not stop."""

ENVIRONMENT: Mapping[str, str] = {
    "HOME": "/nonexistent",
    "XDG_CONFIG_HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "C",
    "TERM": "dumb",
    "PAGER": "cat",
    "SSH_ASKPASS": "/bin/false",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_ADVICE": "0",
    "GIT_ASKPASS": "/bin/false",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_EDITOR": "/bin/false",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_SEQUENCE_EDITOR": "/bin/false",
    "GIT_TERMINAL_PROMPT": "0",
}
"""All that a git process sees besides PATH, TMPDIR, its repository and its transports."""

OPTIONS = ("--no-pager", "--no-replace-objects", "--no-optional-locks", "--literal-pathspecs")

CONFIG = (
    "core.hooksPath=/dev/null",
    *(f"hook.{event}.enabled=false" for event in HOOK_EVENTS),
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.splitIndex=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.pager=cat",
    "core.editor=/bin/false",
    "core.askPass=/bin/false",
    "core.sshCommand=ssh",
    "core.gitProxy=",
    "core.alternateRefsCommand=/bin/false",
    "credential.helper=",
    "gpg.program=/bin/false",
    "gpg.ssh.program=/bin/false",
    "gpg.x509.program=/bin/false",
    "log.showSignature=false",
    "merge.verifySignatures=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "push.gpgSign=false",
    "log.mailmap=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "diff.ignoreSubmodules=none",
    "diff.submodule=short",
    "status.submoduleSummary=false",
    "diff.renames=false",
    "protocol.allow=never",
    "http.followRedirects=false",
    "transfer.fsckObjects=true",
    "fetch.fsckObjects=true",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "safe.bareRepository=explicit",
    "core.quotePath=true",
    "core.bigFileThreshold=5m",
    "color.ui=false",
    "advice.graftFileDeprecated=false",
)
"""Given as `-c`, which wins over every file. `diff.external` cannot be emptied so (git would try
to run the empty name): diffs need `--no-ext-diff --no-textconv` on their own command line."""

_KEPT = ("PATH", "TMPDIR", "SYSTEMROOT")


def environment(
    *,
    transports: Iterable[str] = (),
    ssh: Iterable[str] = (),
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The whole environment of a git process on this machine.

    `transports` are the protocols that it may speak (`ssh`, `https`, `file`), by default none.
    `ssh` is the command line that reaches a machine; it is given the user's key agent. `extra`
    comes last: the repository, or who a commit is by.
    """
    allowed, command = tuple(transports), tuple(ssh)
    made = {name: os.environ[name] for name in _KEPT if name in os.environ}
    made.setdefault("PATH", os.defpath)
    made.update(ENVIRONMENT)
    made["GIT_ALLOW_PROTOCOL"] = ":".join(allowed) or "none"
    if "ssh" in allowed:
        made |= {"GIT_SSH_VARIANT": "ssh", "GIT_SSH_COMMAND": shlex.join(command or ("ssh",))}
        if "SSH_AUTH_SOCK" in os.environ:
            made["SSH_AUTH_SOCK"] = os.environ["SSH_AUTH_SOCK"]
    return made | dict(extra or {})


def arguments(config: Iterable[str] = ()) -> list[str]:
    """What stands between `git` and the subcommand; `config` adds `key=value` after ours."""
    flags = list(OPTIONS)
    for setting in (*CONFIG, *config):
        flags += ("-c", setting)
    return flags


def shell_function() -> bytes:
    """The same for a script on another machine: an sh function `safe_git SECONDS ARGUMENT...`.

    It takes the repository from the shell variables `git_dir`, `common_dir`, `object_dir`,
    `index_file` and `work_tree`, the user's own list of ignored files from `excludes_file` and
    its input from the file `input`; what is empty is left out. It needs the function
    `within SECONDS COMMAND...`, which sets a time limit.
    """
    fixed = shlex.join([*(f"{key}={value}" for key, value in ENVIRONMENT.items()), _NO_TRANSPORT])
    places = " ".join(f'${{{variable}:+"{key}=${variable}"}}' for variable, key in _PLACES.items())
    excludes = '${excludes_file:+-c "core.excludesFile=$excludes_file"}'
    return (
        "safe_git() {\n"
        "  limit=$1\n"
        "  shift\n"
        f'  set -- git {shlex.join(arguments())} {excludes} "$@"\n'
        f'  set -- env -i "PATH=$PATH" {fixed} {places} "$@"\n'
        """  [ -z "$input" ] || set -- sh -c 'exec "$@" <"$0"' "$input" "$@"\n"""
        '  within "$limit" "$@"\n'
        "}\n"
    ).encode()


_NO_TRANSPORT = "GIT_ALLOW_PROTOCOL=none"

_PLACES = {
    "git_dir": "GIT_DIR",
    "common_dir": "GIT_COMMON_DIR",
    "object_dir": "GIT_OBJECT_DIRECTORY",
    "index_file": "GIT_INDEX_FILE",
    "work_tree": "GIT_WORK_TREE",
}
