"""HTTP to a port that only the machine itself can reach, through its SSH connection."""

import asyncio

from fleettui.hosts.http import HttpAddress, HttpReader
from fleettui.model.errors import ReadError
from tests.lab.sshd import Sshd
from tests.lab.tcp import server
from tests.real.labs import DEADLINE, ssh_host


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        asked = await reader.readuntil(b"\r\n\r\n")
        body = asked.split(b"Host: ")[1].split(b"\r\n")[0] + b"x" * 300_000
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()


async def test_questions_through_ssh_survive_a_lost_connection(sshd: Sshd) -> None:
    async with server(serve) as url, ssh_host(sshd) as host:
        there = url.removeprefix("http://")
        reader = HttpReader([HttpAddress(url, host, "ssh")])
        for _ in range(3):
            answer = await reader.get("/api/ps", deadline=DEADLINE)
            assert answer.body.removesuffix(b"x" * 300_000) == there.encode()
        host.mark_suspended()
        assert (await reader.get("/api/ps", deadline=DEADLINE)).status == 200
        sshd.stop()
        sshd.start()
        assert await answers(reader)
        await reader.close()
    assert reader.address == "ssh"


async def answers(reader: HttpReader) -> bool:
    for _ in range(600):
        try:
            return (await reader.get("/", deadline=DEADLINE)).status == 200
        except ReadError:
            await asyncio.sleep(0.05)
    return False
