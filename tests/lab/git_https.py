"""A real smart-HTTP git server: `git http-backend` behind TLS and basic authentication."""

import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

USER = "ada"


class GitHttps(ThreadingHTTPServer):
    """Serves the bare repositories of a folder. `ca` is the certificate to trust.

    `lose_answer`: take pushes, and break the connection instead of answering. `asked` are the
    requests, as method and path.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, root: Path, folder: Path, password: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.password = password
        self.lose_answer = False
        self.asked: list[str] = []
        self.ca, key = _certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, key)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"https://localhost:{self.server_address[1]}"

    def url_as(self, login: str) -> str:
        """The same with a login in it."""
        return self.url.replace("://", f"://{login}@")

    def handle_error(self, request: object, client_address: object) -> None:
        """Broken connections are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: GitHttps
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self._body())

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _serve(self, body: bytes) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        if not self._known():
            self._answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"who are you?")
            return
        printed = self._backend(body)
        if self.server.lose_answer and self.path.endswith("/git-receive-pack"):
            self.close_connection = True
            self.connection.close()
            return
        head, _, rest = printed.partition(b"\r\n\r\n")
        pairs = [line.decode().split(": ", 1) for line in head.split(b"\r\n")]
        status = next((int(value.split()[0]) for name, value in pairs if name == "Status"), 200)
        self._answer(status, [(n, v) for n, v in pairs if n != "Status"], rest)

    def _known(self) -> bool:
        wanted = base64.b64encode(f"{USER}:{self.server.password}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _backend(self, body: bytes) -> bytes:
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": USER,
            "REMOTE_ADDR": "127.0.0.1",
        }
        return subprocess.run(
            ["git", "http-backend"], env=environment, input=body, capture_output=True, check=True
        ).stdout

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running_git_https(root: Path, folder: Path, password: str) -> Iterator[GitHttps]:
    """A started server for the bare repositories in `root`."""
    server = GitHttps(root, folder, password)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
