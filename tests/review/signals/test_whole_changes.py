"""What only whole changes tell: messages, sizes, limits, conflicts, tests that are gone."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from fleettui.model.change import Evaluation, FileChange, Signal
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.signals import find
from fleettui.review.signals.entries import LARGE
from fleettui.review.signals.find import EXAMINED, MANY_FILES, MANY_LINES
from fleettui.review.signals.findings import PER_CODE
from tests.lab.repos import git
from tests.review.signals.made import BEGIN, Files, change, commit, quarantine, signals_of, words
from tests.review.signals.test_secrets import chars

ZERO = "0" * 40


def details(signals: tuple[Signal, ...]) -> dict[str, str]:
    """The reason of each signal."""
    return {signal.key: signal.detail for signal in signals}


async def test_reasons_name_the_line(tmp_path: Path) -> None:
    before = "".join(f"line {number}\n" for number in range(200))
    after = before.replace("line 150\n", "line\u202e 150\nfine\nl\u200bne\n\x1bx\np\u0430ss = 1\n")
    found = await signals_of(tmp_path, {"a.py": before}, {"a.py": after})
    assert details(found) == {
        "bidi:a.py": "line 151: U+202E",
        "invisible:a.py": "line 153: U+200B",
        "control:a.py": "line 154: control character U+001B",
        "lookalike:a.py": "line 155: reads like “pass”",
    }


async def test_a_secret_is_told_but_not_shown(tmp_path: Path) -> None:
    token, password = f"ghp_{chars(36)}", chars(20)
    text = f"a = 1\ntoken = '{token}'\nurl = 'https://me:{password}@host.net/'\n"
    found = await signals_of(tmp_path, BEGIN, {**BEGIN, "tests/test_a.py": text})
    (signal,) = found
    assert signal.blocking
    assert signal.detail == (
        "line 2: GitHub token ghp_… (40 characters); line 3: URL with a password (20 characters)"
    )
    assert not any(part in repr(found) for part in (token[4:10], password[:6]))


async def test_a_random_literal_is_a_remark_but_not_in_tests(tmp_path: Path) -> None:
    text = f"api_key = '{chars(32)}'\n"
    files = {**BEGIN, "a.py": text, "tests/test_a.py": text, "tests/fixtures/a.py": text}
    assert words(await signals_of(tmp_path, BEGIN, files)) == {"maybe-secret:a.py"}


async def test_a_secret_removed_is_none(tmp_path: Path) -> None:
    text = f"token = 'ghp_{chars(36)}'\n"
    assert await signals_of(tmp_path, {"a.py": text, "b": "\n"}, {"a.py": "x\n", "b": "\n"}) == ()


async def test_hashes_in_lock_files_are_none(tmp_path: Path) -> None:
    lock = "".join(f'"token": "{chars(64)}", "integrity": "sha512-{chars(86)}=="\n' for _ in "abc")
    found = await signals_of(tmp_path, BEGIN, {**BEGIN, "yarn.lock": lock})
    assert words(found) == {"lock-file:yarn.lock"}


async def test_messages_that_act_are_told(tmp_path: Path) -> None:
    message = "Mend it\n\nCloses #12, fixes: owner/repo#3.\n[skip ci] thanks @octocat\n"
    found = await signals_of(tmp_path, BEGIN, {"a": "\n"}, message)
    told = "“Closes #12”; “fixes: owner/repo#3”; “[skip ci]”; and 1 more"
    assert details(found) == {"message:": told}
    assert not found[0].blocking


async def test_large_files_are_told(tmp_path: Path) -> None:
    dice = random.Random(3)
    data: Files = {"big.bin": dice.randbytes(LARGE + 1), "long.txt": "x" * (LARGE + 1)}
    lines = "line of text\n" * 500_000
    found = await signals_of(tmp_path, BEGIN, {**BEGIN, **data, "huge.py": lines, "a": "x" * LARGE})
    assert words(found) == {
        "large-file:a",
        "large-file:big.bin",
        "binary:big.bin",
        "large-file:long.txt",
        "large-file:huge.py!",
        "binary:huge.py",
    }
    assert "git shows no line" in details(found)["large-file:huge.py"]


async def test_too_many_lines_are_too_large_unless_generated(tmp_path: Path) -> None:
    text = "x\n" * MANY_LINES
    q, evaluation = await change(tmp_path, BEGIN, {**BEGIN, "a.py": text, "uv.lock": text})
    assert words(await find(q, evaluation)) == {"too-large:!", "lock-file:uv.lock"}
    q, evaluation = await change(tmp_path, BEGIN, {**BEGIN, "uv.lock": text})
    assert words(await find(q, evaluation)) == {"lock-file:uv.lock"}


async def test_many_files_are_too_large_and_their_signals_few(tmp_path: Path) -> None:
    files = {f"d{number:04}/CLAUDE.md": "x\n" for number in range(MANY_FILES)}
    found = await signals_of(tmp_path, BEGIN, {**BEGIN, **files})
    assert found[0].key == "agent-instructions:"
    assert len(found) == PER_CODE + 2
    assert found[0].detail.startswith(f"and {MANY_FILES - PER_CODE} more: d0020/CLAUDE.md, ")
    assert "too-large:!" in words(found)


async def test_what_blocks_comes_first_and_the_order_is_always_the_same(tmp_path: Path) -> None:
    files = {"z/.envrc": "\n", "Makefile": "\n", "CLAUDE.md": "\n", "uv.lock": "\n", ".npmrc": "\n"}
    q, evaluation = await change(tmp_path, BEGIN, {**BEGIN, **files})
    found = await find(q, evaluation)
    assert [signal.path for signal in found] == [
        ".npmrc", "CLAUDE.md", "z/.envrc", "Makefile", "uv.lock",
    ]  # fmt: skip
    again = replace(evaluation, files=evaluation.files[::-1])
    assert await find(q, again) == found


async def test_a_change_in_conflict_is_examined_as_the_agent_made_it(tmp_path: Path) -> None:
    q = quarantine(tmp_path)
    base = commit(tmp_path, {"a": "1\n"})
    target = commit(tmp_path, {"a": "2\n"}, parents=(base,))
    head = commit(tmp_path, {"a": "3\x1b\n", "A": "x\n", ".envrc": "\n"}, parents=(base,))
    evaluation = await evaluate(q, target, head)
    assert evaluation.tree is None
    found = words(await find(q, evaluation))
    assert found == {"control:a!", "twin-name:A!", "runs-later:.envrc!"}


async def test_unrelated_histories_are_told(tmp_path: Path) -> None:
    q = quarantine(tmp_path)
    target, head = commit(tmp_path, {"a": "1\n"}), commit(tmp_path, {"b": "\x1b\n"})
    found = await find(q, await evaluate(q, target, head))
    assert words(found) == {"unrelated-history:!", "control:b!"}


async def test_what_git_could_not_list_is_not_asked_for_again(tmp_path: Path) -> None:
    q = quarantine(tmp_path)
    missing = "1" * 40
    evaluation = Evaluation(missing, missing, None, 1, 0, None, too_large="git took too long")
    assert words(await find(q, evaluation)) == {"too-large:!"}


async def test_nothing_is_found_in_an_empty_change(tmp_path: Path) -> None:
    q = quarantine(tmp_path)
    target = commit(tmp_path, BEGIN)
    assert await find(q, await evaluate(q, target, target)) == ()


async def test_only_so_many_files_are_examined(tmp_path: Path) -> None:
    q, evaluation = await change(tmp_path, BEGIN, {**BEGIN, "b.py": "\x1b\n"})
    blob = evaluation.files[0].new
    many = tuple(
        FileChange(b"a%d" % number, f"a{number}", "A", 0, 0o100644, ZERO, blob, 0, 0)
        for number in range(EXAMINED)
    )
    found = await find(q, replace(evaluation, files=(*many, *evaluation.files)))
    assert words(found) == {"too-large:!", "unread:!"}
    assert details(found)["unread:"] == "the contents of 1 files were not examined"


async def test_a_mode_that_git_hides_is_told(tmp_path: Path) -> None:
    q = quarantine(tmp_path)
    target = commit(tmp_path, BEGIN)
    blob = git(tmp_path, "hash-object", "-w", "--stdin", stdin=b"x\n").strip().decode()
    tree = blob
    for entry in (b"100777 a\0", b"40000 d\0"):
        raw = entry + bytes.fromhex(tree)
        made = git(tmp_path, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
        tree = made.decode().strip()
    head = git(tmp_path, "commit-tree", "-m", "x", "-p", target, tree).decode().strip()
    found = await find(q, await evaluate(q, target, head))
    assert "odd-mode:d/a!" in words(found)


async def test_other_object_formats_are_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", ".")
    found = await signals_of(tmp_path, BEGIN, {**BEGIN, "readme": "\x1b\n"})
    assert words(found) == {"twin-name:readme!", "control:readme!"}


@pytest.mark.parametrize(
    "path, before, after, told",
    [
        ("tests/test_a.py", "def test_a(): 1\ndef test_b(): 1\n", "\n", "−2 tests: test_a, test_b"),
        ("a.test.ts", "it('a', f)\ntest(\"b's\", f)\n", "x\n", "−2 tests: a, b's"),
        ("a_test.go", "func TestA(t *T) {}\n", "package a\n", "−1 test: TestA"),
        ("src/lib.rs", "#[test]\nfn a() {}\n#[test]\nfn b() {}\n", "fn a() {}\n", "−2 tests"),
        ("src/test/ATest.java", "@Test\nvoid a() {}\n", "void a() {}\n", "−1 test"),
        ("spec/a_spec.rb", "it 'works' do\n", "\n", "−1 test: works"),
        ("tests/ATest.php", "public function testA() {}\n", "\n", "−1 test: testA"),
        ("test/a_test.exs", 'test "works" do\n', "\n", "−1 test: works"),
        ("tests/test_a.py", "def test_a(): pass\n", "def test_b(): pass\n", None),
        ("src/app.py", "def test_a(): pass\n", "\n", None),
        ("tests/test_a.py", "def helper(): pass\n", "\n", None),
    ],
)  # fmt: skip
async def test_removed_tests_are_counted(
    path: str, before: str, after: str, told: str | None, tmp_path: Path
) -> None:
    found = await signals_of(tmp_path, {path: before + "#\n"}, {path: after + "#\n"})
    assert details(found) == ({f"tests-removed:{path}": told} if told else {})


async def test_a_file_of_tests_that_is_removed_is_told_but_not_one_that_moved(
    tmp_path: Path,
) -> None:
    tests = "".join(f"def test_{number}():\n    assert {number}\n" for number in range(20))
    before = {"tests/test_a.py": "def test_a(): pass\n", "tests/test_b.py": tests}
    before |= {"tests/test_c.py": tests.replace("_1", "_c"), "tests/data.json": "{}\n"}
    after = {"tests/new/test_b.py": tests, "tests/test_d.py": before["tests/test_c.py"] + "#\n"}
    found = await signals_of(tmp_path, before, after)
    assert details(found) == {"tests-removed:tests/test_a.py": "file with tests removed"}


async def test_a_test_that_moves_to_another_file_is_not_lost(tmp_path: Path) -> None:
    a, b = "def test_a(): pass\n", "def test_b(): pass\n"
    found = await signals_of(
        tmp_path,
        {"tests/test_a.py": a + b, "tests/test_c.py": "#\n"},
        {"tests/test_a.py": a, "tests/test_c.py": "#\n" + b},
    )
    assert found == ()


@pytest.mark.parametrize(
    "path, line",
    [
        ("tests/test_a.py", "@pytest.mark.skip(reason='later')"),
        ("tests/test_a.py", "@pytest.mark.xfail"),
        ("tests/test_a.py", "@unittest.skip('x')"),
        ("tests/test_a.py", "    pytest.skip('x')"),
        ("src/a.test.js", "it.skip('a', f)"),
        ("src/a.test.js", "describe.only('a', f)"),
        ("src/a.spec.ts", "xit('a', f)"),
        ("a_test.go", "\tt.Skip()"),
        ("src/lib.rs", "#[ignore]"),
        ("src/test/ATest.java", "    @Disabled"),
        ("src/ATests.cs", '[Fact(Skip = "later")]'),
        ("spec/a_spec.rb", "xit 'works' do"),
        ("tests/ATest.php", "$this->markTestSkipped('x');"),
    ],
)
async def test_tests_that_are_switched_off_are_told(path: str, line: str, tmp_path: Path) -> None:
    found = await signals_of(tmp_path, {path: "#\n"}, {path: f"#\n{line}\n"})
    assert words(found) == {f"tests-skipped:{path}"}
    assert found[0].detail.startswith("line 2: ")
    assert await signals_of(tmp_path, {path: f"#\n{line}\n"}, {path: f"#\n  {line}\n"}) == ()


async def test_skips_elsewhere_are_none_of_ours(tmp_path: Path) -> None:
    files = {"src/app.py": "iterator.skip(1)\n", "src/a.js": "list.only(x); it.skip(1)\n"}
    assert await signals_of(tmp_path, BEGIN, {**BEGIN, **files}) == ()


async def test_a_secret_is_found_behind_any_number_of_literals(tmp_path: Path) -> None:
    guesses = "".join(f'token = "{chars(30)}{number}"\n' for number in range(800))
    text = f"{guesses}key = 'ghp_{chars(36)}'\n"
    found = await signals_of(tmp_path, {}, {"a.py": text})
    assert words(found) >= {"secret:a.py!", "maybe-secret:a.py"}
    assert "line 801: GitHub token ghp_" in details(found)["secret:a.py"]


async def test_any_number_of_removed_tests_is_counted(tmp_path: Path) -> None:
    many = "".join(f"def test_{number}(): 1\n" for number in range(30_000))
    found = await signals_of(tmp_path, {"tests/test_a.py": many}, {"tests/test_a.py": "#\n"})
    assert details(found)["tests-removed:tests/test_a.py"].startswith("−30000 tests: test_0, ")
