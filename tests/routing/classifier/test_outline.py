"""What a human asks is told from what was pasted along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.routing.classifier.outline import outline


@pytest.mark.parametrize(
    "text,material,sentence",
    [
        (
            "<<<<<<< HEAD\nport = 1\n=======\nport = 2\n>>>>>>> dev\n\nwhich one?",
            {"conflict": 3, "code": 2},
            "which one?",
        ),
        (
            "diff --git a/x b/x\n@@ -1 +1 @@\n-a = 1;\n+a = 2;\nis this right?",
            {"patch": 4},
            "is this right?",
        ),
        (
            'Traceback (most recent call last):\n  File "a.py", line 3\nKeyError: 1\nwhy?',
            {"trace": 3},
            "why?",
        ),
        ("Build this:\n- a list\n- a form", {"item": 2}, "Build this:"),
        ("```\nx\n```\nreview", {"fence": 2, "code": 1}, "review"),
        ("FAILED tests/test_a.py::test_b - assert\nflaky", {"run": 1}, "flaky"),
        ("2026-01-01 10:00:00 ERROR no route\nsince when?", {"log": 1}, "since when?"),
        (" src/a.py | 12 ++--\n 1 file changed, 9 insertions(+)\nmsg", {"stat": 2}, "msg"),
        ('{"a": 1}\nparse that', {"json": 1}, "parse that"),
        ("| a | b |\n|---|---|\ncompare", {"table": 2}, "compare"),
        ("$ make test\nwhy", {"shell": 1}, "why"),
        ("> they said so\nanswer it", {"quote": 1}, "answer it"),
    ],
)
def test_pasted_material_is_not_the_request(
    text: str, material: dict[str, int], sentence: str
) -> None:
    seen = outline(text)
    assert seen.material == material
    assert seen.sentences == (sentence,)


def test_a_text_of_sentences_has_no_material() -> None:
    seen = outline("The page is slow. Why? Find out - please.")
    assert seen.material == {}
    assert seen.sentences[:2] == ("The page is slow.", "Why?")


def test_where_all_is_pasted_it_is_read_all_the_same() -> None:
    assert outline("09:08:01 the sessions died. why?").sentences == (
        "09:08:01 the sessions died. why?",
    )


def test_full_width_marks_end_sentences_and_accents_are_dropped() -> None:
    assert outline("原因は?直して。").sentences == ("原因は?", "直して。")
    assert outline("Corrige l\u2019été").sentences == ("Corrige l'ete",)
    assert outline("がぎぐ").sentences == ("がぎぐ",)


def test_the_ends_of_a_huge_text_are_read() -> None:
    seen = outline("Why does it fail?\n" + "x = 1;\n" * 200_000 + "\nplease find out")
    assert seen.sentences[0] == "Why does it fail?"
    assert sum(seen.material.values()) <= 400


@given(st.text())
def test_any_text_has_an_outline(text: str) -> None:
    seen = outline(text)
    assert seen.length == len(text)
    assert all(sentence.strip() for sentence in seen.sentences)
