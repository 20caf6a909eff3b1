from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fleettui.git.runner import Git
from fleettui.model.errors import Malformed
from fleettui.review.forecast.touched import Touched, above, entangled, listed, meet, read_touched
from fleettui.review.reading.evaluate import evaluate
from tests.lab.branches import Written

PAIR = ("a" * 40, "b" * 40)


def test_folders_above_paths() -> None:
    assert above([b"a/b/c", b"a/b/d", b"top", b"x/y"]) == {b"a", b"a/b", b"x"}
    assert above([]) == frozenset()


def _touched(added: str = "", removed: str = "", edited: str = "", commits: str = "") -> Touched:
    new, gone, same = (
        [path.encode() for path in text.split()] for text in (added, removed, edited)
    )
    paths = frozenset([*new, *gone, *same])
    return Touched(
        paths,
        above(paths),
        above(new),
        above(gone),
        frozenset(commits.split()),
        certain=True,
        adds=bool(new),
        removes=bool(gone),
    )


def test_what_meets() -> None:
    assert meet(_touched(edited="a"), _touched(removed="a"))
    assert meet(_touched(added="a"), _touched(edited="a/b/c"))
    assert meet(_touched(added="src/new/x"), _touched(removed="src/old"))
    assert meet(_touched(commits="c1 c2"), _touched(commits="c2 c3"))


def test_what_does_not_meet() -> None:
    assert not meet(_touched(edited="a/b", commits="c1"), _touched(edited="a/c", commits="c2"))
    assert not meet(_touched(added="a/b"), _touched(added="a/c", edited="a/d"))
    assert not meet(_touched(removed="a/b"), _touched(removed="a/c"))
    assert not meet(_touched(added="new"), _touched(removed="old"))


def test_groups_are_entangled_where_a_rename_can_be_made_of_two() -> None:
    removing, adding = _touched(removed="a"), _touched(added="b")
    assert entangled([[removing, _touched(edited="a")], [adding]])
    assert entangled([[removing], [adding, _touched(added="b")]])
    assert not entangled([[removing], [adding]])
    assert not entangled([[removing, adding], [_touched(edited="c")]])


def test_a_list_of_changes_is_read_for_each_pair() -> None:
    raw = b"%s\0%s\0:100644 100644 %s %s M\0:odd\n\0" % (
        b"a" * 40, b"c" * 40, b"1" * 40, b"2" * 40,
    )  # fmt: skip
    found = listed(raw, [PAIR, ("c" * 40, "d" * 40)])
    assert found[PAIR] == ()
    (change,) = found["c" * 40, "d" * 40]
    assert change.path == b":odd\n"


@given(st.binary() | st.text(alphabet="a0:\0 M", max_size=200).map(str.encode))
def test_any_list_is_read_or_malformed(raw: bytes) -> None:
    with suppress(Malformed):
        assert set(listed(raw, [PAIR])) == {PAIR}


async def test_a_rename_of_the_targets_own_makes_uncertain(tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(20))
    start = {"a/x": text, "a/y": "y\n", "b": "b\n"}
    written = Written()
    base = written.commit(start)
    target = written.commit({"moved": text, "b": "b\n", "z": "z\n"}, base)
    heads = [
        written.commit({**start, "a/x": text + "more\n"}, base),
        written.commit({**start, "b": "more\n"}, base),
        written.commit({**start, "a/new": "new\n"}, base),
        written.commit({**start, "z": "z\n"}, base),
        written.commit({"moved": text, "b": "more\n", "z": "z\n"}, target),
    ]
    names = written.write(tmp_path)
    q = Git(git_dir=str(tmp_path))
    evaluations = [await evaluate(q, names[target - 1], names[head - 1]) for head in heads]
    touched = await read_touched(q, evaluations)
    assert [one.certain for one in touched] == [False, True, False, False, True]
    assert touched[1].paths == {b"b"}
