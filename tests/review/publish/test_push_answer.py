"""What git and remotes say about a push, to the letter and beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.review.publish.push_answer import Answer, Hearing, answer, reason


@pytest.mark.parametrize(
    "stdout, stderr, status, expected",
    [
        (b"To /srv\n \tA:refs/heads/main\t1..2\nDone\n", b"", 0, Answer.TAKEN),
        (b"To /srv\n*\tA:refs/heads/main\t[new branch]\nDone\n", b"", 0, Answer.TAKEN),
        (b"To /srv\n=\tA:refs/heads/main\t[up to date]\nDone\n", b"", 0, Answer.TAKEN),
        (b"To /srv\n \tA:refs/heads/main\t1..2\n", b"fatal: hung up\n", 128, Answer.UNCLEAR),
        (b"!\tA:refs/heads/main\t[rejected] (stale info)\n", b"", 1, Answer.MOVED),
        (b"!\tA:refs/heads/main\t[remote rejected] (fetch first)\n", b"", 1, Answer.MOVED),
        (
            b"!\tA:refs/heads/main\t[remote rejected] (protected branch)\n",
            b"",
            1,
            Answer.REFUSED,
        ),
        (b"!\tA:refs/heads/main\t[remote failure] (no report)\n", b"", 1, Answer.UNCLEAR),
        (b"", b"fatal: Authentication failed for 'https://x/'\n", 128, Answer.REFUSED),
        (b"", b"ada@x: Permission denied (publickey).\n", 128, Answer.REFUSED),
        (b"", b"fatal: the remote end hung up unexpectedly\n", 128, Answer.UNCLEAR),
        (b"", b"", 0, Answer.UNCLEAR),
    ],
)
def test_answers(stdout: bytes, stderr: bytes, status: int, expected: Answer) -> None:
    assert answer(stdout, stderr, status) is expected


@pytest.mark.parametrize(
    "stdout, stderr, expected",
    [
        (
            b"!\tA:B\t[remote rejected] (pre-receive hook declined)\n",
            b"remote: error: GH013: no\nremote:   \nremote: see x\nerror: failed to push\n",
            b"pre-receive hook declined: GH013: no; see x",
        ),
        (b"!\tA:B\t[rejected] (stale info)\n", b"error: failed\n", b"stale info"),
        (
            b"",
            b"x@y: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
            b"x@y: Permission denied (publickey).",
        ),
        (b"", b"warning: a\nfatal: unable to access 'x'\n", b"unable to access 'x'"),
        (
            b"",
            b"fatal: the remote end hung up unexpectedly\n",
            b"the remote end hung up unexpectedly",
        ),
        (b"", b"", b""),
    ],
)
def test_reasons(stdout: bytes, stderr: bytes, expected: bytes) -> None:
    assert reason(stdout, stderr) == expected


@given(st.binary(), st.binary(), st.integers(-64, 255))
def test_whatever_is_said_there_is_an_answer(stdout: bytes, stderr: bytes, status: int) -> None:
    assert answer(stdout, stderr, status) in Answer
    assert isinstance(reason(stdout, stderr), bytes)


@given(st.integers(1, 30))
def test_progress_is_heard_in_pieces_of_any_size_and_not_kept(size: int) -> None:
    raw = (
        b"Enumerating objects: 5, done.\nWriting objects:  50% (1/2)\rWriting objects: 100% (2/2), "
        b"done.\nremote: Resolving deltas: 7% (1/14)\rremote: no\nremote: way"
    )
    said: list[str] = []
    hearing = Hearing(said.append)
    for start in range(0, len(raw), size):
        hearing.hear(raw[start : start + size])
    assert said == ["writing objects 50 %", "writing objects 100 %", "resolving deltas 7 %"]
    assert hearing.kept == b"Enumerating objects: 5, done.\nremote: no\nremote: way"


def test_what_is_kept_is_bounded() -> None:
    hearing = Hearing()
    for number in range(5000):
        hearing.hear(b"remote: %d %s\n" % (number, b"x" * 1000))
    hearing.hear(b"y" * 1_000_000)
    assert len(hearing.kept) < 100_000
    assert b"remote: 4999 " in hearing.kept
