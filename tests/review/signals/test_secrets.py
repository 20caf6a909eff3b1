"""Secrets by their shape and by their entropy; what only looks like one."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.review.signals.secrets import entropy, secrets

_DICE = random.Random(7)


def chars(count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Random characters; whole tokens in this file would alarm those who scan it."""
    return "".join(_DICE.choice(alphabet) for _ in range(count))


BASE32 = string.ascii_uppercase + "234567"
KNOWN = {
    "GitHub token": f"GITHUB = '{'ghp' + '_'}{chars(36)}'",
    "GitHub token, fine-grained": f"x: {'github' + '_pat_'}{chars(22)}_{chars(59)}",
    "Anthropic key": f'KEY="{"sk" + "-ant-"}api03-{chars(80)}"',
    "OpenRouter key": f"{'sk' + '-or-'}v1-{chars(64, '0123456789abcdef')}",
    "API key": f"{'sk' + '-'}{chars(48)}",
    "AWS key": f"aws_access_key_id = {'AKI' + 'A'}{chars(16, BASE32)}",
    "Google key": f"{'AIz' + 'a'}{chars(35)}",
    "Slack token": f"{'xox' + 'b-'}{chars(12, string.digits)}-{chars(24)}",
    "GitLab token": f"{'glp' + 'at-'}{chars(20)}",
    "npm token": f"//registry/:_authToken={'npm' + '_'}{chars(36)}",
    "Hugging Face token": f"{'hf' + '_'}{chars(34)}",
    "JSON web token": f"{'ey' + 'J'}{chars(20)}.{'ey' + 'J'}{chars(40)}.{chars(43)}",
    "private key": f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{chars(64)}\n",
    "private key, in a string": f"'-----BEGIN {'PRIVATE'} KEY-----\\n{chars(64)}\\n",
    "URL with a password": f"postgres://app:{chars(14)}@db.internal.net:5432/x",
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_shape_is_certain_and_never_told(name: str) -> None:
    text = KNOWN[name]
    (found,) = secrets(b"\n+" + text.encode() + b"\n")
    assert found.certain
    assert found.what.startswith(name.partition(",")[0])
    shown = found.what.removeprefix(name.partition(",")[0])
    assert not any(part in text for part in shown.split() if len(part.rstrip("…")) > 4)


def test_in_a_diff_the_lines_of_a_key_begin_with_a_sign() -> None:
    text = f"\n+-----BEGIN {'PRIVATE'} KEY-----\n+{chars(64)}\n"
    assert [found.what for found in secrets(text.encode())] == ["private key"]


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "{chars(32)}"',
        f"CLIENT_SECRET={chars(40)}",
        f"password: '{chars(24)}'",
        f'"accessToken": "{chars(43)}"',
        f"const authKey: string = `{chars(28)}`",
    ],
)
def test_a_random_literal_with_a_telling_name_may_be_one(text: str) -> None:
    (found,) = secrets(text.encode())
    assert not found.certain
    assert "…" in found.what


@pytest.mark.parametrize(
    "text",
    [
        "token = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "ghp_000000000000000000000000000000000000",
        "AKIAIOSFODNN7EXAMPLE",
        "sk-cube-grid-animation-delay-for-all",
        "sk-fading-circle-before-and-after-x1",
        "password = get_password_from_environment()",
        "secret_id = '123e4567-e89b-12d3-a456-426614174000'",
        "API_KEY = os.environ['VERY_LONG_NAME_OF_A_VARIABLE_1']",
        "token = 'some-very-long-identifier-with-words'",
        "integrity = 'sha512-" + chars(86) + "=='",
        "sha256 = '" + chars(64, "0123456789abcdef") + "'",
        "key_hash = '" + chars(64, "0123456789abcdef") + "'",
        "commit " + chars(40, "0123456789abcdef"),
        "public_key = '" + chars(43) + "'",
        "-----BEGIN PUBLIC KEY-----\n" + chars(64),
        "if '-----BEGIN PRIVATE KEY-----' in text:",
        "https://example.org/a:b@c",
        "postgres://postgres:postgres@localhost/db",
        "postgres://user:password@db.internal.net/x",
        "https://user:${PASSWORD}@host.net/",
        "redis://:{password}@cache.host.net",
        "git@github.com:owner/repository.git",
        "http://[::1]:8080/@user",
        "eyJhbGciOiJIUzI1NiJ9 alone",
        "token_count_of_the_longest_document = 12345678901234567890",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert list(secrets(text.encode())) == []


def test_entropy_is_bits_a_byte() -> None:
    assert entropy(b"") == 0.0
    assert entropy(b"aaaa") == 0.0
    assert entropy(b"abcd") == 2.0


@given(st.binary(max_size=300))
def test_any_bytes_are_read(raw: bytes) -> None:
    assert all(0 <= found.offset < len(raw) for found in secrets(raw))


@given(st.text(string.ascii_letters + string.digits, min_size=36, max_size=36))
def test_no_more_than_four_characters_are_shown(body: str) -> None:
    for found in secrets(b"x = '" + b"ghp" + b"_" + body.encode() + b"'"):
        assert found.what == "GitHub token ghp_… (40 characters)"
