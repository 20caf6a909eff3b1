"""The command line as its users meet it: real processes."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from fleettui import __version__

ROOT = Path(__file__).parents[1]
FLEETTUI = (sys.executable, "-m", "fleettui")
BROKEN = (
    sys.executable,
    "-c",
    "import sys; from fleettui.cli import Command, main;"
    "sys.exit(main(commands={'broken': Command('tests.lab.broken_command', 'breaks')}))",
)
PATIENCE_S = 60


class Shell:
    """Runs commands with a home of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.state = home / "state" / "fleettui"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "OLLAMA_HOST": "127.0.0.1:9",
        }

    def run(
        self, *words: str, program: tuple[str, ...] = FLEETTUI, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, *words],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            text=True,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_version_and_help_go_to_standard_output(shell: Shell) -> None:
    version = shell.run("--version")
    assert (version.returncode, version.stdout) == (0, f"fleettui {__version__}\n")
    help = shell.run("-h")
    assert (help.returncode, help.stderr) == (0, "")
    for word in ("--snapshot", "--format", "init", "doctor", "demo", "--config", "--strict"):
        assert word in help.stdout


def test_help_of_a_command_knows_its_options(shell: Shell) -> None:
    help = shell.run("broken", "--help", program=BROKEN)
    assert (help.returncode, help.stderr) == (0, "")
    assert "--gently" in help.stdout
    assert "--config" in help.stdout
    assert shell.run("broken", "--version", program=BROKEN).stdout == f"fleettui {__version__}\n"


@pytest.mark.parametrize(
    "words,line",
    [
        (("docter",), 'no command docter: did you mean "doctor"?'),
        (("--snapshott",), 'no option --snapshott: did you mean "--snapshot"?'),
        (("--evry", "3"), 'no option --evry: did you mean "--every"?'),
        (("--every", "3", "--jsn"), 'no option --jsn: did you mean "--json"?'),
        (("--every", "0"), "--every: 0 is no number of seconds from 1 to 86400: see fleettui -h"),
        (("--format", "txt"), '--format txt: no such choice: did you mean "text"?'),
        (("--config",), "--config: expected one argument: see fleettui -h"),
        (("x\x1b[2J\u202e",), "no command x␛[2J<U+202E>: one of init, doctor, review, demo"),
        (("--config", "/nowhere/fleet.toml", "--json"), "/nowhere/fleet.toml: no such file: "),
        (("--only", "sistem"), "--only sistem: there is no such machine or source: "),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_and_exit_2(
    shell: Shell, words: tuple[str, ...], line: str
) -> None:
    done = shell.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"fleettui: {line}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words,line",
    [
        (("broken", "bug", "--gentle"), 'no option --gentle: did you mean "--gently"?'),
        (("broken",), "the following arguments are required: how: see fleettui broken -h"),
        (("broken", "bug", "more"), "one word too many: more: see fleettui broken -h"),
        (("--json", "broken", "bug"), "--format before broken: see fleettui broken -h"),
    ],
)
def test_wrong_usage_of_a_command(shell: Shell, words: tuple[str, ...], line: str) -> None:
    done = shell.run(*words, program=BROKEN)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"fleettui: {line}")


def test_failures_have_their_exit_codes_and_their_line(shell: Shell) -> None:
    refused = shell.run("broken", "refuse", program=BROKEN)
    assert (refused.returncode, refused.stderr) == (
        3, "fleettui: agent/t-1 moved␛[2J: look at it again\n",
    )  # fmt: skip
    grouped = shell.run("broken", "group", program=BROKEN)
    assert (grouped.returncode, grouped.stderr) == (1, "fleettui: no room: make some\n")
    interrupted = shell.run("broken", "interrupt", program=BROKEN)
    assert (interrupted.returncode, interrupted.stderr) == (130, "")


def test_a_bug_is_one_line_and_a_traceback_in_the_log(shell: Shell) -> None:
    done = shell.run("broken", "bug", program=BROKEN)
    log = shell.state / "fleettui.log"
    assert done.returncode == 1
    assert done.stderr.startswith("fleettui: unexpected KeyError: ")
    assert done.stderr.endswith(f"the traceback is in {log}\n")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert shell.state.stat().st_mode & 0o777 == 0o700


