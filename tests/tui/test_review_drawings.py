"""What the review screen draws, as lines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.change import (
    Change,
    ChangeKey,
    ChangeState,
    Comment,
    Forecast,
    Gate,
    Prompt,
    Side,
)
from fleettui.model.landing import Car, Preview, Strategy, Train
from fleettui.model.review import CloneView, FetchState, ReviewView
from fleettui.model.review_port import Against
from fleettui.model.text import is_clean
from fleettui.tui.draw import review_sheets as sheets
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import Line, line_cells, plain
from fleettui.tui.draw.review_about import about_lines
from fleettui.tui.draw.review_bar import Bar, Below, below_lines, draw_bar
from fleettui.tui.draw.review_files import Strip, draw_strip
from fleettui.tui.draw.review_list import Listed, draw_list, key_at
from fleettui.tui.draw.review_marks import gate_name, mark, turn, waits
from fleettui.tui.draw.review_summary import Summary, summary_lines
from fleettui.tui.draw.wrap import wrapped
from fleettui.tui.review_order import groups, next_waiting, shown
from fleettui.tui.said import Manner, Said
from tests.tui import reviews
from tests.tui.fleets import NOW

READY = reviews.change("t-1", "One")
TEXTS = st.text(max_size=30)


def listed(view: ReviewView, **more: object) -> Listed:
    """The list of a review."""
    made = Listed(groups(view), NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def text_of(drawing: Drawing) -> str:
    """All lines."""
    return "\n".join(plain(line) for line in drawing.lines)


def said(lines: list[Line]) -> str:
    """All lines."""
    return "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize(
    "change, word, is_waiting",
    [
        (READY, "ready", True),
        (replace(READY, state=ChangeState.PENDING, evaluation=None), "reading…", False),
        (replace(READY, state=ChangeState.CONFLICTS), "conflicts", True),
        (replace(READY, state=ChangeState.GATES_FAILED), "gates failed", True),
        (reviews.approved(READY), "approved", False),
        (replace(reviews.approved(READY), state=ChangeState.CONFLICTS), "conflicts", False),
        (replace(READY, prompts=(Prompt(1, READY.head, "x", NOW),)), "sent back", False),
        (replace(READY, prompts=(Prompt(1, "e" * 40, "x", NOW),)), "ready", True),
        (replace(READY, state=ChangeState.TOO_LARGE), "too large", False),
        (replace(READY, state=ChangeState.INVALID), "invalid", False),
        (replace(READY, state=ChangeState.EMPTY), "empty", False),
        (replace(READY, state=ChangeState.MERGED), "landed", False),
        (replace(READY, state=ChangeState.REJECTED), "rejected", False),
    ],
)
def test_the_mark_of_a_change(change: Change, word: str, is_waiting: bool) -> None:
    assert mark(change).word == word
    assert waits(change) == is_waiting


def test_what_waits_comes_first_and_the_forecast_moves_nothing() -> None:
    view = ReviewView((reviews.repo(*reviews.changes()),))
    order = [change.key.task for change in shown(groups(view))]
    assert order == ["t-47", "t-43", "t-42", "t-44", "t-51", "t-40"]
    other = tuple(replace(each, forecast=Forecast((), (), 1)) for each in view.changes)
    again = ReviewView((replace(view.repos[0], changes=other[::-1]),))
    assert [change.key.task for change in shown(groups(again))] == order
    everything = shown(groups(view, over=True))
    assert [change.key.task for change in everything[-2:]] == ["t-38", "t-39"]
    assert turn(everything[-1]) == 4


def test_a_repository_in_which_something_waits_comes_first() -> None:
    quiet = reviews.repo(replace(READY, key=ChangeKey("lib", "brain", "t-1"),
                                 state=ChangeState.MERGED), name="lib")  # fmt: skip
    view = ReviewView((quiet, reviews.repo(READY)))
    assert [group.repo.name for group in groups(view)] == ["app", "lib"]


@pytest.mark.parametrize(
    "done, expected", [("t-47", "t-43"), ("t-43", "t-42"), ("t-44", "t-60"), ("t-60", "t-47")]
)
def test_after_a_verdict_the_next_one_below_then_from_the_top(done: str, expected: str) -> None:
    view = reviews.view()
    found = shown(groups(view))
    key = next(change.key for change in found if change.key.task == done)
    after = next_waiting(found, view, key)
    assert after is not None
    assert after.task == expected


def test_a_list_that_does_not_fit_has_one_line_a_change() -> None:
    view = reviews.view()
    key = shown(groups(view))[1].key
    tall, flat = (draw_list(listed(view, chosen=key), 50, height) for height in (40, 12))
    assert len(tall.lines) == len(flat.lines) + 7
    assert tall.cursor == (4, 2)
    assert flat.cursor == (3, 1)
    assert "▲ t-43  ready      +64 −31  ▲2" in text_of(flat)
    assert key_at(listed(view), 50, 40, 5) == key
    assert key_at(listed(view), 50, 12, 3) == key
    assert key_at(listed(view), 50, 40, 0) is None


@pytest.mark.parametrize(
    "clone, expected",
    [
        (CloneView("brain", FetchState.OK, NOW - timedelta(seconds=8)), "brain 8s"),
        (CloneView("brain", FetchState.OK, NOW - timedelta(minutes=4)), "◌ stale: brain 4m"),
        (CloneView("brain", FetchState.FETCHING, NOW - timedelta(minutes=4)), "◌ stale: brain 4m"),
        (CloneView("brain", FetchState.FETCHING), "⟳ reading brain"),
        (CloneView("brain", FetchState.FAILED, None, "no route"), "✕ brain: no route"),
        (
            CloneView("brain", FetchState.FAILED, NOW - timedelta(hours=2), "no route"),
            "✕ brain, seen 2h ago: no route",
        ),
    ],
)
def test_how_a_clone_was_read(clone: CloneView, expected: str) -> None:
    view = ReviewView((reviews.repo(READY, clones=(clone,)),))
    assert expected in text_of(draw_list(listed(view), 60, 20))


def test_the_bar_says_the_order_and_what_is_left_out_of_it() -> None:
    view = reviews.view()
    wide = text_of(draw_bar(Bar(view, view.repos[0]), 160, 1))
    assert "order t-43 → t-51 → t-47 (t-42 conflicts with t-43)" in wide
    assert "waiting on you 5 · approved 1 · sent back 1 · conflicts 1 · all 9" in wide
    assert "⟳ computing" in text_of(
        draw_bar(Bar(view, replace(view.repos[0], pending=True)), 160, 1)
    )


def test_a_long_refusal_is_told_whole_on_several_lines() -> None:
    text = "app was not changed: your unsaved src/queue/dequeue.py would be overwritten: commit it"
    lines = below_lines(Below(said=Said(Manner.FAILED, text)), 40)
    assert len(lines) == 3
    assert "".join(plain(line)[3:] for line in lines).replace(" ", "") == text.replace(" ", "")
    both = below_lines(Below(("merging agent/t-1",), Said(Manner.WHY, "wait")), 40)
    assert [plain(line).strip() for line in both] == ["⟳ merging agent/t-1", "▲ wait"]


def summary(change: Change, **more: object) -> str:
    """The lines above the diff of a change."""
    made = Summary(change, reviews.repo(change), NOW, change.evaluation)
    return said(summary_lines(replace(made, **more), 100))  # type: ignore[arg-type]


def test_the_summary_of_a_change_with_everything() -> None:
    text = summary(reviews.retry_loop())
    assert "▲ agent/t-43  Fix the retry loop in the queue" in text
    assert "codex · gpt-oss:20b · $0.12" in text
    assert (
        "brain · ready · 3 commits · 5 files · +64 −31 · behind 0 · merges cleanly → tree" in text
    )
    assert "gates ✓ pytest ✓ ruff" in text
    assert "▸▲ 1/3 .github/workflows/ci.yml  a CI workflow runs on push   b acknowledges" in text
    brief = summary(reviews.retry_loop(), brief=True, signal=1)
    assert "▸▲ 2/3 tests/test_queue.py" in brief
    assert len(brief.splitlines()) == 3


@pytest.mark.parametrize(
    "change, expected",
    [
        (
            reviews.change("t-1", "x", conflicts=("a.py", "b.py"), state=ChangeState.CONFLICTS),
            "✕ conflicts with main in 2 files: a.py, b.py",
        ),
        (replace(READY, head="e" * 40), "⟳ new commits since you opened it: press enter"),
        (reviews.approved(READY), "✓ approved by ada 1m ago"),
        (
            replace(reviews.approved(READY), evaluation=reviews.evaluation("x")),
            "✓ approved on main 3fa9c1e, which has moved since",
        ),
        (reviews.changes()[-1], "✕ rejected 2h ago: no"),
        (reviews.changes()[5], "⟳ comments sent back 0s ago, stored until an agent takes it"),
        (
            replace(READY, forecast=Forecast(("agent/t-9",))),
            "⇄ conflicts once agent/t-9 has landed",
        ),
        (replace(READY, problem="a tree names .git"), "✕ a tree names .git"),
    ],
)
def test_the_summary_says_what_matters_for_a_verdict(change: Change, expected: str) -> None:
    assert expected in summary(change)


def test_the_strip_shows_whole_files_after_the_one_of_the_cursor() -> None:
    files = tuple(
        reviews.file(path, *lines)
        for path, *lines in (("a.py", 1, 2), ("some/longer/path.py", 3, 4), ("c.bin", None, None))
    )
    strip = Strip(files, 1, frozenset(("a.py",)), Against.MADE)
    text = text_of(draw_strip(strip, 90, 1))
    assert text.startswith(" 2/3 ▸ some/longer/path.py +3 −4   3   c.bin binary")
    assert text.endswith("✓ 1 of 3 · what the agent did ")
    assert text_of(draw_strip(strip, 56, 1)).startswith(" 2/3 ▸ some/longer")


@pytest.mark.parametrize(
    "command, expected",
    [
        (("uv", "run", "pytest", "-q"), "pytest"),
        (("make", "-j4", "lint"), "make"),
        (("/usr/bin/true",), "true"),
        (("npm", "run", "test"), "test"),
        (("-x",), "-x"),
    ],
)
def test_the_name_of_a_gate(command: tuple[str, ...], expected: str) -> None:
    assert gate_name(Gate(command, 0)) == expected


def test_a_train_stops_where_it_is_blocked() -> None:
    cars = [
        Car(READY.key, "One", READY.head, "a" * 40, "b" * 40, "c" * 40, "m"),
        Car(READY.key, "Two", READY.head, "b" * 40, "", "", "m", (), "it conflicts in a.py"),
    ]
    text = said(sheets.train_lines(Train("app", "main", Strategy.MERGE, tuple(cars)), 90))
    assert "main       aaaaaaa → bbbbbbb   1 change" in text
    assert " 1 agent/t-1  One" in text
    assert "the train stops here: it conflicts in a.py" in text


def test_a_merge_that_is_blocked_says_why() -> None:
    preview = Preview(
        READY.key, "main", "a" * 40, "b" * 40, "c" * 40, READY.head, Strategy.REBASE,
        "message", 2, 3, 4, None, (), ("a rebase is in progress", "disk full"),
    )  # fmt: skip
    text = said(sheets.merge_lines(preview, 80))
    assert "no folder changes: main is not checked out" in text
    assert "✕ a rebase is in progress\n✕ disk full" in text
    assert "▸rebase" in text


@given(TEXTS, st.integers(1, 220))
def test_whatever_texts_say_lines_are_clean_and_fit(text: str, width: int) -> None:
    comment = Comment(1, text, Side.NEW, 3, text, NOW, "a" * 40, text)
    odd = replace(
        reviews.retry_loop(), key=ChangeKey(text, text, text), title=text, author=text, agent=text,
        text=text, problem=text, comments=(comment,), prompts=(Prompt(1, "x", text, NOW, text),),
        signals=(replace(reviews.LOCK, path=text, detail=text),),
    )  # fmt: skip
    repo = reviews.repo(odd, name=text, target=text, undoable=text, warnings=(text,), problem=text)
    view = ReviewView((repo,), (text,))
    lines: list[Line] = [
        *draw_list(listed(view), width, 10).lines,
        *draw_bar(Bar(view, repo), width, 1).lines,
        *below_lines(Below((text,), Said(Manner.WHY, text), repo), width),
        *below_lines(Below(repo=repo), width),
        *summary_lines(Summary(odd, repo, NOW, odd.evaluation), width),
        *sheets.fitted(sheets.send_lines(odd, width), width),
        *sheets.fitted(about_lines(odd, NOW, width), width),
    ]
    for line in lines:
        assert line_cells(line) <= width
        assert all(is_clean(piece) for piece, _ in line)


@given(TEXTS, st.integers(1, 60))
def test_wrapped_lines_fit(text: str, room: int) -> None:
    assert all(line_cells(((line, "text"),)) <= max(room, 2) for line in wrapped(text, room))  # type: ignore[arg-type]


def test_numbers_of_all_changes_stand_below_each_other() -> None:
    small = reviews.change("t-2", "Two", files=(reviews.file("a", 3, 1),))
    large = reviews.change("t-1", "One", files=(reviews.file("b", 1234, 567),))
    binary = reviews.change("t-3", "Three", files=(reviews.file("c", None, None),))
    view = ReviewView((reviews.repo(small, large, binary),))
    for height in (40, 4):
        rows = [row for row in text_of(draw_list(listed(view), 70, height)).splitlines()
                if "−" in row]  # fmt: skip
        assert len({row.index("−") + len(row[row.index("−") :].split()[0]) for row in rows}) == 1
        assert len({row.index("brain") for row in rows}) == 1


@pytest.mark.parametrize(
    "width, order",
    [
        (140, "order t-43 → t-51 → t-47 (t-42 conflicts with t-43)"),
        (110, "order t-43 → t-51 → t-47"),
        (99, "order t-43 → t-51 → +1"),
        (95, "main @ 3fa9c1e"),
    ],
)
def test_the_order_takes_the_room_that_there_is(width: int, order: str) -> None:
    view = ReviewView((reviews.repo(*reviews.changes()[:5], unpushed=0),))
    line = plain(draw_bar(Bar(view, view.repos[0]), width, 1).lines[0])
    assert line.rstrip().endswith(order)
