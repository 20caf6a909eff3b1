"""The shipped classifier, asked as the router asks it."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.model.kind import Category, Kind
from fleettui.routing.classifier import Guess, classify
from fleettui.routing.classifier.guess import NOVEL_AT, decide
from fleettui.routing.classifier.weights import KINDS
from training.data import own

SANITY = [
    (entry["text"], Kind(entry["kind"]))
    for line in Path(__file__).with_name("sanity.jsonl").read_text("utf-8").splitlines()
    for entry in [json.loads(line)]
]
PIECES = st.sampled_from(
    [
        "<<<<<<< HEAD\n",
        "```\n",
        "diff --git a/x b/x\n",
        "why? ",
        "\x00",
        "\ud800",
        "\u202e",
        "テスト",
    ]
)


def check(found: Guess) -> None:
    assert found.category is found.kind.category
    assert 0.0 <= found.confidence <= 1.0
    assert sorted(kind for kind, _ in found.ranked) == sorted(Kind)
    chances = [chance for _, chance in found.ranked]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1.0)


def test_clear_tasks_of_all_kinds_and_many_languages_are_known() -> None:
    wrong = [
        (text, str(classify(text).kind))
        for text, kind in SANITY
        if classify(text).category is not kind.category
    ]
    assert len(wrong) <= 0.1 * len(SANITY), wrong
    dear = [
        text
        for text, kind in SANITY
        if kind.category in (Category.MECHANICAL, Category.REASONING)
        and classify(text).category is Category.NOVEL
    ]
    assert dear == []


def test_the_clear_tasks_are_not_what_it_learned_from() -> None:
    known = {task.text for task in own()}
    assert not [text for text, _ in SANITY if text in known]
    assert set(Counter(kind for _, kind in SANITY)) == set(Kind)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "?", "hm", "the thing", "stuff"])
def test_what_says_nothing_is_unclear_rather_than_another_novel_kind(text: str) -> None:
    found = classify(text)
    check(found)
    assert found.category is not Category.NOVEL or found.kind is Kind.AMBIGUOUS


@given(st.text(max_size=400))
def test_any_text_has_a_valid_guess(text: str) -> None:
    check(classify(text))


@given(st.lists(PIECES | st.text(max_size=20), max_size=40).map("".join))
def test_any_mixture_of_pasted_things_has_a_valid_guess(text: str) -> None:
    check(classify(text))


@given(st.binary(max_size=400))
def test_any_bytes_have_a_valid_guess(data: bytes) -> None:
    check(classify(data.decode("utf-8", "replace")))
    check(classify(data.decode("latin-1")))
    check(classify(data.decode("utf-8", "surrogateescape")))


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "\n", "- x\n", "a.", "/", "x" * 99 + " ", "テ", "<<<<<<< HEAD\n", "\u0301", "|"],
)
def test_a_megabyte_of_anything_is_answered(piece: str) -> None:
    check(classify(piece * (1_000_000 // len(piece))))


def test_the_same_text_has_the_same_guess() -> None:
    assert [classify(text) for text, _ in SANITY] == [classify(text) for text, _ in SANITY]


def scores_for(**chances: float) -> list[float]:
    return [chances.get(kind.name.lower(), -9.0) for kind in KINDS]


def test_kinds_of_a_category_speak_together() -> None:
    found = decide(scores_for(bug_hunting=1.0, code_generation=0.9, lint_style=0.9))
    assert found.category is Category.MECHANICAL
    assert found.ranked[0][0] is Kind.BUG_HUNTING


def test_the_dearest_category_must_be_likelier_than_the_others_together() -> None:
    found = decide(scores_for(architectural_decision=1.0, gap_analysis=0.6, bug_hunting=0.6))
    assert found.ranked[0][0] is Kind.ARCHITECTURAL_DECISION
    assert found.ranked[0][1] < NOVEL_AT
    assert found.category is not Category.NOVEL


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=len(KINDS), max_size=len(KINDS)))
def test_any_scores_make_a_valid_guess(values: list[float]) -> None:
    check(decide(values))


def test_nothing_but_the_standard_library_is_loaded() -> None:
    code = (
        "import sys; from fleettui.routing.classifier import classify; classify('x');"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    foreign = set(done.stdout.split()) - set(sys.stdlib_module_names) - {"fleettui"}
    assert not {name for name in foreign if not name.startswith("_")} & {
        "numpy",
        "textual",
        "httpx",
    }


def test_the_weights_are_read_by_the_first_guess_and_not_by_the_import() -> None:
    code = (
        "from fleettui.routing.classifier import classify;"
        "from fleettui.routing.classifier.weights import shipped;"
        "before = shipped.cache_info().currsize; classify('x');"
        "print(before, shipped.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["0", "1"]