def test_the_log_is_where_the_configuration_says(shell: Shell) -> None:
    config = shell.home / "fleet.toml"
    config.write_text(f'[fleet]\nstate_dir = "{shell.home}/elsewhere"\n')
    for words in (["--config", str(config), "broken"], ["broken", "--config", str(config)]):
        done = shell.run(*words, "bug", program=BROKEN)
        assert done.stderr.endswith(f"the traceback is in {shell.home}/elsewhere/fleettui.log\n")
    assert (shell.home / "elsewhere" / "fleettui.log").read_text().count("Traceback") == 2


def test_a_bug_is_told_also_where_nothing_can_be_kept(shell: Shell) -> None:
    (shell.home / "state").write_text("a file, no folder")
    done = shell.run("broken", "bug", program=BROKEN, FLEETTUI_DEBUG="1")
    assert done.returncode == 1
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.endswith("FLEETTUI_DEBUG=1 shows the traceback\n")


def test_a_log_that_grew_is_put_aside(shell: Shell) -> None:
    shell.state.mkdir(parents=True)
    log = shell.state / "fleettui.log"
    log.write_bytes(b"x" * 1_100_000)
    shell.run("broken", "bug", program=BROKEN)
    assert log.stat().st_size < 10_000
    assert (shell.state / "fleettui.log.1").stat().st_size == 1_100_000


@pytest.mark.parametrize("words", ["broken babble", "-h"])
def test_a_closed_pipe_is_quiet(shell: Shell, words: str) -> None:
    process = subprocess.Popen(
        [*BROKEN, *words.split()],
        cwd=ROOT,
        env=shell.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(PATIENCE_S), complaint) == (0, b"")


def test_a_full_disk_and_a_closed_output_are_told(shell: Shell) -> None:
    line = " ".join([*FLEETTUI, "--json"])
    full = shell.run("-c", f"{line} > /dev/full", program=("/bin/sh",))
    assert full.returncode == 1
    assert "cannot write to standard output: No space left on device" in full.stderr
    closed = shell.run("-c", f"{line} >&-", program=("/bin/sh",))
    assert (closed.returncode, closed.stdout) == (1, "")
    assert closed.stderr.startswith("fleettui: standard output is closed")


def test_a_snapshot_of_this_machine(shell: Shell) -> None:
    done = shell.run("--snapshot", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    (machine,) = document["machines"]
    assert machine["sources"]["system"]["state"] == "ok"
    assert machine["system"]["cpu_count"] == os.cpu_count()
    assert machine["sources"]["ollama"]["state"] in ("absent", "down")
    assert document["duration_ms"] > 0


def test_without_a_terminal_the_text_comes_and_says_so(shell: Shell) -> None:
    done = shell.run()
    assert done.returncode == 0
    assert " machine" in done.stdout.splitlines()[0]
    assert "\x1b" not in done.stdout
    assert done.stderr.startswith("fleettui: standard output is no terminal: ")


@pytest.mark.parametrize("no_color,coloured", [("", True), ("1", False)])
def test_colour_only_on_a_terminal_that_wants_it(
    shell: Shell, no_color: str, coloured: bool
) -> None:
    reader, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [*FLEETTUI, "--snapshot"],
            cwd=ROOT,
            env=shell.environment | {"TERM": "xterm", "NO_COLOR": no_color},
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_S,
            check=False,
        )
        shown = os.read(reader, 65536)
    finally:
        os.close(reader)
        os.close(terminal)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"\x1b[" in shown) is coloured


def loaded(shell: Shell, *words: str) -> set[str]:
    """The modules that a command line imports."""
    program = (sys.executable, "-X", "importtime", "-m", "fleettui")
    done = shell.run(*words, program=program)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def test_help_imports_no_command_and_no_event_loop(shell: Shell) -> None:
    modules = loaded(shell, "-h")
    assert "fleettui.cli" in modules
    heavy = {"asyncio", "textual", "rich", "httpx", "asyncssh", "git", "psutil", "json", "tomllib"}
    assert modules & heavy == set()
    assert modules & {"fleettui.commands.init", "fleettui.commands.snapshots"} == set()


def test_a_snapshot_imports_nothing_of_textual(shell: Shell) -> None:
    modules = loaded(shell, "--snapshot", "--json")
    assert "fleettui.commands.snapshots.document" in modules
    unwanted = {"textual", "rich", "jsonschema", "git", "fleettui.tui"}
    assert modules & unwanted == set()
