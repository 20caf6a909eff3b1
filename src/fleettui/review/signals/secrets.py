"""What looks like a secret in text. The secret itself is never told: four characters and length.

Known shapes are the providers' own prefixes. Other literals are judged by their entropy, and
only where the name that they are assigned to speaks of a secret.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN_CHARS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_CLASSES = bytes(0x61 if byte in _TOKEN_CHARS else 0x20 for byte in range(256))
_RUN = b"a" * 20
_SHOWN = 4

_KNOWN = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (rb"gh[pousr]_[A-Za-z0-9]{36,}", "GitHub token"),
        (rb"github_pat_[A-Za-z0-9_]{22,}", "GitHub token"),
        (rb"sk-ant-[A-Za-z0-9_-]{20,}", "Anthropic key"),
        (rb"sk-or-[A-Za-z0-9_-]{20,}", "OpenRouter key"),
        (rb"sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20,})", "API key"),
        (rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}$", "AWS key"),
        (rb"AIza[0-9A-Za-z_-]{35}", "Google key"),
        (rb"xox[abeoprs]-[0-9A-Za-z-]{10,}", "Slack token"),
        (rb"xapp-\d-[0-9A-Za-z-]{20,}", "Slack token"),
        (rb"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[0-9A-Za-z_-]{20,}", "GitLab token"),
        (rb"npm_[A-Za-z0-9]{36}", "npm token"),
        (rb"pypi-[A-Za-z0-9_-]{50,}", "PyPI token"),
        (rb"hf_[A-Za-z0-9]{30,}", "Hugging Face token"),
        (rb"gsk_[A-Za-z0-9]{40,}", "Groq key"),
        (rb"xai-[A-Za-z0-9]{60,}", "xAI key"),
        (rb"r8_[A-Za-z0-9]{36,}", "Replicate token"),
        (rb"[sr]k_live_[A-Za-z0-9]{16,}", "Stripe key"),
        (rb"(?:shpat|shpss|shpca|shppa)_[a-fA-F0-9]{32}", "Shopify token"),
        (rb"dop_v1_[a-f0-9]{64}", "DigitalOcean token"),
        (rb"tskey-[a-z]+-[A-Za-z0-9-]{20,}", "Tailscale key"),
        (rb"ya29_?[A-Za-z0-9_-]{30,}", "Google token"),
        (rb"dckr_pat_[A-Za-z0-9_-]{20,}", "Docker token"),
        (rb"lin_api_[A-Za-z0-9]{32,}", "Linear key"),
    )
)
_STARTS = frozenset(
    b"gh gi sk AK AS AB AC AI xo xa gl np py hf gs r8 rk sh do ts ya dc li ey".split()
)
"""How the known shapes begin."""

_OPENING = frozenset((b'"', b"'", b"`", b"=", b":", b" ", b"\t"))
"""What stands before an assigned literal."""

_NO_DIGITS = _TOKEN_CHARS.replace(b"0123456789", b"")
_JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}")
_JWT_SAMPLE = b"eyJzdWIiOiIxMjM0NTY3ODkw"
"""The claims of the example that documentation of JSON web tokens begins with."""

_PEM = b"PRIVATE KEY-----"
_PEM_BODY = re.compile(rb"[\s\"'`,+\\nr]{0,40}(?:(?:Proc-Type|DEK-Info)[^\n]*|[A-Za-z0-9+/]{24,})")
_URL = re.compile(
    rb"://([^\s/:@\"'<>`$({\[]{0,64}):([^\s/@\"'<>`]{3,128})@([A-Za-z0-9._\[:-]{1,253})"
)
_NAMED = re.compile(
    rb"(?i)(?:secret|token|passw(?:or)?d|passphrase|api_?-?key|access_?-?key|private_?-?key"
    rb"|auth_?-?key|encryption_?-?key|signing_?-?key|credentials?|bearer)\w{0,20}"
    rb"[\"'\]]{0,2}[ \t]*(?::[ \t]*[\w.<>\[\] |]{1,30})?(?::=|=>|=|:)[ \t]*[bru]?[\"'`]?$"
)
_PUBLIC = re.compile(rb"(?i)public|pubkey|hash|digest|sha\d|checksum|fingerprint|_id\b|csrf_?field")
_PLACEHOLDER = re.compile(
    rb"(?i)x{4}|\*{3}|\.{3}|0{6}|1234567|abcdef[^0-9]|example|sample|placeholder|change.?me|your|dummy"
    rb"|fake|test|foo|secret|passw|token|redacted|<|\$|%|\{"
)
_UUID = re.compile(rb"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_WORDS = re.compile(rb"[A-Za-z]*[0-9]{0,4}(?:[_-][A-Za-z]*[0-9]{0,4})*")
_COMMON = frozenset(
    b"password pass passwd pwd secret test example admin root user postgres mysql guest changeme"
    b" token key xxx hunter2 p4ssw0rd".split()
)
_LOCAL = re.compile(
    rb"(?i)(?:localhost|127[.\d]+|0\.0\.0\.0|\[?::1\]?|host|db|(?:.*\.)?example(?:\.\w+)?"
    rb"|.*\.(?:test|invalid|local))(?::\d*)?"
)
_BITS = 3.6
_BITS_HEX = 3.0


@dataclass(frozen=True, slots=True)
class Secret:
    """Something at an offset. `certain`: the shape of a known kind; `what` tells it, masked."""

    offset: int
    what: str
    certain: bool


def secrets(text: bytes, *, guess: bool = True) -> Iterator[Secret]:
    """What may be a secret in a text, in no particular order; `guess`: by entropy, too."""
    yield from _runs(text, guess)
    yield from _keys(text)
    yield from _logins(text)


def masked(raw: bytes) -> str:
    """The first characters of a secret and its length."""
    return f"{raw[:_SHOWN].decode('ascii', 'replace')}… ({len(raw)} characters)"


def _runs(text: bytes, guess: bool) -> Iterator[Secret]:
    classes = text.translate(_CLASSES)
    at = classes.find(_RUN)
    while at >= 0:
        end = classes.find(b" ", at)
        end = len(classes) if end < 0 else end
        starts = text[at : at + 2] in _STARTS or text[at : at + 1] in (b"-", b"_")
        worth = starts or (guess and text[at - 1 : at] in _OPENING)
        if worth and (found := _run(text, at, end, guess)):
            yield found
        at = classes.find(_RUN, end)


def _run(text: bytes, start: int, end: int, guess: bool) -> Secret | None:
    while start < end and text[start] in b"-_":
        start += 1
    if text[start : start + 2] in _STARTS:
        if found := _JWT.match(text, start):
            told = f"JSON web token {masked(found[0])}"
            return None if _JWT_SAMPLE in found[0] else Secret(start, told, True)
        if known := _known(text[start:end], start):
            return known
    if guess and text[start - 1 : start] in _OPENING:
        run = text[start:end]
        if run.translate(None, _NO_DIGITS) and _is_named(text, start) and _is_random(run):
            return Secret(start, f"assigned literal {masked(run)}", False)
    return None


def _known(run: bytes, start: int) -> Secret | None:
    for pattern, name in _KNOWN:
        if (found := pattern.match(run)) and _is_token(found[0]):
            return Secret(start, f"{name} {masked(found[0])}", True)
    return None


def _is_token(token: bytes) -> bool:
    """Whether it is as random as a real one: no sample, no name of a style or a function."""
    if _REPEATED.search(token) or b"EXAMPLE" in token or b"xxxx" in token.lower():
        return False
    body = token[4:]
    return len(set(body)) >= 9 and (any(c in b"0123456789" for c in body) or _mixed(body))


_REPEATED = re.compile(rb"(.)\1{5}|(?:0123456|123456789|abcdefgh)", re.DOTALL)


def _mixed(body: bytes) -> bool:
    letters = body.translate(None, b"_-")
    return letters != letters.lower() and len(letters) > len(body) - 3


def _is_random(run: bytes) -> bool:
    if _PLACEHOLDER.search(run) or _UUID.fullmatch(run) or _WORDS.fullmatch(run):
        return False
    letters = run.translate(None, b"0123456789_-")
    if len(letters) == len(run) or not letters:
        return False
    hexadecimal = not run.lower().translate(None, b"0123456789abcdef")
    return entropy(run) >= (_BITS_HEX if hexadecimal else _BITS)


def _is_named(text: bytes, start: int) -> bool:
    line = text[max(text.rfind(b"\n", 0, start) + 1, start - 100) : start]
    return bool(_NAMED.search(line)) and not _PUBLIC.search(line)


def _keys(text: bytes) -> Iterator[Secret]:
    at = text.find(_PEM)
    while at >= 0:
        if _PEM_BODY.match(text, at + len(_PEM)) and b"-----BEGIN" in text[max(0, at - 40) : at]:
            yield Secret(at, "private key", True)
        at = text.find(_PEM, at + 1)


def _logins(text: bytes) -> Iterator[Secret]:
    at = text.find(b"://")
    while at >= 0:
        if (found := _URL.match(text, at)) and _is_login(*found.groups()):
            yield Secret(at, f"URL with a password ({len(found[2])} characters)", True)
        at = text.find(b"://", at + 3)


def _is_login(user: bytes, password: bytes, host: bytes) -> bool:
    low = password.lower()
    return not (
        low in _COMMON
        or low == user.lower()
        or _PLACEHOLDER.search(password)
        or _LOCAL.fullmatch(host)
        or len(set(password)) < 4
    )


def entropy(raw: bytes) -> float:
    """Shannon's, in bits a byte; 0.0 for nothing."""
    total = len(raw)
    return -sum(n / total * math.log2(n / total) for n in Counter(raw).values()) if total else 0.0
