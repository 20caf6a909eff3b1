import errno
import socket

import pytest

from fleettui.hosts.failures import network_failure
from fleettui.model.errors import ReadError, TimedOut, Unreachable


@pytest.mark.parametrize(
    "error, kind, text",
    [
        (socket.gaierror(-2, "x"), Unreachable, "the name box is not known"),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "x"),
            Unreachable,
            "box refuses the connection",
        ),
        (TimeoutError(), TimedOut, "box does not answer"),
        (OSError(errno.ETIMEDOUT, "x"), TimedOut, "box does not answer"),
        (OSError(errno.EHOSTUNREACH, "x"), Unreachable, "there is no route to box"),
        (ConnectionResetError(errno.ECONNRESET, "x"), Unreachable, "box closed the connection"),
        (OSError(errno.EMFILE, "Too many"), Unreachable, "box cannot be reached (Too many)"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Unreachable, "no name server answers for box"),
        (OSError("odd"), Unreachable, "box cannot be reached (odd)"),
    ],
)
def test_every_failure_is_one_line(error: OSError, kind: type[ReadError], text: str) -> None:
    failure = network_failure(error, "box")
    assert type(failure) is kind
    assert failure.text == text


def test_a_name_that_is_not_known_is_named_without_its_port() -> None:
    failure = network_failure(socket.gaierror(-2, "x"), "box.local:2222")
    assert failure.text == "the name box.local is not known"


def test_a_hostile_name_is_cleaned() -> None:
    assert "\x1b" not in network_failure(TimeoutError(), "\x1b[31mbox").text
