"""The file of weights in the package."""

from pathlib import Path

import pytest

import fleettui.routing.classifier
from fleettui.routing.classifier.features import ROWS, features
from fleettui.routing.classifier.weights import KINDS, Weights, pack, parse, scores, share, shipped

FILE = Path(fleettui.routing.classifier.__file__).with_name("weights.bin")


def test_the_shipped_weights_are_whole_and_small() -> None:
    data = FILE.read_bytes()
    assert len(data) < 1_000_000
    assert parse(data) == shipped()
    assert len(shipped().bias) == len(KINDS)


def test_weights_come_back_as_they_were_packed() -> None:
    data = pack(shipped())
    assert data == FILE.read_bytes()


@pytest.mark.parametrize("cut", [slice(0, 0), slice(0, -1), slice(1, None), slice(0, 40)])
def test_a_damaged_file_is_refused(cut: slice) -> None:
    with pytest.raises(ValueError, match="weights"):
        parse(FILE.read_bytes()[cut])


def test_weights_of_another_version_are_refused() -> None:
    data = FILE.read_bytes()
    with pytest.raises(ValueError, match="another version"):
        parse(b"other" + data[5:])


def test_scores_are_the_bias_and_a_share_of_each_group() -> None:
    seen = features("ping")
    flat = Weights((0.5,) * len(KINDS), 0.25, b"\x02" * (ROWS * len(KINDS)))
    expected = 0.5 + sum(
        0.25 * 2 * len(rows) * share(group, len(rows)) for group, rows in seen.items()
    )
    assert scores(flat, seen) == pytest.approx([expected] * len(KINDS))
