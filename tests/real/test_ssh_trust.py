"""First use of a real sshd, and files that ssh-keygen wrote."""

import asyncio
import stat
import subprocess
from pathlib import Path

import pytest

from fleettui.hosts.known_hosts import known_keys
from fleettui.hosts.ssh_settings import read_settings
from fleettui.hosts.trust import append_known_host, shown_key
from fleettui.model.errors import HostKeyChanged, Unreachable
from tests.lab.sshd import Sshd, make_key, running_sshd
from tests.real.labs import DEADLINE, machine, ssh_host, write_config


async def test_a_shown_key_that_is_added_lets_us_in(sshd: Sshd) -> None:
    known = sshd.folder / "new" / "known_hosts"
    config = sshd.folder / "config"
    config.write_text(sshd.ssh_config("box", known_hosts=known))
    shown = await shown_key(machine(), ssh_config=str(config))
    assert shown is not None
    assert shown.known_hosts_line + "\n" == sshd.known_host()
    assert shown.algorithm == "ssh-ed25519"
    assert shown.file == str(known)
    assert shown.fingerprint == fingerprint(sshd.folder / "host_key.pub")
    assert append_known_host(shown)
    assert not append_known_host(shown)
    assert known.read_text() == sshd.known_host()
    assert stat.S_IMODE(known.stat().st_mode) == 0o600
    assert await shown_key(machine(), ssh_config=str(config)) is None
    async with ssh_host(sshd, config=str(config)) as host:
        assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"


def fingerprint(public: Path) -> str:
    said = subprocess.run(
        ["ssh-keygen", "-lf", str(public)], check=True, capture_output=True, text=True
    )
    return said.stdout.split()[1]


async def test_the_other_bytes_of_the_file_stay_as_they_are(sshd: Sshd) -> None:
    known = sshd.folder / "known_hosts"
    before = b"# mine\r\n\xff\xfe not text\n|1|broken\nlast line without an end"
    known.write_bytes(before)
    known.chmod(0o640)
    shown = await shown_key(machine(), ssh_config=write_config(sshd))
    assert shown is not None
    assert append_known_host(shown)
    assert known.read_bytes() == before + b"\n" + sshd.known_host().encode()
    assert stat.S_IMODE(known.stat().st_mode) == 0o640
    assert await shown_key(machine(), ssh_config=write_config(sshd)) is None


async def test_the_keys_on_the_way_are_shown_one_after_the_other(
    sshd: Sshd, tmp_path: Path
) -> None:
    with running_sshd(tmp_path / "jump") as jump:
        for server in (sshd, jump):
            (server.folder / "known_hosts").unlink()
        config = tmp_path / "config"
        behind = sshd.ssh_config("box", extra="  ProxyJump jump\n")
        config.write_text(jump.ssh_config("jump") + behind)
        places = []
        while (shown := await shown_key(machine(), ssh_config=str(config))) is not None:
            places.append(shown.place)
            append_known_host(shown)
        assert places == [f"127.0.0.1:{jump.port}", f"127.0.0.1:{sshd.port}"]


async def test_a_changed_key_and_a_dead_machine_are_no_first_use(sshd: Sshd) -> None:
    config = write_config(sshd)
    sshd.stop()
    with pytest.raises(Unreachable):
        await shown_key(machine(), ssh_config=config)
    sshd.swap_host_key()
    sshd.start()
    with pytest.raises(HostKeyChanged):
        await shown_key(machine(), ssh_config=config)


async def test_a_refused_login_still_shows_that_the_key_is_known(sshd: Sshd) -> None:
    sshd.authorize(make_key(sshd.folder / "other"))
    assert await shown_key(machine(), ssh_config=write_config(sshd)) is None


@pytest.mark.parametrize("form", ["plain", "hashed", "pattern", "list", "portless"])
async def test_every_form_of_a_known_host_is_understood(sshd: Sshd, form: str) -> None:
    known = sshd.folder / "known_hosts"
    key = sshd.known_host().split(" ", 1)[1]
    name = f"[127.0.0.1]:{sshd.port}"
    known.write_text(
        {
            "plain": f"{name} {key}",
            "hashed": f"{name} {key}",
            "pattern": f"[127.0.0.?]:*,!other {key}",
            "list": f"elsewhere,{name} {key}",
            "portless": f"127.0.0.1 {key}",
        }[form]
    )
    if form == "hashed":
        hashing = ["ssh-keygen", "-H", "-f", str(known)]
        await asyncio.to_thread(subprocess.run, hashing, check=True, capture_output=True)
        assert known.read_text().startswith("|1|")
    async with ssh_host(sshd) as host:
        assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"


async def test_a_host_certificate_of_a_known_authority(sshd: Sshd) -> None:
    authority = make_key(sshd.folder / "ca")
    signing = ["ssh-keygen", "-q", "-s", str(authority), "-I", "lab", "-h", "-n", "127.0.0.1"]
    signing.append(str(sshd.folder / "host_key.pub"))
    await asyncio.to_thread(subprocess.run, signing, check=True)
    with running_sshd(
        sshd.folder / "second",
        options=[
            f"HostKey {sshd.folder}/host_key",
            f"HostCertificate {sshd.folder}/host_key-cert.pub",
        ],
    ) as certified:
        public = authority.with_name("ca.pub").read_text()
        (certified.folder / "known_hosts").write_text(
            f"@cert-authority [127.0.0.1]:{certified.port} {public}"
        )
        async with ssh_host(certified) as host:
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"


def test_the_name_with_its_port_wins_over_the_one_without(tmp_path: Path) -> None:
    keys = [make_key(tmp_path / name).with_name(f"{name}.pub").read_text() for name in "ab"]
    known = tmp_path / "known"
    known.write_text(f"box {keys[0]}garbage\n[box]:2222 {keys[1]}")
    config = tmp_path / "config"
    config.write_text(f"Host *\n  UserKnownHostsFile {known}\n  GlobalKnownHostsFile none\n")
    with_port = known_keys(read_settings("BOX:2222", str(config)))
    without = known_keys(read_settings("box:22", str(config)))
    assert [(entry.line, entry.file) for entry in with_port.keys] == [(3, str(known))]
    assert [entry.line for entry in without.keys] == [1]


def test_paths_of_the_configuration_are_expanded(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "Host box\n  HostName real.example\n  User me\n  IdentityFile ~/.ssh/%r-%h\n"
        "  UserKnownHostsFile %d/kh/%n /second\n  IdentityAgent none\n  ProxyJump a,me@b:2222\n"
    )
    settings = read_settings("box", str(config))
    home = str(Path.home())
    assert settings.identities == (f"{home}/.ssh/me-real.example",)
    assert settings.user_known_hosts == (f"{home}/kh/box", "/second")
    assert settings.agent == ""
    assert settings.jumps == ("a", "me@b:2222")
    assert settings.system_known_hosts[0] == "/etc/ssh/ssh_known_hosts"
