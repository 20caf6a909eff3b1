"""Which model is asked."""

import random
from dataclasses import replace

import pytest

from fleettui.model.ollama import Activity, InstalledModel, LoadedModel, Ollama
from fleettui.routing.asking_choice import LocalModel, local_models, ranked

GB = 10**9
SMALL = LocalModel("qwen3:8b", "engine", loaded=True, size=7 * GB, capabilities=("completion",))
LARGE = LocalModel("llama3.3:70b", "engine", loaded=True, size=48 * GB)
COLD = LocalModel("tiny:1b", "desk", size=GB, capabilities=("completion",))


def ids(*models: LocalModel, **how: frozenset[str]) -> list[str]:
    return [model.id for model in ranked(models, **how)]


def test_the_smallest_in_memory_is_first_whatever_the_order() -> None:
    models = [SMALL, LARGE, COLD, replace(LARGE, name="nobody-knows-its-size", size=None)]
    for seed in range(10):
        random.Random(seed).shuffle(models)
        assert ids(*models) == [
            "qwen3:8b@engine",
            "llama3.3:70b@engine",
            "nobody-knows-its-size@engine",
        ]


def test_what_would_have_to_be_loaded_is_asked_only_where_that_is_wanted_and_last() -> None:
    assert ids(COLD) == []
    cold = frozenset({"tiny:1b@desk"})
    assert ids(COLD, LARGE, cold=cold) == ["llama3.3:70b@engine", "tiny:1b@desk"]
    assert ids(replace(COLD, machine="engine"), cold=cold) == []


def test_one_at_work_is_asked_after_one_that_is_not() -> None:
    assert ids(replace(SMALL, busy=True), LARGE) == ["llama3.3:70b@engine", "qwen3:8b@engine"]


@pytest.mark.parametrize(
    "model",
    [
        replace(SMALL, capabilities=("embedding",)),
        replace(SMALL, capabilities=()),
        replace(SMALL, capabilities=None, family="nomic-bert"),
        replace(SMALL, cloud=True),
        replace(SMALL, context_length=512),
    ],
)
def test_what_cannot_answer_here_is_never_asked(model: LocalModel) -> None:
    assert ids(model, cold=frozenset({model.id})) == []


def test_thinking_is_off_or_as_little_as_there_is() -> None:
    assert SMALL.think is False
    assert replace(SMALL, family="gptoss").think == "low"
    assert replace(SMALL, name="gpt-oss:20b").think == "low"


def test_a_reading_becomes_the_models_of_a_machine() -> None:
    reading = Ollama(
        loaded=(
            LoadedModel("qwen3:8b", size=7 * GB, context_length=32768, digest="aa"),
            LoadedModel("going:1b", size=GB, activity=Activity.STOPPING),
            LoadedModel("at-work:1b", size=GB, activity=Activity.BUSY),
        ),
        installed=(
            InstalledModel("Qwen3:8b", size=5 * GB, capabilities=("completion",), family="qwen3"),
            InstalledModel("cloud:1", remote_host="https://ollama.com:443"),
            InstalledModel("cold", size=GB, digest="bb"),
        ),
    )
    assert local_models("engine", reading) == (
        LocalModel(
            "qwen3:8b", "engine", loaded=True, size=7 * GB, context_length=32768,
            capabilities=("completion",), family="qwen3", digest="aa",
        ),
        LocalModel("going:1b", "engine", size=GB),
        LocalModel("at-work:1b", "engine", loaded=True, busy=True, size=GB),
        LocalModel("cloud:1", "engine", cloud=True),
        LocalModel("cold", "engine", size=GB, digest="bb"),
    )  # fmt: skip
    assert local_models("engine", Ollama()) == ()
