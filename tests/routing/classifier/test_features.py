"""What is looked at in a text."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.routing.classifier.features import GROUPS, ROWS, concepts, features, tokens

pytestmark = pytest.mark.filterwarnings("error")


def test_names_of_files_numbers_and_references_count_by_their_sort() -> None:
    assert tokens("Fix #12 in src/app.py at https://a.example/x, v1.2.3, 40 %, run()!") == [
        "fix",
        "<ref>",
        "in",
        "<path>",
        "at",
        "<url>",
        "<version>",
        "<number>",
        "<call>",
        "!",
    ]


def test_scripts_without_spaces_are_read_in_pairs() -> None:
    assert tokens("単体テスト") == ["単体", "体テ", "テス", "スト"]


@pytest.mark.parametrize(
    "sentence,expected",
    [
        ("rename the variable", "RENAME"),
        ("umbenennen bitte", "RENAME"),
        ("переименуй метод", "RENAME"),
        ("メソッドを改名", "RENAME"),
        ("重命名这个函数", "RENAME"),
        ("flesh out the story", "ELABORATE"),
        ("write the acceptance criteria", "ELABORATE"),
        ("go or no-go", "DECIDE"),
        ("resuelve los conflictos", "CONFLICT"),
        ("단위 테스트 작성", "TEST"),
    ],
)
def test_a_concept_is_found_in_many_languages(sentence: str, expected: str) -> None:
    assert expected in concepts(sentence)


def test_words_of_nothing_in_particular_have_no_concept() -> None:
    assert concepts("zebra umbrella") == []


def test_the_same_request_with_other_material_keeps_its_words() -> None:
    bare = features("why is that")
    pasted = features("2026-01-01 10:00:00 ERROR x\nwhy is that")
    assert bare["word"] == pasted["word"]
    assert bare["shape"] != pasted["shape"]


def test_features_do_not_depend_on_the_seed_of_hashes() -> None:
    code = (
        "from fleettui.routing.classifier.features import features;"
        "print(features('Review this diff: why? - a\\n+b;'))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


@given(st.text())
def test_any_text_has_features_within_bounds(text: str) -> None:
    for group, rows in features(text).items():
        assert group in GROUPS
        assert rows == sorted(set(rows))
        assert all(0 <= row < ROWS for row in rows)
