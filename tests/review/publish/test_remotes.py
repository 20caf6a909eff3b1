"""Remotes over real sshd and over a real smart-HTTP server, with logins of every kind."""

import asyncio
import base64
import logging
import os
import threading
from collections.abc import Awaitable, Iterator
from pathlib import Path

import psutil
import pytest

from fleettui.model.errors import OperationFailed, Refused
from fleettui.review.publish import remotes
from fleettui.review.publish.push import preview_push, push
from tests.lab.git_https import USER, GitHttps, running_git_https
from tests.lab.repos import executable, git
from tests.lab.sshd import Sshd, running_sshd
from tests.review.pushing import Place, global_config, place_at, reject

CANARY = "ghp_CANARY0123456789abcdef"


@pytest.fixture
def https(tmp_path: Path) -> Iterator[GitHttps]:
    (tmp_path / "served").mkdir()
    with running_git_https(tmp_path / "served", tmp_path / "https", CANARY) as server:
        yield server


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path / "sshd") as server:
        yield server


async def over_https(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: GitHttps, *, login: str = ""
) -> Place:
    """The remote is on the server, whose certificate the user trusts."""
    url = server.url_as(login) if login else server.url
    place = await place_at(tmp_path, monkeypatch, f"{url}/app.git")
    global_config("http.sslCAInfo", str(server.ca))
    return place


def helper(tmp_path: Path, password: str = CANARY, *, log: Path | None = None) -> None:
    """A credential helper of the user's that knows the password, and logs what it is asked."""
    log = log or tmp_path / "helper.log"
    body = (
        f'#!/bin/sh\n{{ echo "$1"; cat; }} >>"{log}"\n'
        f'[ "$1" != get ] || printf "username={USER}\\npassword={password}\\n"\n'
    )
    global_config("credential.helper", str(executable(tmp_path / "helper", body)))


async def pushed(place: Place, ssh_config: str | None = None) -> None:
    seen = await preview_push(place.ws, place.clone, place.journal, ssh_config=ssh_config)
    await push(place.ws, place.clone, place.journal, seen, ssh_config=ssh_config)
    assert place.there == place.here


# https


async def test_a_helper_of_the_user_logs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https)
    helper(tmp_path)
    await pushed(place)
    log = (tmp_path / "helper.log").read_text()
    assert "host=localhost" in log
    assert "store" in log.splitlines()


async def test_a_store_in_the_users_home_logs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https)
    global_config("credential.helper", "store")
    stored = https.url_as(f"{USER}:{CANARY}") + "\n"
    (tmp_path / "home" / ".git-credentials").write_text(stored)
    await pushed(place)


async def test_a_helper_for_one_address_and_of_the_clone_alone_logs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https)
    global_config("credential.helper", "!echo password=wrong; echo username=x;:")
    inline = f'!f() {{ test "$1" != get || printf "username={USER}\\npassword={CANARY}\\n"; }}; f'
    git(place.user, "config", "--add", f"credential.{https.url}.helper", "")
    git(place.user, "config", "--add", f"credential.{https.url}.helper", inline)
    await pushed(place)


async def test_a_login_in_the_address_is_used_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https, login=f"{USER}:{CANARY}")
    log = tmp_path / "helper.log"
    helper(tmp_path, "wrong", log=log)
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert seen.url == f"{https.url}/app.git"
    await pushed(place)
    assert not log.exists()


async def test_a_name_in_the_address_is_told_to_the_helper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https, login=USER)
    helper(tmp_path)
    await pushed(place)
    assert f"username={USER}" in (tmp_path / "helper.log").read_text()


async def test_a_header_of_the_users_configuration_logs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https)
    header = base64.b64encode(f"{USER}:{CANARY}".encode()).decode()
    global_config(f"http.{https.url}/.extraHeader", f"Authorization: Basic {header}")
    await pushed(place)


async def test_nobody_is_asked_for_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https)
    ask = executable(tmp_path / "ask", f'#!/bin/sh\necho asked >>"{tmp_path}/asked"\necho x\n')
    global_config("core.askPass", str(ask))
    monkeypatch.setenv("SSH_ASKPASS", str(ask))
    with pytest.raises(OperationFailed, match="origin cannot be asked") as told:
        await preview_push(place.ws, place.clone, place.journal)
    assert "set up a credential helper" in told.value.remedy
    assert not (tmp_path / "asked").exists()


async def test_a_wrong_password_is_told_and_given_back_to_the_helper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https)
    helper(tmp_path, "wrong")
    with pytest.raises(OperationFailed, match="Authentication failed") as told:
        await preview_push(place.ws, place.clone, place.journal)
    assert "credential helper" in told.value.remedy
    assert "erase" in (tmp_path / "helper.log").read_text().splitlines()


async def test_a_certificate_that_nobody_trusts_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await place_at(tmp_path, monkeypatch, f"{https.url}/app.git")
    helper(tmp_path)
    with pytest.raises(OperationFailed, match="certificate"):
        await preview_push(place.ws, place.clone, place.journal)
    assert https.asked == []


async def test_an_answer_lost_on_the_way_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, https: GitHttps
) -> None:
    place = await over_https(tmp_path, monkeypatch, https)
    helper(tmp_path)
    seen = await preview_push(place.ws, place.clone, place.journal)
    https.lose_answer = True
    done = await push(place.ws, place.clone, place.journal, seen)
    assert place.there == done.after
    posts = [asked for asked in https.asked if asked == "POST /app.git/git-receive-pack"]
    assert len(posts) >= 1


