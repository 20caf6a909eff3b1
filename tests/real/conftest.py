from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.sshd import Sshd, running_sshd


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A real sshd whose host key is known."""
    with running_sshd(tmp_path / "sshd") as server:
        yield server
