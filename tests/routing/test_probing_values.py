"""What is known of models."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.routing.asking_choice import LocalModel
from fleettui.routing.capabilities import Capability
from fleettui.routing.client_wire import Usage
from fleettui.routing.probing_facts import measured, probed
from fleettui.routing.probing_values import FASTEST, Abilities, Known, Speed, digest_key

A, B = "a" * 64, "b" * 64

ANSWERS = st.builds(
    Usage, st.none(), st.integers(1, 2**31), st.floats(1e-9, 7 * 86400, allow_nan=False)
)


def test_before_the_first_answer_no_speed_is_known() -> None:
    assert Speed().per_s is None


def test_long_answers_count_for_more_than_short_ones() -> None:
    speed = Speed().after(Usage(None, 10, 1.0)).after(Usage(None, 990, 9.0))
    assert speed.per_s == 100.0


def test_what_was_long_ago_is_forgotten() -> None:
    speed = Speed()
    for _ in range(50):
        speed = speed.after(Usage(None, 1000, 100.0))
    for _ in range(50):
        speed = speed.after(Usage(None, 1000, 10.0))
    assert speed.per_s == pytest.approx(100.0, rel=0.01)


def test_a_speed_that_no_machine_has_is_not_believed() -> None:
    before = Speed(100.0, 2.0)
    assert before.after(Usage(None, 2**31, 1e-9)) == before


@given(st.lists(ANSWERS, max_size=30))
def test_the_measure_lies_between_the_slowest_and_the_fastest_answer(answers: list[Usage]) -> None:
    speed = Speed()
    for usage in answers:
        speed = speed.after(usage)
    rates = [
        one.tokens_out / one.seconds for one in answers if one.tokens_out <= FASTEST * one.seconds
    ]
    assert (speed.per_s is None) == (not rates)
    if speed.per_s is not None:
        assert min(rates) * 0.999 <= speed.per_s <= max(rates) * 1.001


@pytest.mark.parametrize(
    "digest, key",
    [
        (A, A),
        (f"sha256:{A}", A),
        ("abcdef012345", "abcdef012345"),
        ("short", None),
        ("A" * 64, None),
        ("a" * 65, None),
        (f"{A}\n", None),
        ("../../etc/passwd", None),
        ("", None),
        (None, None),
    ],
)
def test_a_digest_has_one_form(digest: str | None, key: str | None) -> None:
    assert digest_key(digest) == key


def test_what_a_server_does_not_list_is_filled_in() -> None:
    known = Known({A: Abilities(A, "qwen3:8b", words=("completion", "tools"))})
    model = LocalModel("qwen3:8b", "engine", digest=f"sha256:{A}")
    assert known.filled(model).capabilities == ("completion", "tools")
    listed = LocalModel("qwen3:8b", "engine", digest=A, capabilities=("embedding",))
    assert known.filled(listed) == listed
    other = LocalModel("qwen3:8b", "engine", digest=B)
    assert known.filled(other) == other


def test_the_words_of_the_routing_decision() -> None:
    known = Known(
        {
            A: Abilities(A, "qwen3:8b", tools=True, words=("completion",), context_length=40960),
            B: Abilities(B, "nomic:1", tools=False, words=("embedding",)),
        },
        {("engine", A): Speed(100.0, 2.0), ("engine", "c" * 64): Speed(1.0, 1.0)},
    )
    assert probed(known) == {
        A: Capability(tools=True, edits=True, chat=True, context=40960),
        B: Capability(tools=False, edits=None, chat=False, context=None),
    }
    assert measured(known) == [("engine", "qwen3:8b", 50.0)]
