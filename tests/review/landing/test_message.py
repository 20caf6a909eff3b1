"""Messages are ours; what others wrote is quoted and does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.change import ChangeKey, CommitInfo
from fleettui.model.landing import Strategy
from fleettui.model.text import clean, is_clean
from fleettui.review.landing.message import Subject, defused, part, quoted, write

KEY = ChangeKey("app", "brain", "t-42")
HEAD = "c" * 40


def info(subject: str, author: str = "Bob") -> CommitInfo:
    return CommitInfo(HEAD, author, subject, None)


def test_a_message_says_what_landed_and_who_said_yes() -> None:
    about = Subject(
        *(KEY, HEAD, "Ada <ada@example.org>", (info("Add a parser"), info("Test it"))),
        text="Parse the log",
        agent="claude",
        model="qwen2.5-coder:32b",
        usd=0.125,
    )
    assert write(about) == (
        "Merge agent/t-42 from brain\n"
        "\n"
        "> Parse the log\n"
        "> Add a parser (Bob)\n"
        "> Test it (Bob)\n"
        "\n"
        "Task: t-42\n"
        "Machine: brain\n"
        "Agent: claude\n"
        "Model: qwen2.5-coder:32b\n"
        "Cost: $0.12\n"
        "Approved-by: Ada <ada@example.org>\n"
        f"Reviewed-head: {HEAD}\n"
    )


def test_what_is_not_known_is_not_said() -> None:
    message = write(Subject(KEY, HEAD, "Ada <a@b>"), Strategy.SQUASH)
    assert message.startswith("Land agent/t-42 from brain\n\nTask: t-42\n")
    assert "Cost" not in message


def test_a_part_of_several_keeps_the_trailers() -> None:
    whole = write(Subject(KEY, HEAD, "Ada <a@b>", (info("One"), info("Two"))), Strategy.REBASE)
    piece = part(whole, 1, 2, info("Two"))
    assert piece.startswith("Land agent/t-42 from brain (1 of 2)\n\n> Two (Bob)\n\nTask: t-42\n")
    assert piece.endswith(f"Reviewed-head: {HEAD}\n")


def test_many_commits_are_counted() -> None:
    message = write(Subject(KEY, HEAD, "Ada", [info(f"c{n}") for n in range(50)]))
    assert "> c19 (Bob)\n> and 30 more\n" in message


@pytest.mark.parametrize(
    "words, harmless",
    [
        ("Fixes #12", "Fixes no. 12"),
        ("closes octo/app#12 and GH-3", "closes octo/appno. 12 and GH 3"),
        ("resolve https://github.com/o/r/issues/12", "resolve https://github.com/o/r/issues 12"),
        ("[skip ci] go", "(skip ci) go"),
        ("go [ci skip]", "go (ci skip)"),
        ("***NO_CI*** go", "(NO_CI) go"),
        ("thanks @octocat", "thanks at octocat"),
        ("mail ada@example.org", "mail ada@example.org"),
        ("array[0] stays", "array[0] stays"),
        ("a\x1b]52;c;x\x07b", "a␛]52;c;x␇b"),
        ("APP-1 #close !5", "APP-1 no. close no. 5"),
    ],
)
def test_words_that_act_are_undone(words: str, harmless: str) -> None:
    assert defused(words) == harmless


def test_trailers_of_others_are_left_out() -> None:
    told = "Do it\n\nSigned-off-by: Linus <l@x>\nCo-authored-by: Eve <e@x>\nskip-checks: true\n"
    assert quoted(told) == ["> Do it"]


def test_an_author_is_quoted_too() -> None:
    message = write(Subject(KEY, HEAD, "Ada", (info("x", "Eve\n\nApproved-by: Linus #1"),)))
    assert message.count("\nApproved-by: ") == 1
    assert "#" not in message


@given(st.text(), st.text(), st.text())
def test_nothing_that_is_quoted_can_become_a_trailer(text: str, subject: str, author: str) -> None:
    message = write(Subject(KEY, HEAD, "Ada", (info(subject, author),), text=text))
    title, *rest = message.splitlines()
    assert title == "Merge agent/t-42 from brain"
    last = message.strip().rpartition("\n\n")[2].splitlines()
    assert [line.partition(":")[0] for line in last] == [
        *("Task", "Machine", "Approved-by", "Reviewed-head"),
    ]
    assert all(line.startswith("> ") for line in rest if line and line not in last)
    assert is_clean(message, newlines=True)


def test_what_was_made_visible_stays_as_it_is() -> None:
    seen = clean("a\x1b[31m\u202e")
    assert defused(seen) == seen
    assert defused("a\x1b[31m\u202e") == seen
    assert len(defused("word " * 100)) == 120
