"""What passes a check is safe to draw, and stays on one line on its way to a script."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.config import words
from fleettui.config.problems import Check
from fleettui.model.text import is_clean

CHECKS: list[Check] = [
    words.line,
    words.argument,
    words.template,
    words.name,
    words.title,
    words.model,
    words.rung,
    words.ssh_address,
    words.ollama_address,
    words.http_url,
    words.proxy_url,
    words.listen_address,
    words.database_url,
    words.local_path,
    words.machine_path,
    words.target,
    words.branch,
    words.regex,
    words.variable,
    words.reference,
    words.graph,
    words.binding,
]

_PARTS = st.sampled_from([
    "http://", "https://", "socks5://", "ssh", "me@", "host", ":22", "@", "[::1]", "fe80::1%", "/",
    "~/", "a", "B9", ".", "-", " ", "\t", "\n", "\x1b", "\x00", "\x7f", "\u202e", "\u200b", "\\",
    "env:", "keyring:", "cmd:", "'", '"', "(", "{model}", "?", "#", "é", "\ud800", "\ufe0f",
])  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=30), st.lists(_PARTS, max_size=8).map("".join))


@settings(deadline=None, max_examples=300)
@given(_TEXTS)
def test_whatever_passes_is_safe(text: str) -> None:
    for check in CHECKS:
        if check(text) is None:
            assert is_clean(text), check
    if words.block(text) is None:
        assert is_clean(text.replace("\t", ""), newlines=True)


@settings(deadline=None, max_examples=300)
@given(_TEXTS)
def test_what_goes_to_a_script_is_one_line_that_read_gives_back_whole(text: str) -> None:
    for check in (words.target, words.machine_path):
        if check(text) is None:
            assert text.splitlines() == [text]
            assert text == text.strip()
            assert not text.startswith("-")


FINE: dict[Check, list[str]] = {
    words.name: ["a", "MacBook-Pro.2", "0_0"],
    words.model: ["gpt-oss:20b", "hf.co/bartowski/x-GGUF:Q4_K_M", "anthropic/claude-4.5:beta"],
    words.rung: ["qwen3@mini", "openai/gpt-5@openrouter"],
    words.ssh_address: [
        "engine", "me@engine", "me@engine.local:2222", "100.64.0.7", "me@[fd7a::1]:22", "fd7a::1",
        "DOMAIN\\me@msi",
    ],
    words.ollama_address: ["ssh", "http://mac:11434", "https://mac/ollama", "http://[::1]:11434"],
    words.http_url: ["http://127.0.0.1:9009/health?full=1"],
    words.proxy_url: ["socks5://localhost:1055", "socks5h://[::1]:1055", "http://proxy:3128"],
    words.listen_address: ["127.0.0.1:4318", "localhost:4318", "[::1]:4318"],
    words.database_url: ["env:URL", "cmd:pass show db", "postgresql://brain/fleet"],
    words.machine_path: ["~/src", "/srv/app", "C:\\Users\\me", "D:/work"],
    words.branch: ["main", "release/2.0", "feature/é"],
    words.regex: ["(?i)ios|xcode", " a ", "[[a]"],
    words.reference: ["env:A_B", "keyring:my entry", "cmd:op read 'a b'"],
    words.graph: ["module:graph", "./src/flow.py:graph"],
    words.template: ["--x={model}", "", "{anything}", '{"json": 1}'],
}  # fmt: skip

UNFIT: dict[Check, list[str]] = {
    words.name: ["", "a b", "-a", ".a", "a" * 64, "a/b", "a@b", "é"],
    words.model: ["", "a b", "a@b", "-a", "../a\n"],
    words.rung: ["", "a", "@b", "a@", "a@b c"],
    words.ssh_address: ["", "-a", "me@", "@host", "me@-host", "host:", "host:0", "a;b", "ssh://a"],
    words.ollama_address: ["mac", "ftp://mac", "http://", "http://a b", "http://u:p@h", "http://h#f"],
    words.http_url: ["//h", "http://h:0", "http://h:99999", "http://[::1", "javascript:1"],
    words.proxy_url: ["localhost:1055", "socks5://localhost", "socks5://u:p@h:1"],
    words.listen_address: ["4318", ":4318", "h:", "h:x", "http://h:1"],
    words.database_url: ["fleet.db", "sqlite:///a", "postgresql://u:p@h/d", "env:"],
    words.machine_path: ["", "src", "~", "~me/src", "-/a", "/a\nb"],
    words.branch: ["", "-a", "a b", "a..b", "a~1", "a^", "a:b", "a.lock", "/a", "a/", "@{-1}", "@"],
    words.regex: ["", "(", "a{99999999999}", "\x1b", "(?P<1>a)"],
    words.reference: ["", "secret", "env:", "env:A B", "keyring:", "cmd:", "cmd:'", "ENV:A"],
    words.graph: ["graph", "a:b:c", "a b:c"],
    words.template: ["{promt}", "{work_tree}", "a\nb"],
}  # fmt: skip


@pytest.mark.parametrize("check", FINE, ids=lambda check: check.__name__)
def test_what_each_check_lets_through(check: Check) -> None:
    assert [text for text in FINE[check] if check(text) is not None] == []


@pytest.mark.parametrize("check", UNFIT, ids=lambda check: check.__name__)
def test_what_each_check_refuses(check: Check) -> None:
    assert [text for text in UNFIT[check] if check(text) is None] == []


def test_which_variables_hold_secrets() -> None:
    secret = ["ANTHROPIC_API_KEY", "GITHUB_TOKEN", "my_secret", "A_Key"]
    plain = ["KEYBOARD", "TOKENS", "OLLAMA_API_BASE", "MONKEY", "A_KEY_FILE"]
    assert [name for name in secret + plain if words.holds_secret(name)] == secret
