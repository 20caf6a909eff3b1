"""A real OpenSSH sshd on loopback, with its own keys and files in one folder.

Runs as root or as a plain user; the only login is the user who runs the tests.
"""

import getpass
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_START_DEADLINE = 30.0


class Sshd:
    """One server. `shell` stands in for the login shell of the user, by ForceCommand.

    `options` are lines of sshd_config. The home folder that remote commands see is `home`.
    """

    def __init__(
        self, folder: Path, *, options: Sequence[str] = (), shell: str | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.user = getpass.getuser()
        self.port = 0
        self.key = folder / "id"
        self._host_key = folder / "host_key"
        self._options = list(options)
        if shell is not None:
            self._options.append(f'ForceCommand {shell} -c "$SSH_ORIGINAL_COMMAND"')
        self._server: subprocess.Popen[bytes] | None = None
        make_key(self.key)
        make_key(self._host_key)
        self.authorize(self.key)

    @property
    def target(self) -> str:
        """user@host:port, as in fleet.toml."""
        return f"{self.user}@127.0.0.1:{self.port}"

    def authorize(self, key: Path) -> None:
        """Let only that key in."""
        public = key.with_name(key.name + ".pub").read_bytes()
        (self.folder / "authorized_keys").write_bytes(public)

    def known_host(self, name: str | None = None) -> str:
        """The known-hosts line of the server, with its line end."""
        public = self._host_key.with_name("host_key.pub").read_text().split()
        return f"{name or f'[127.0.0.1]:{self.port}'} {public[0]} {public[1]}\n"

    def swap_host_key(self) -> None:
        """Show another host key from the next start on."""
        for path in (self._host_key, self._host_key.with_name("host_key.pub")):
            path.unlink()
        make_key(self._host_key)

    def start(self) -> None:
        """Start it, on the same port as before if there was one, and wait until it answers."""
        for _ in range(5):
            port = self.port or free_port()
            config = self._write_config(port)
            self._server = subprocess.Popen(
                [_program(), "-D", "-f", str(config), "-E", str(self.folder / "log")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if self._answers(port):
                self.port = port
                return
            self.stop()
        raise RuntimeError(f"sshd did not start: {self.log()}")

    def stop(self) -> None:
        """Kill the server and all of its sessions, so that connections break."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if self._server is not None:
            self._server.wait()
            self._server = None

    def freeze(self) -> None:
        """Stop the server and its sessions in their tracks: connections stay, nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let everything go on."""
        self._signal(signal.SIGCONT)

    def log(self) -> str:
        """What the server has logged."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def logins_tried(self) -> int:
        """Connections that got as far as naming a key or a user."""
        return self.log().count("Connection from ")

    def ssh_config(self, name: str, *, known_hosts: Path | None = None, extra: str = "") -> str:
        """A Host block that reaches the server as `name`."""
        known = known_hosts or self.folder / "known_hosts"
        return (
            f"Host {name}\n"
            f"  HostName 127.0.0.1\n  Port {self.port}\n  User {self.user}\n"
            f"  IdentityFile {self.key}\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {known}\n  GlobalKnownHostsFile none\n{extra}"
        )

    def trust(self) -> None:
        """Write its key into the known-hosts file that `ssh_config` names."""
        (self.folder / "known_hosts").write_text(self.known_host())

    def _write_config(self, port: int) -> Path:
        folder = self.folder
        lines = [
            *self._options,
            f"Port {port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self._host_key}",
            f"PidFile {folder / 'pid'}",
            f"AuthorizedKeysFile {folder / 'authorized_keys'}",
            f"SetEnv HOME={self.home}",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "StrictModes no",
            "MaxStartups 50:30:100",
            "LogLevel VERBOSE",
        ]
        config = folder / "sshd_config"
        config.write_text("\n".join(lines) + "\n")
        return config

    def _answers(self, port: int) -> bool:
        give_up = time.monotonic() + _START_DEADLINE
        while self._server is not None and self._server.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
            if time.monotonic() > give_up:
                break
            time.sleep(0.01)
        return False

    def _processes(self) -> list[psutil.Process]:
        if self._server is None:
            return []
        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self._server.pid)
            return [server, *server.children(recursive=True)]
        return []

    def _signal(self, number: signal.Signals) -> None:
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@contextmanager
def running_sshd(
    folder: Path, *, options: Sequence[str] = (), shell: str | None = None
) -> Iterator[Sshd]:
    """A started server whose host key is trusted; ended with all of its sessions."""
    server = Sshd(folder, options=options, shell=shell)
    server.start()
    try:
        server.trust()
        yield server
    finally:
        server.stop()


def make_key(path: Path, *, passphrase: str = "", kind: str = "ed25519") -> Path:
    """Make a key pair at `path` and `path`.pub."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", path.name, "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


@contextmanager
def running_agent(socket_path: Path, keys: Sequence[Path] = ()) -> Iterator[int]:
    """A real ssh-agent that holds `keys`; yields its process id."""
    agent = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(socket_path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        give_up = time.monotonic() + _START_DEADLINE
        while not socket_path.exists() and time.monotonic() < give_up:
            time.sleep(0.01)
        add_to_agent(socket_path, keys)
        yield agent.pid
    finally:
        agent.kill()
        agent.wait()


def add_to_agent(socket_path: Path, keys: Sequence[Path]) -> None:
    """Give keys without a passphrase to an agent."""
    if keys:
        subprocess.run(
            ["ssh-add", "-q", *map(str, keys)],
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "SSH_AUTH_SOCK": str(socket_path)},
        )


def free_port() -> int:
    """A port of loopback on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program() -> str:
    # sshd starts itself again for each connection, so it wants its absolute path.
    for path in ("/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd"):
        if Path(path).exists():
            if sys.platform == "linux" and os.geteuid() == 0:
                Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
            return path
    raise RuntimeError("there is no sshd: install openssh-server")
