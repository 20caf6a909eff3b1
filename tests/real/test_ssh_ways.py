"""The ways to a machine: aliases, jumps, proxies, several addresses."""

import asyncio
from pathlib import Path

import pytest

from fleettui.hosts.ssh import SshHost
from fleettui.hosts.timing import Timing
from fleettui.model.errors import HostKeyUnknown, ProxyDown, Unreachable
from tests.lab.proxies import microsocks, socks_server
from tests.lab.sshd import Sshd, free_port, running_sshd
from tests.lab.tcp import server
from tests.real.labs import DEADLINE, ssh_host, write_config

BACK_SOON = Timing(connect_s=30, login_s=30, head_start_s=20, return_s=0.1)


async def test_an_included_alias_with_match_and_host_key_alias(sshd: Sshd, tmp_path: Path) -> None:
    (sshd.folder / "known_hosts").write_text(sshd.known_host("Engine-Key"))
    included = tmp_path / "more"
    included.write_text(sshd.ssh_config("engine") + "  HostKeyAlias engine-key\n")
    config = tmp_path / "config"
    config.write_text(f"Include {included}\nMatch originalhost engine\n  Compression yes\n")
    async with ssh_host(sshd, "engine", config=str(config)) as host:
        assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
        assert host.address == "engine"


async def test_an_address_without_an_alias(sshd: Sshd) -> None:
    config = sshd.folder / "any"
    config.write_text(sshd.ssh_config("127.0.0.1").replace(f"  Port {sshd.port}\n", ""))
    async with ssh_host(sshd, sshd.target, config=str(config)) as host:
        assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"


async def test_through_a_jump_host(sshd: Sshd, tmp_path: Path) -> None:
    with running_sshd(tmp_path / "jump") as jump:
        behind = sshd.ssh_config("behind", extra="  ProxyJump jump\n")
        config = write_config(sshd, jump.ssh_config("jump"), behind)
        async with ssh_host(sshd, "behind", config=config) as host:
            done = await host.run(b"cat", stdin=b"x" * 300_000, deadline=DEADLINE)
            assert done.stdout == b"x" * 300_000
            assert jump.log().count("Accepted publickey") == 1
            jump.stop()
            with pytest.raises(Unreachable):
                await host.run(b"true", deadline=DEADLINE)


async def test_the_unknown_key_of_a_jump_host_is_told_apart(sshd: Sshd, tmp_path: Path) -> None:
    with running_sshd(tmp_path / "jump") as jump:
        (jump.folder / "known_hosts").unlink()
        behind = sshd.ssh_config("behind", extra="  ProxyJump jump\n")
        config = write_config(sshd, jump.ssh_config("jump"), behind)
        async with ssh_host(sshd, "behind", config=config) as host:
            with pytest.raises(HostKeyUnknown, match=f"127.0.0.1:{jump.port} is not known"):
                await host.run(b"true", deadline=DEADLINE)


async def test_a_jump_for_every_host_is_not_taken_to_the_jump_host(
    sshd: Sshd, tmp_path: Path
) -> None:
    with running_sshd(tmp_path / "jump") as jump:
        every = "Host *\n  ProxyJump jump\n"
        config = write_config(sshd, jump.ssh_config("jump"), every)
        async with ssh_host(sshd, config=config) as host:
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
        assert jump.log().count("Accepted publickey") == 1


