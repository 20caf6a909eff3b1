"""The file in which what was found out is kept."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.text import clean, is_clean
from fleettui.routing import probing_file
from fleettui.routing.probing_values import Abilities, Known, Speed

A, B = "a" * 64, "b" * 64
KNOWN = Known(
    {
        A: Abilities(A, "qwen3:8b", True, "called it", ("completion", "tools"), 40960, 8192, 5.5),
        B: Abilities(B, "deepseek-r1:32b", None, asked_at=7.0),
    },
    {("engine", A): Speed(120.0, 4.0)},
)

TEXTS = st.text(max_size=40).map(clean)
LENGTHS = st.none() | st.integers(1, 2**31)
DIGESTS = st.text(st.sampled_from("0123456789abcdef"), min_size=12, max_size=64)
MODELS = st.builds(
    Abilities, DIGESTS, TEXTS, st.none() | st.booleans(), TEXTS,
    st.none() | st.lists(TEXTS, max_size=5).map(tuple), LENGTHS, LENGTHS, st.floats(0, 2**40),
)  # fmt: skip
SPEEDS = st.builds(Speed, st.floats(0, 1e9), st.floats(1e5, 1e9))


@st.composite
def knowns(draw: st.DrawFn) -> Known:
    models = {model.digest: model for model in draw(st.lists(MODELS, max_size=6))}
    speeds = {(draw(TEXTS), digest): draw(SPEEDS) for digest in models if draw(st.booleans())}
    return Known(models, speeds)


def test_what_is_saved_is_loaded_and_is_the_owner_s_alone(tmp_path: Path) -> None:
    path = probing_file.place(str(tmp_path / "state"))
    probing_file.save(path, KNOWN)
    assert probing_file.load(path) == (KNOWN, None)
    assert path == tmp_path / "state" / "routing" / "capabilities.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["capabilities.json"]


def test_without_a_file_nothing_is_known_and_nothing_is_wrong(tmp_path: Path) -> None:
    assert probing_file.load(tmp_path / "none.json") == (Known(), None)


@given(knowns())
def test_every_value_survives_being_written(known: Known) -> None:
    assert probing_file.parse(probing_file.written(known)) == known


@given(st.binary())
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        probing_file.parse(body)


@given(st.data())
def test_no_truncated_file_is_believed(data: st.DataObject) -> None:
    body = probing_file.written(KNOWN)
    end = data.draw(st.integers(0, len(body) - 3))
    with pytest.raises(Malformed):
        probing_file.parse(body[:end])


def changed(path: str, value: Any) -> bytes:
    """The file of KNOWN with another value somewhere in it."""
    document = json.loads(probing_file.written(KNOWN))
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place = document
    for step in way:
        place = place[step]
    place[last] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "path, value",
    [
        ("schema", "fleettui.capabilities/2"),
        ("models", None),
        ("models", {}),
        ("models", [None]),
        ("models", [{}] * 501),
        ("speeds", 5),
        ("models.0.digest", "../../x"),
        ("models.0.digest", None),
        ("models.0.name", 5),
        ("models.0.name", "esc\x1b[2J"),
        ("models.0.name", "x" * 300),
        ("models.0.tools", 1),
        ("models.0.tools", "yes"),
        ("models.0.why", None),
        ("models.0.why", "bidi\u202e"),
        ("models.0.words", "tools"),
        ("models.0.words", [5]),
        ("models.0.context_length", -1),
        ("models.0.context_length", 0),
        ("models.0.context_length", True),
        ("models.0.num_ctx", 10**30),
        ("models.0.asked_at", None),
        ("models.0.asked_at", -1),
        ("models.0.asked_at", "now"),
        ("speeds.0.tokens", 1e300),
        ("speeds.0.tokens", True),
        ("speeds.0.seconds", 0),
        ("speeds.0.seconds", float("nan")),
        ("speeds.0.machine", None),
        ("speeds.0.digest", "x"),
    ],
)
def test_a_file_with_a_wrong_value_is_ignored_and_told(
    tmp_path: Path, path: str, value: Any
) -> None:
    file = tmp_path / "capabilities.json"
    file.write_bytes(changed(path, value))
    known, problem = probing_file.load(file)
    assert known == Known()
    assert problem is not None
    assert problem.startswith(f"{file} is ignored: ")
    assert is_clean(problem)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_link(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(probing_file.written(KNOWN))
    path.symlink_to(other)


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(10**9)


@pytest.mark.parametrize("make", [make_folder, make_link, make_pipe, make_huge])
def test_what_is_no_proper_file_is_ignored_and_told(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    file = tmp_path / "capabilities.json"
    make(file)
    known, problem = probing_file.load(file)
    assert known == Known()
    assert problem is not None


def test_saving_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    file, other = tmp_path / "capabilities.json", tmp_path / "precious"
    other.write_text("precious")
    file.symlink_to(other)
    probing_file.save(file, KNOWN)
    assert other.read_text() == "precious"
    assert probing_file.load(file) == (KNOWN, None)


def test_a_failed_save_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "capabilities.json"
    file.mkdir()
    with pytest.raises(OSError, match=r"capabilities\.json"):
        probing_file.save(file, KNOWN)
    assert list(tmp_path.iterdir()) == [file]


def test_the_models_that_were_asked_last_are_kept() -> None:
    digests = [f"{number:064x}" for number in range(600)]
    known = Known(
        {one: Abilities(one, "m", asked_at=float(at)) for at, one in enumerate(digests)},
        {("engine", one): Speed(1.0, 1.0) for one in digests},
    )
    kept = probing_file.parse(probing_file.written(known))
    assert set(kept.models) == set(digests[100:])
    assert {digest for _, digest in kept.speeds} == set(digests[100:])