async def test_the_secret_is_nowhere_to_be_seen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    https: GitHttps,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    place = await over_https(tmp_path, monkeypatch, https, login=f"{USER}:{CANARY}")
    reject(place.bare, f"your token {CANARY} may not\\n")
    lines: set[str] = set()
    done = threading.Event()
    watching = asyncio.create_task(asyncio.to_thread(_command_lines, lines, done))
    seen = await preview_push(place.ws, place.clone, place.journal)
    with pytest.raises(OperationFailed, match="your token … may not") as told:
        await push(place.ws, place.clone, place.journal, seen)
    done.set()
    await watching
    remote = await remotes.find(place.ws, place.clone)
    assert any("git push" in line or "push --porcelain" in line for line in lines)
    everything = "\n".join((str(told.value), repr(told.value), repr(remote), repr(seen), *lines))
    assert CANARY not in everything + caplog.text
    kept = [path for path in place.ws.folder.rglob("*") if path.is_file()]
    assert kept
    assert not any(CANARY.encode() in path.read_bytes() for path in kept)


def _command_lines(found: set[str], done: threading.Event) -> None:
    while not done.wait(0.005):
        for process in psutil.process_iter(["cmdline"]):
            found.add(" ".join(process.info["cmdline"] or ()))


# ssh


def over_ssh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Sshd, *, config: Path
) -> Awaitable[Place]:
    config.write_text(server.ssh_config("forge"))
    return place_at(tmp_path, monkeypatch, f"forge:{tmp_path}/served/app.git")


async def test_pushes_over_ssh_with_the_fleets_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sshd: Sshd
) -> None:
    config = tmp_path / "ssh_config"
    place = await over_ssh(tmp_path, monkeypatch, sshd, config=config)
    seen = await preview_push(place.ws, place.clone, place.journal, ssh_config=str(config))
    assert seen.url == f"forge:{tmp_path}/served/app.git"
    await pushed(place, str(config))


async def test_the_users_own_ssh_command_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sshd: Sshd
) -> None:
    config = tmp_path / "my config"
    place = await over_ssh(tmp_path, monkeypatch, sshd, config=config)
    git(place.user, "config", "core.sshCommand", f'ssh -F "{config}"')
    await pushed(place)


async def test_a_host_key_that_changed_or_is_unknown_stops_the_push(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sshd: Sshd
) -> None:
    config = tmp_path / "ssh_config"
    place = await over_ssh(tmp_path, monkeypatch, sshd, config=config)
    before = place.there
    known = sshd.folder / "known_hosts"
    known.write_text("")
    with pytest.raises(OperationFailed) as told:
        await preview_push(place.ws, place.clone, place.journal, ssh_config=str(config))
    assert "to trust its host key" in told.value.remedy
    assert known.read_text() == ""
    sshd.trust()
    sshd.stop()
    sshd.swap_host_key()
    sshd.start()
    with pytest.raises(OperationFailed) as told:
        await preview_push(place.ws, place.clone, place.journal, ssh_config=str(config))
    assert "host key changed" in told.value.remedy
    assert place.there == before


async def test_a_login_that_is_refused_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sshd: Sshd
) -> None:
    config = tmp_path / "ssh_config"
    place = await over_ssh(tmp_path, monkeypatch, sshd, config=config)
    (sshd.folder / "authorized_keys").write_text("")
    with pytest.raises(OperationFailed, match="Permission denied") as told:
        await preview_push(place.ws, place.clone, place.journal, ssh_config=str(config))
    assert told.value.remedy == "load your key: ssh-add"


# Addresses


@pytest.mark.parametrize(
    "url, shown, protocol",
    [
        ("git@github.com:org/app.git", "github.com:org/app.git", "ssh"),
        ("ssh://git@example.org:2222/app.git", "ssh://example.org:2222/app.git", "ssh"),
        ("[::1]:app.git", "[::1]:app.git", "ssh"),
        ("https://me:pw@example.org/app.git", "https://example.org/app.git", "https"),
        ("https://tok%20en@example.org:8443/app", "https://example.org:8443/app", "https"),
        ("file:///srv/app.git", "file:///srv/app.git", "file"),
        ("/srv/app.git", "/srv/app.git", "file"),
        ("./a:b", "./a:b", "file"),
    ],
)
async def test_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, shown: str, protocol: str
) -> None:
    place = await place_at(tmp_path, monkeypatch, url)
    found = await remotes.find(place.ws, place.clone)
    assert (found.shown, found.protocol) == (shown, protocol)
    assert "pw" not in found.url


@pytest.mark.parametrize(
    "url, why",
    [
        ("http://example.org/app.git", "in the clear"),
        ("ext::sh -c touch% /tmp/x", "remote helper"),
        ("foo::https://example.org/x", "remote helper"),
        ("git://example.org/app.git", "reached by git"),
        ("ftp://example.org/app.git", "reached by ftp"),
        ("-oProxyCommand=x:y", "remote helper"),
    ],
)
async def test_addresses_that_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, why: str
) -> None:
    place = await place_at(tmp_path, monkeypatch, "/x")
    git(place.user, "config", "remote.origin.url", url)
    with pytest.raises(Refused, match=why):
        await remotes.find(place.ws, place.clone)


async def test_a_relative_path_is_below_the_clone_and_two_addresses_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await place_at(tmp_path, monkeypatch, "../served/app.git")
    await pushed(place)
    git(place.user, "remote", "set-url", "--add", "origin", os.fspath(tmp_path))
    with pytest.raises(Refused, match="2 push addresses"):
        await remotes.find(place.ws, place.clone)
