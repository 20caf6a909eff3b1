"""Training from texts: repeatable, and honest about what was held out."""

import json
from pathlib import Path

import pytest

from fleettui.model.kind import Kind
from fleettui.routing.classifier.features import features
from fleettui.routing.classifier.guess import guess
from fleettui.routing.classifier.weights import pack
from training import trial
from training.data import PATTERNS, TASKS, Task, filled, own, read
from training.fit import fit, quantised

SMALL = [
    Task(f"{verb} {thing}", kind, "en", batch)
    for batch, thing in (("a", "the parser"), ("b", "the login page"), ("c", "our importer"))
    for verb, kind in (
        ("write unit tests for", Kind.TEST_GENERATION),
        ("find out why it crashes in", Kind.BUG_HUNTING),
        ("resolve the merge conflict in", Kind.CONFLICT_RESOLUTION),
        ("review my changes to", Kind.CODE_REVIEW_SYNTHESIS),
    )
]


def learned() -> bytes:
    return pack(quantised(*fit(SMALL, [features(task.text) for task in SMALL], rounds=15)))


def test_the_same_texts_give_the_same_bytes() -> None:
    assert learned() == learned()


def test_a_small_model_knows_what_it_learned() -> None:
    weights = quantised(*fit(SMALL, [features(task.text) for task in SMALL], rounds=15))
    found = guess(weights, features("review my changes to the cache"))
    assert found.kind is Kind.CODE_REVIEW_SYNTHESIS


def test_held_out_batches_are_answered_once_each() -> None:
    found = trial.held_out(SMALL, 0.5)
    assert sorted(task.text for task, _ in found) == sorted(task.text for task in SMALL)
    given = trial.answers(found, 1.0)
    assert trial.share_right(given) == 1.0
    assert trial.share_dear(given) == 0.0
    assert sum(count for _, _, count in trial.calibration(given)) == len(SMALL)
    assert 0.0 <= trial.misfit(given) <= 1.0


def test_the_texts_are_many_different_and_of_every_kind() -> None:
    written = read(sorted(TASKS.glob("*.jsonl")))
    assert len({task.text for task in written}) >= 2500
    everything = own()
    assert len({task.text for task in everything}) == len(everything)
    for kind in Kind:
        assert sum(task.kind is kind for task in everything) >= 150
    assert len({task.language for task in written}) >= 12
    assert all(task.text.strip() for task in written)


def test_gaps_are_filled_with_the_same_things_for_all_kinds() -> None:
    tasks = filled(
        "## thing\nmap\nmenu\n## code-generation\nadd a {thing}\n## ambiguous\n{thing}\n", 2
    )
    assert [(task.text, task.kind) for task in tasks] == [
        ("add a map", Kind.CODE_GENERATION),
        ("add a menu", Kind.CODE_GENERATION),
        ("map", Kind.AMBIGUOUS),
        ("menu", Kind.AMBIGUOUS),
    ]


def test_no_pattern_is_left_with_a_gap() -> None:
    names = ("thing", "file", "change", "past", "symptom")
    for task in filled(PATTERNS.read_text("utf-8"), 3):
        assert not any(f"{{{name}}}" in task.text for name in names)


def test_a_file_of_tasks_is_read(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps({"text": "x", "kind": "ambiguous", "source": "real:a/b"}) + "\n")
    assert read([path]) == [Task("x", Kind.AMBIGUOUS, "?", "real:a/b")]


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"text": "x", "kind": "poetry", "source": "a"}\n')
    with pytest.raises(ValueError, match="poetry"):
        read([path])
