"""Expected models against installed ones."""

import pytest

from fleettui.model.ollama import InstalledModel
from fleettui.model.text import clean
from fleettui.probes.ollama_names import full_name, missing
from fleettui.probes.ollama_wire import ROWS_CAP


def here(*names: str) -> tuple[InstalledModel, ...]:
    return tuple(InstalledModel(name) for name in names)


@pytest.mark.parametrize(
    "written, same_as",
    [
        ("qwen3", "qwen3:latest"),
        ("Qwen3:8B", "qwen3:8b"),
        ("library/qwen3:8b", "qwen3:8b"),
        ("registry.ollama.ai/library/qwen3", "qwen3:latest"),
        ("https://registry.ollama.ai/library/qwen3:8b", "qwen3:8b"),
        (" qwen3:8b ", "qwen3:8b"),
        ("hf.co/someone/Model-GGUF:Q4_K_M", "hf.co/someone/model-gguf:q4_k_m"),
        ("localhost:5000/someone/model", "localhost:5000/someone/model:latest"),
    ],
)
def test_the_ways_to_write_a_name(written: str, same_as: str) -> None:
    assert full_name(written) == full_name(same_as)


@pytest.mark.parametrize(
    "name, other",
    [("qwen3:8b", "qwen3"), ("me/qwen3", "qwen3"), ("localhost:5000/a", "localhost:5000")],
)
def test_names_that_are_not_the_same(name: str, other: str) -> None:
    assert full_name(name) != full_name(other)


def test_what_is_missing_is_told_as_it_was_written_and_in_that_order() -> None:
    expected = ("zeta:1b", "qwen3", "Alpha", "gpt-oss:120b-cloud")
    assert missing(expected, here("qwen3:latest", "gpt-oss:120b-cloud")) == ("zeta:1b", "Alpha")


def test_one_model_written_twice_is_missing_once() -> None:
    assert missing(("a", "a:latest"), here()) == ("a:latest",)


def test_nothing_expected_is_nothing_missing() -> None:
    assert missing((), here("a:1b")) == ()


def test_clean_names_are_compared_with_clean_names() -> None:
    name = "odd\u202ename:1b"
    assert missing((name,), here(clean(name))) == ()
    assert missing((name,), here()) == (clean(name),)


def test_unknown_where_the_installed_models_are_not_all_known() -> None:
    assert missing(("a",), None) is None
    assert missing(("a",), here(*(f"m{number}" for number in range(ROWS_CAP)))) is None
