"""What worktrees.sh prints: any bytes are understood or refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.probes.agents_guess import guesses
from fleettui.probes.worktrees_wire import clones, fields


def told(*parts: bytes) -> bytes:
    return b"".join(part + b"\0" for part in parts).hex().encode()


HEALTHY = (
    *(
        b"tree",
        b"t",
        b"/w/t",
        b"/r/.git/worktrees/t",
        b"/w/t",
        b"ref: refs/heads/agent/t",
        b"",
        b"",
    ),
    *(b"%b %b 1 2 1790000000" % (b"a" * 40, b"b" * 40), b"0", b""),
    *(b"# branch.oid " + b"a" * 40, b"# branch.head agent/t", b".", b"."),
)


def test_a_healthy_worktree() -> None:
    (clone,) = clones(fields(told(b"clone", b"0", b"/r", b"", *HEALTHY)))
    (tree,) = clone.trees
    assert (tree.branch, tree.head, tree.dirty) == (b"agent/t", "a" * 40, False)
    assert (tree.counts.behind, tree.counts.ahead) == (1, 2)


def test_what_is_cut_off_is_left_out() -> None:
    whole = told(b"clone", b"0", b"/r", b"", *HEALTHY, *HEALTHY)
    (clone,) = clones(fields(whole[:-8]))
    assert len(clone.trees) == 1


@pytest.mark.parametrize("raw", [b"xyz", b"abc", b"\xff", told(b"tree"), told(b"other")])
def test_what_makes_no_sense_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        clones(fields(raw))


def outcome(parser: Any, parts: list[bytes]) -> Any:
    try:
        return parser(parts)
    except Malformed as malformed:
        return malformed.text


FIELDS = st.lists(
    st.binary(max_size=60)
    | st.sampled_from(
        (b"clone", b"more", b"0", b".", b"boot", b"proc", b"ps", b"folders", *HEALTHY)
    )
)


@given(FIELDS)
def test_any_worktrees(parts: list[bytes]) -> None:
    assert outcome(clones, parts) == outcome(clones, parts)


@given(FIELDS)
def test_any_processes(parts: list[bytes]) -> None:
    assert outcome(guesses, parts) == outcome(guesses, parts)


@given(st.lists(st.just(HEALTHY) | st.binary(max_size=20).map(lambda part: (part,))))
def test_any_worktree(parts: list[tuple[bytes, ...]]) -> None:
    flat = [b"clone", b"0", b"/r", b"", *(field for part in parts for field in part)]
    assert outcome(clones, flat) == outcome(clones, flat)