async def test_through_a_proxy_command_that_chatters(sshd: Sshd, tmp_path: Path) -> None:
    relay = tmp_path / "relay.py"
    relay.write_text(
        "import os, socket, sys, threading\n"
        "there = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def up():\n"
        "    while data := os.read(0, 65536):\n"
        "        there.sendall(data)\n"
        "        os.write(2, b'chatter\\n')\n"
        "    there.shutdown(socket.SHUT_WR)\n"
        "threading.Thread(target=up, daemon=True).start()\n"
        "while data := there.recv(65536):\n"
        "    os.write(1, data)\n"
    )
    command = f"  ProxyCommand python3 {relay} %h %p\n"
    config = tmp_path / "config"
    config.write_text(sshd.ssh_config("box", extra=command))
    async with ssh_host(sshd, config=str(config)) as host:
        assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
    config.write_text(sshd.ssh_config("box", extra="  ProxyCommand echo no way >&2; exit 1\n"))
    async with ssh_host(sshd, config=str(config)) as host:
        with pytest.raises(Unreachable, match=r"closed the connection before the login"):
            await host.run(b"true", deadline=DEADLINE)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_proxy_resolves_the_name(sshd: Sshd, scheme: str) -> None:
    (sshd.folder / "known_hosts").write_text(sshd.known_host(f"[only.there]:{sshd.port}"))
    config = sshd.folder / "socks"
    config.write_text(sshd.ssh_config("box").replace("127.0.0.1", "only.there"))
    async with socks_server() as proxy:
        proxy.hosts["only.there"] = "127.0.0.1"
        url = proxy.url.replace("socks5", scheme)
        async with ssh_host(sshd, config=str(config), proxy=url) as host:
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
        assert proxy.asked == [("only.there", sshd.port)]


async def test_the_proxys_own_address_vouches_for_nobody(sshd: Sshd) -> None:
    (sshd.folder / "known_hosts").write_text(sshd.known_host() + sshd.known_host("127.0.0.1"))
    config = sshd.folder / "socks"
    config.write_text(sshd.ssh_config("box").replace("127.0.0.1", "only.there"))
    async with socks_server() as proxy:
        proxy.hosts["only.there"] = "127.0.0.1"
        async with ssh_host(sshd, config=str(config), proxy=proxy.url) as host:
            with pytest.raises(HostKeyUnknown):
                await host.run(b"true", deadline=DEADLINE)


async def test_a_proxy_that_is_down_or_cannot_reach_the_machine(sshd: Sshd) -> None:
    dead = free_port()
    async with ssh_host(sshd, proxy=f"socks5://localhost:{dead}") as host:
        with pytest.raises(ProxyDown, match=f"the proxy localhost:{dead} refuses"):
            await host.run(b"true", deadline=DEADLINE)
    async with socks_server() as proxy:
        proxy.reply = 4
        async with ssh_host(sshd, proxy=proxy.url) as host:
            with pytest.raises(ProxyDown, match=r"cannot reach 127.0.0.1:.*nreachable"):
                await host.run(b"true", deadline=DEADLINE)
            proxy.reply = 0
            host.retry_now()
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"


async def test_the_real_microsocks(sshd: Sshd) -> None:
    with microsocks() as url:
        async with ssh_host(sshd, proxy=url) as host:
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"


async def test_the_second_address_is_used_until_the_first_answers_again(
    sshd: Sshd, tmp_path: Path
) -> None:
    with running_sshd(tmp_path / "other") as other:
        other.stop()
        config = write_config(sshd, other.ssh_config("lan"))
        async with ssh_host(sshd, "lan", "box", config=config, timing=BACK_SOON) as host:
            process = await host.start(b"echo ready; while read -r x; do echo $x; done")
            assert await process.readline() == b"ready\n"
            assert host.address == "box"
            other.start()
            assert await _moved_to(host, "lan")
            await process.write(b"still on the old way\n")
            assert await process.readline() == b"still on the old way\n"
            await process.close()
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
            assert other.log().count("Accepted publickey") == 1


async def _moved_to(host: SshHost, address: str) -> bool:
    for _ in range(int(DEADLINE / 0.02)):
        if host.address == address:
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_silent_first_address_costs_only_its_head_start(sshd: Sshd) -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    timing = Timing(head_start_s=0.1, return_s=3600)
    async with server(say_nothing) as silent:
        first = silent.removeprefix("http://")
        async with ssh_host(sshd, first, "box", timing=timing) as host:
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
            assert host.address == "box"
