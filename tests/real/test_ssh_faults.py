"""Servers that freeze, die, refuse and lie."""

import asyncio
import os
from pathlib import Path

import pytest

from fleettui.hosts.ssh import SshHost
from fleettui.hosts.timing import Timing
from fleettui.model.errors import (
    AuthRefused,
    HostKeyChanged,
    HostKeyUnknown,
    ReadError,
    TimedOut,
    Unreachable,
)
from tests.lab.sshd import Sshd, add_to_agent, free_port, make_key, running_agent, running_sshd
from tests.lab.tcp import server
from tests.real.labs import DEADLINE, machine, ssh_host, write_config

QUICK = Timing(connect_s=30, login_s=30, mend_s=0.0, first_wait_s=0.05, longest_wait_s=0.1)


async def answers(host: SshHost) -> bool:
    """Whether the machine answers again, for as long as a pause or a start may take."""
    for _ in range(600):
        try:
            return (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
        except (Unreachable, TimedOut):
            await asyncio.sleep(0.05)
    return False


async def failure_of(host: SshHost, deadline: float = DEADLINE) -> ReadError:
    with pytest.raises(ReadError) as error:
        await host.run(b"true", deadline=deadline)
    assert error.value.text.isprintable()
    return error.value


async def test_a_frozen_server_costs_the_deadline_and_answers_after_it_thaws(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        process = await host.start(b"echo ready; while read -r x; do echo $x; done")
        assert await process.readline() == b"ready\n"
        sshd.freeze()
        try:
            assert isinstance(await failure_of(host, 0.3), TimedOut)
            with pytest.raises(TimedOut):
                await host.open_tcp("127.0.0.1", sshd.port, deadline=0.3)
        finally:
            sshd.thaw()
        assert await answers(host)
        await process.write(b"still here\n")
        assert await process.readline() == b"still here\n"
        await process.close()
        assert sshd.log().count("Accepted publickey") == 1


async def test_a_server_that_stays_frozen_is_given_up_by_the_keepalive(sshd: Sshd) -> None:
    timing = Timing(keepalive_s=0.1, keepalive_count=2, first_wait_s=0.05, longest_wait_s=0.1)
    async with ssh_host(sshd, timing=timing) as host:
        process = await host.start(b"echo ready; read -r x")
        await process.readline()
        sshd.freeze()
        try:
            async with asyncio.timeout(DEADLINE):
                with pytest.raises(Unreachable, match="lost"):
                    await process.readline()
        finally:
            sshd.thaw()
        assert await answers(host)
        await process.close()


async def test_a_server_frozen_before_the_login_costs_the_callers_deadline(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        sshd.freeze()
        try:
            assert isinstance(await failure_of(host, 0.3), TimedOut)
        finally:
            sshd.thaw()
        assert await answers(host)


async def test_a_killed_server_is_found_again_when_it_is_back(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        assert await answers(host)
        sshd.stop()
        failure = await failure_of(host)
        assert isinstance(failure, Unreachable)
        sshd.start()
        assert await answers(host)


async def test_a_dead_port_is_named_and_left_alone_for_a_while(sshd: Sshd) -> None:
    sshd.stop()
    timing = Timing(first_wait_s=500, longest_wait_s=500)
    async with ssh_host(sshd, timing=timing) as host:
        failure = await failure_of(host)
        assert failure.text == f"127.0.0.1:{sshd.port} refuses the connection"
        assert host.next_try_s is not None
        assert host.next_try_s > 400
        sshd.start()
        assert (await failure_of(host)).text == failure.text
        host.retry_now()
        assert await answers(host)
        assert host.next_try_s is None


async def test_an_unknown_name_says_so(sshd: Sshd) -> None:
    async with ssh_host(sshd, "nobody.invalid") as host:
        assert (await failure_of(host)).text == "the name nobody.invalid is not known"


async def test_waking_up_connects_anew(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        process = await host.start(b"echo ready; read -r x")
        await process.readline()
        host.mark_suspended()
        with pytest.raises(Unreachable):
            await process.readline()
        assert await answers(host)
        await process.close()
        assert sshd.log().count("Accepted publickey") == 2


async def test_an_unknown_host_key_is_shown_and_not_asked_for_again(sshd: Sshd) -> None:
    known = sshd.folder / "known_hosts"
    known.write_text("")
    async with ssh_host(sshd, timing=QUICK) as host:
        failure = await failure_of(host)
        assert isinstance(failure, HostKeyUnknown)
        assert failure.fingerprint.startswith("SHA256:")
        assert failure.fingerprint in failure.text
        assert failure.remedy.endswith("fleettui doctor box --trust")
        tried = sshd.logins_tried()
        for _ in range(5):
            assert isinstance(await failure_of(host), HostKeyUnknown)
        assert sshd.logins_tried() == tried
        assert host.next_try_s is None
        known.write_text(sshd.known_host())
        assert await answers(host)


@pytest.mark.parametrize("listed", ["same kind", "other kind"])
async def test_a_changed_host_key_is_an_error_of_its_own(sshd: Sshd, listed: str) -> None:
    known = sshd.folder / "known_hosts"
    if listed == "same kind":
        sshd.stop()
        sshd.swap_host_key()
        sshd.start()
    else:
        other = make_key(sshd.folder / "other", kind="ecdsa").with_name("other.pub").read_text()
        known.write_text(f"# kept\n[127.0.0.1]:{sshd.port} {other}")
    async with ssh_host(sshd, timing=QUICK) as host:
        failure = await failure_of(host)
        assert isinstance(failure, HostKeyChanged)
        assert failure.known.startswith("SHA256:")
        assert failure.shown.startswith("SHA256:")
        assert failure.known != failure.shown
        assert f"{known}:{1 if listed == 'same kind' else 2}" in failure.remedy
        tried = sshd.logins_tried()
        assert isinstance(await failure_of(host), HostKeyChanged)
        assert sshd.logins_tried() == tried


async def test_a_revoked_host_key_is_refused(sshd: Sshd) -> None:
    known = sshd.folder / "known_hosts"
    known.write_text(f"@revoked * {sshd.known_host().split(' ', 1)[1]}{sshd.known_host()}")
    async with ssh_host(sshd) as host:
        failure = await failure_of(host)
        assert isinstance(failure, HostKeyChanged)
        assert "revoked" in failure.text


async def test_no_configuration_of_the_user_switches_the_check_off(sshd: Sshd) -> None:
    lines = "  StrictHostKeyChecking no\n"
    config = sshd.folder / "careless"
    text = sshd.ssh_config("box", extra=lines)
    config.write_text(text.replace(str(sshd.folder / "known_hosts"), "none"))
    async with ssh_host(sshd, config=str(config)) as host:
        assert isinstance(await failure_of(host), HostKeyUnknown)


async def test_a_refused_key_is_shown_once_until_there_is_another(
    sshd: Sshd, tmp_path: Path
) -> None:
    sshd.authorize(make_key(tmp_path / "other"))
    async with ssh_host(sshd, timing=QUICK) as host:
        failure = await failure_of(host)
        assert isinstance(failure, AuthRefused)
        assert failure.text == (f"127.0.0.1:{sshd.port} refuses our keys for {sshd.user}")
        assert failure.remedy == "ssh-copy-id box"
        for _ in range(10):
            assert isinstance(await failure_of(host), AuthRefused)
        assert sshd.logins_tried() == 2  # the lab's own look at the port is the other one
        (tmp_path / "other").replace(sshd.key)
        (tmp_path / "other.pub").replace(sshd.key.with_name("id.pub"))
        assert await answers(host)


async def test_a_key_with_a_passphrase_is_asked_of_the_agent(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = tmp_path / "agent"
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    locked = make_key(tmp_path / "locked", passphrase="correct horse")
    sshd.authorize(locked)
    config = sshd.folder / "config"
    config.write_text(sshd.ssh_config("box").replace(str(sshd.key), str(locked)))
    async with ssh_host(sshd, config=str(config), timing=QUICK) as host:
        failure = await failure_of(host)
        assert isinstance(failure, AuthRefused)
        assert failure.remedy == f"ssh-add {locked}"
        unlocked = tmp_path / "unlocked"
        unlocked.write_bytes(locked.read_bytes())
        unlocked.chmod(0o600)
        change = f"ssh-keygen -q -p -P 'correct horse' -N '' -f {unlocked}"
        assert await asyncio.to_thread(os.system, change + " >/dev/null") == 0
        with running_agent(agent, [unlocked]):
            assert await answers(host)


async def test_the_key_of_the_configuration_comes_before_an_agent_full_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = tmp_path / "agent"
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    others = [make_key(tmp_path / f"other{number}") for number in range(9)]
    with (
        running_sshd(tmp_path / "sshd", options=["MaxAuthTries 3"]) as server,
        running_agent(agent, others),
    ):
        config = write_config(server, change=("IdentitiesOnly yes", "IdentitiesOnly no"))
        async with ssh_host(server, config=config) as host:
            assert await answers(host)
        named = f"IdentityFile {server.key}\n  IdentitiesOnly yes"
        config = write_config(server, change=(named, "IdentityFile none"))
        async with ssh_host(server, config=config) as host:
            failure = await failure_of(host)
        assert isinstance(failure, AuthRefused)
        assert "IdentitiesOnly" in failure.remedy


async def test_a_key_added_to_the_agent_is_noticed(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = tmp_path / "agent"
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    wanted = make_key(tmp_path / "wanted")
    sshd.authorize(wanted)
    config = write_config(sshd, change=("IdentitiesOnly yes", "IdentitiesOnly no"))
    with running_agent(agent):
        async with ssh_host(sshd, config=config, timing=QUICK) as host:
            assert isinstance(await failure_of(host), AuthRefused)
            add_to_agent(agent, [wanted])
            assert await answers(host)


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-1.5-old\r\n",
        b"SSH-2.0-\x1b]0;title\x07\r\n" + b"\xff" * 500,
        b"x" * 100_000,
        b"line\r\n" * 5000,
    ],
)
async def test_what_is_no_ssh_server_is_told_in_one_clean_line(sshd: Sshd, greeting: bytes) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await asyncio.sleep(0.05)

    async with server(greet) as url, ssh_host(sshd, url.replace("http://", "me@")) as host:
        failure = await failure_of(host)
    assert isinstance(failure, Unreachable)
    assert len(failure.text) < 300


async def test_a_configuration_that_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host box\n  Port many\n")
    host = SshHost(machine(f"127.0.0.1:{free_port()}", "box"), ssh_config=str(config))
    failure = await failure_of(host)
    await host.close()
    assert "config line 2" in failure.text
    assert str(config) in failure.remedy
