"""Real sshd that let us in, and then forbid what we came for."""

from pathlib import Path

import pytest

from fleettui.hosts.http import HttpAddress, HttpReader
from fleettui.model.errors import Malformed, ReadError
from fleettui.model.machine import CheckKind, Machine, ServiceCheck
from fleettui.model.reading import SourceState
from fleettui.model.service import ServiceState
from fleettui.probes.platform import KnownPlatform, detect
from fleettui.probes.services import ServicesProbe
from tests.lab.sshd import free_port, running_sshd
from tests.real.labs import DEADLINE, ssh_host


async def test_a_machine_that_forbids_forwarding_says_so(tmp_path: Path) -> None:
    """Otherwise Ollama, or a service, would look as if it did not run."""
    with running_sshd(tmp_path / "sshd", options=["AllowTcpForwarding no"]) as sshd:
        url = f"http://127.0.0.1:{free_port()}"
        async with ssh_host(sshd) as host:
            reader = HttpReader([HttpAddress(url, host, "ssh")])
            with pytest.raises(ReadError, match=r"forbids .*AllowTcpForwarding") as error:
                await reader.get("/api/ps", deadline=DEADLINE)
            await reader.close()
            assert error.value.state is SourceState.ERROR
            asked = Machine("box", services=(ServiceCheck("page", CheckKind.URL, url),))
            probe = ServicesProbe(host, asked, platform=KnownPlatform(host, asked))
            (told,) = await probe.read()
            assert told.state is ServiceState.UNKNOWN
            await probe.close()


async def test_a_login_that_ends_at_once_is_told_in_its_own_words(tmp_path: Path) -> None:
    options = ["ForceCommand echo this account is not available; exit 1"]
    with running_sshd(tmp_path / "sshd", options=options) as sshd:
        async with ssh_host(sshd) as host:
            with pytest.raises(Malformed, match="this account is not available"):
                await detect(host)
