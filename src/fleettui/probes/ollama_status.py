"""From the HTTP status of an Ollama server to its body or a failure (`server/routes.go`)."""

from typing import TYPE_CHECKING

from fleettui.model.errors import AuthRefused, ReadError
from fleettui.probes.ollama_wire import parse_error

if TYPE_CHECKING:
    from fleettui.hosts.http import HttpAnswer

_REMEDIES = {
    401: "check the proxy that stands before Ollama, or whether the server is signed in",
    404: "check that this is the address of an Ollama server",
    407: "check that this is the address of an Ollama server",
}
_REFUSED_NAME = (
    'use its IP address or ollama = "ssh", or set OLLAMA_HOST=0.0.0.0 (and OLLAMA_ORIGINS, '
    "if a proxy adds an Origin) on that machine"
)


def is_json(answer: "HttpAnswer") -> bool:
    """Whether an answer is what Ollama gives, and not the page of some other server."""
    return answer.status == 200 and answer.body.lstrip()[:1] == b"{"


def body_of(answer: "HttpAnswer", path: str) -> bytes:
    """The body of a good answer. Raises ReadError for every other, with the server's own words."""
    status = answer.status
    if status == 200:
        return answer.body
    said = parse_error(answer.body)
    if status == 403 and said is None:
        raise ReadError("Ollama refuses the host name it is called by (HTTP 403)", _REFUSED_NAME)
    if 300 <= status < 400:
        raise ReadError(
            f"{path} redirects (HTTP {status}), which is not followed",
            "write the address that it leads to into fleet.toml",
        )
    text = f"{path} answers HTTP {status}" + (f": {said}" if said else "")
    failure = AuthRefused if status in (401, 407) else ReadError
    raise failure(text, _REMEDIES.get(status, ""))
