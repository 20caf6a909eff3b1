"""Names, folders, manifests, messages and objects, each on its own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.change import FileChange
from fleettui.model.errors import Malformed
from fleettui.review.signals import objects
from fleettui.review.signals.codes import Code
from fleettui.review.signals.entries import HUGE, contents, leads_out
from fleettui.review.signals.findings import DETAILS, PER_CODE, Findings
from fleettui.review.signals.messages import side_effects
from fleettui.review.signals.names import deceptive, odd, twin_key
from fleettui.review.signals.scripts import changed_scripts
from fleettui.review.signals.trees import entries
from tests.lab.repos import git
from tests.review.signals.made import commit, quarantine

DOCUMENT = Path(__file__).parents[3] / "docs" / "review-signals.md"


@pytest.mark.parametrize(
    "path, why",
    [
        (b"con", "reserved on Windows"),
        (b"a/NUL.txt", "reserved on Windows"),
        (b"COM1", "reserved on Windows"),
        (b"-D", "begins with a dash"),
        (b"a /b", "ends in a dot or a space"),
        (b"a./b", "ends in a dot or a space"),
        (b"a\\..\\b", "contains a backslash"),
        (b"a:b", "contains a colon"),
        (b"a?b", "contains what Windows forbids"),
        (b"a\xff", "not UTF-8"),
        (b"a" * 256, "longer than file systems allow"),
    ],
)
def test_odd_names_are_told(path: bytes, why: str) -> None:
    assert why in odd(path)


@pytest.mark.parametrize("path", [b"console.log", b"a-b.c", b"..a/b", b"comic.md", b"\xc3\xa9"])
def test_common_names_are_not_odd(path: bytes) -> None:
    assert odd(path) == []
    assert deceptive(path) == []


@given(st.binary(max_size=60))
def test_any_name_is_judged(path: bytes) -> None:
    assert all(odd(path)) and all(deceptive(path))  # noqa: PT018 (neither has an empty word)
    assert twin_key(path) == twin_key(path.upper()) or not path.isascii()


@pytest.mark.parametrize(
    "path, target, inside",
    [
        (b"a", b"b", True),
        (b"a/b/c", b"../../d", True),
        (b"a/b/c", b"../../../d", False),
        (b"a", b"..", False),
        (b"a", b"b/../../c", False),
        (b"a", b"/etc", False),
        (b"a", b"~/x", False),
        (b"a", b"..\\x", False),
        (b"a", b"\\\\host\\x", False),
        (b"a/b", b"../.git/config", False),
        (b"a", b"", False),
        (b"a", b"b\0", False),
    ],
)
def test_links_stay_inside_or_not(path: bytes, target: bytes, inside: bool) -> None:
    assert (leads_out(path, target) is None) == inside


@given(st.binary(max_size=200))
def test_any_folder_is_read_or_refused(raw: bytes) -> None:
    for size in (20, 32):
        try:
            found = entries(raw, size)
        except Malformed:
            continue
        assert all(b"/" not in name and name for name in found)


def test_a_huge_file_blocks() -> None:
    findings = Findings()
    file = FileChange(b"a.bin", "a.bin", "A", 0, 0o100644, "0" * 40, "1" * 40, None, None)
    contents(file, HUGE, None, findings)
    told = [(signal.code, signal.detail, signal.blocking) for signal in findings.signals()]
    assert told == [("large-file", "50.0 MB", True), ("binary", "50.0 MB", False)]


@pytest.mark.parametrize(
    "old, new, told",
    [
        (None, b"{}", None),
        (b'{"scripts":{"a":"1"}}', b'{"scripts":{"a":"1"},"x":2}', None),
        (b'{"scripts":{"a":"1"}}', b'{"scripts":{"a":"2"}}', "package scripts: a"),
        (b'{"scripts":{"a":"1"}}', b"{}", "package scripts: a"),
        (None, b'{"husky":{"hooks":{}}}', "package scripts: hooks"),
        (b"{}", b'{"packageManager":"x@1"}', "package scripts: packageManager"),
        (b"{}", b"{", "its scripts cannot be read"),
        (b"{}", b"\xff", "its scripts cannot be read"),
        (b"{}", b"[" * 200_000, "its scripts cannot be read"),
        (b"{}", b"\xef\xbb\xbf{}", None),
        (b"{}", b'{"scripts": 1}', "package scripts: scripts"),
    ],
)
def test_scripts_are_compared(old: bytes | None, new: bytes, told: str | None) -> None:
    assert changed_scripts(old, new) == told


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_manifest_is_compared(old: bytes, new: bytes) -> None:
    assert changed_scripts(old, old) in {None, "its scripts cannot be read"}
    assert changed_scripts(old, new) != ""


@pytest.mark.parametrize(
    "message, found",
    [
        (b"Fixes #1", ["Fixes #1"]),
        (b"resolved https://host/o/r/issues/5", ["resolved https://host/o/r/issues/5"]),
        (b"[ci skip]", ["[ci skip]"]),
        (b"skip-checks: true", ["skip-checks: true"]),
        (b"thanks @ada and @bob", ["@ada", "@bob"]),
        (b"Fix the prefix of # 1; mail ada@example.org; see (#12) and [Release notes]", []),
        (b"Use @app.route(x) and @scope/package", []),
    ],
)
def test_words_that_act_are_found(message: bytes, found: list[str]) -> None:
    assert side_effects(message) == found


@given(st.binary(max_size=200))
def test_any_message_is_read(message: bytes) -> None:
    assert len(side_effects(message)) <= 4


def test_one_signal_tells_a_few_reasons_and_counts_the_rest() -> None:
    findings = Findings()
    for number in range(DETAILS + 5):
        findings.add(Code.BIDI, "a", f"line {number}")
    findings.add(Code.MODE, "b", "x")
    findings.add(Code.MODE, "b", "y", blocking=True)
    told = [(signal.detail, signal.blocking) for signal in findings.signals()]
    assert told == [("line 0; line 1; line 2; and 5 more", True), ("x; y", True)]


def test_folding_keeps_what_blocks_apart() -> None:
    findings = Findings()
    for number in range(PER_CODE + 9):
        findings.add(Code.SYMLINK, f"a{number:03}", "→ b", blocking=False)
    findings.add(Code.SYMLINK, "z", "→ /", blocking=True)
    signals = findings.signals()
    assert [signal.path for signal in signals if signal.blocking] == ["z"]
    assert len(signals) == PER_CODE + 2
    assert sum(signal.path == "" for signal in signals) == 1


async def test_objects_are_read_up_to_their_caps(tmp_path: Path) -> None:
    q = quarantine(tmp_path)
    commit(tmp_path, {"small": "a\n", "large": "b" * 200_000, "d/x\xe9 y": "c\n"})
    head = git(tmp_path, "rev-parse", "refs/heads/made").strip()
    small, large = head + b":small", head + b":large"
    missing, folder = b"2" * 40, head + b":d"
    found = await objects.read(
        q, [large, missing], {small: 10, large: 10, missing: 10, folder: 100}
    )
    assert found.sizes == {large: 200_000, small: 2, folder: len(found.contents[folder])}
    assert found.contents[small] == b"a\n"
    assert set(found.contents) == {small, folder}
    whole = await objects.read(q, [], {large: 300_000, missing: 1})
    assert whole.contents == {large: b"b" * 200_000}


async def test_nothing_asked_is_nothing_read(tmp_path: Path) -> None:
    assert await objects.read(quarantine(tmp_path), [], {}) == objects.Objects()


def test_every_code_is_documented() -> None:
    rows = [line.split("|") for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    assert sorted(row[1].strip(" `") for row in rows) == sorted(map(str, Code))
