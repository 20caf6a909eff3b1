"""The review screen, driven by keys over made-up changes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot

from fleettui.model.change import ChangeKey, Side
from fleettui.model.review import ReviewView
from fleettui.model.text import is_clean
from fleettui.tui.screens.review import ReviewScreen
from tests.tui import fleets, reviews
from tests.tui.reviews import Reviews
from tests.tui.screen import app_for, press, text_of

SIZES = [(80, 24), (120, 40), (200, 60)]
WIDE = (120, 40)
NARROW = (80, 24)
T43, T47, T42 = (ChangeKey("app", machine, task) for machine, task in
                 (("brain", "t-43"), ("brain", "t-47"), ("mini", "t-42")))  # fmt: skip


def app_with(service: Reviews | None, **options: object):  # type: ignore[no-untyped-def]
    """The application over stand-ins."""
    return app_for(fleets.Port(fleets.fleet_of(2)), review=service, **options)


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> str:
    """Wait until something is so, and look."""
    async with asyncio.timeout(20):
        while not true():
            await pilot.pause(0.02)
    await pilot.pause()
    return text_of(pilot.app)  # type: ignore[arg-type]


def screen(pilot: Pilot[None]) -> ReviewScreen:
    """The review screen."""
    found = [each for each in pilot.app.screen_stack if isinstance(each, ReviewScreen)]
    return found[-1]


async def opened(pilot: Pilot[None], *keys: str) -> str:
    """Press keys, and wait until the diff of the chosen change is there."""
    await press(pilot, *keys)
    return await until(pilot, lambda: screen(pilot).reading.view.patch.complete)


def last(text: str) -> str:
    """The line that says what happens."""
    return text.splitlines()[-2]


async def test_without_a_repository_it_says_what_to_write() -> None:
    async with app_with(None).run_test(size=NARROW) as pilot:
        text = await press(pilot, "r")
        assert "home ▸ review" in text
        assert "no repository is configured" in text
        assert "[[repos]]" in text
        assert "▸ review" not in await press(pilot, "escape")


@pytest.mark.parametrize("size", [*SIZES, (40, 10), (20, 5), (1, 1)])
async def test_every_size(size: tuple[int, int]) -> None:
    service = Reviews()
    async with app_with(service).run_test(size=size) as pilot:
        text = await press(pilot, "r", "j", "tab", "v", "i", "escape")
        await press(pilot, "T", "escape", "c", "escape", "slash", "escape")
        assert pilot.app.is_running
        if size[0] >= 80:
            assert "waiting on you 5" in text


async def test_the_list_says_how_each_change_stands() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        text = await opened(pilot, "r")
        assert "waiting on you 5 · approved 1 · sent back 1 · conflicts 1 · all 9" in text
        assert "app main @ 3fa9c1e" in text
        assert "✕ mini, seen 6m ago: connection ref" in text
        for line in ("ready      +64 −31  ▲2  brain", "conflicts  +64 −31  ⇄ t-43  ◌ mini"):
            assert line in text
        assert "gates failed" in text
        assert "A shows 2 landed or rejected" in text
        assert "t-39" not in text.replace("agent/t-39", "")
        text = await press(pilot, "A")
        assert "Drop Python 3.9" in text
        assert "Rewrite it in C" in text


async def test_at_80_columns_list_and_diff_take_turns() -> None:
    async with app_with(Reviews()).run_test(size=NARROW) as pilot:
        text = await press(pilot, "r")
        assert "Fix the retry loop" in text
        assert "def dequeue" not in text
        text = await opened(pilot, "j", "enter")
        assert "def dequeue(self, limit)" in text
        assert "a CI workflow runs on push" in text
        assert "Name the queue" not in text
        text = await press(pilot, "escape")
        assert "Name the queue" in text
        assert "review" not in (await press(pilot, "escape")).splitlines()[0].replace(
            "5 reviews", ""
        )


async def test_at_120_columns_the_diff_follows_the_list() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        text = await until(pilot, lambda: "patch t-47 lands 3" in service.asked)
        assert "▌ " in text
        await press(pilot, "j")
        text = await opened(pilot)
        assert "agent/t-43" in text
        await until(pilot, lambda: "patch t-43 lands 3" in service.asked)
        await press(pilot, "tab", "j", "j")
        assert screen(pilot).change.key == T43  # type: ignore[union-attr]
        await press(pilot, "h", "k")
        assert screen(pilot).change.key == T47  # type: ignore[union-attr]


async def test_moving_by_file_hunk_and_line() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "j")
        await opened(pilot, "l")
        view = screen(pilot).reading.view
        await until(pilot, lambda: len(view.patch.files) == 5 and view.position is not None)

        def place() -> tuple[str, int]:
            position = view.position
            assert position is not None
            return position.path, position.line

        await press(pilot, "J")
        assert place() == ("src/queue/dequeue.py", 0)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        await press(pilot, "j")
        assert place()[0] == "src/queue/dequeue.py"
        assert place()[1] > 200
        await press(pilot, "K", "K")
        assert place()[0] == ".github/workflows/ci.yml"
        text = await press(pilot, "K")
        assert "the first file" in last(text)
        await press(pilot, "G")
        assert place()[0] == "uv.lock"
        assert "2/5" in await press(pilot, "g", "J")


async def test_a_reviewed_file_folds_and_the_next_one_is_shown() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "j")
        await opened(pilot, "tab")
        text = await press(pilot, "space")
        assert "mark t-43 .github/workflows/ci.yml True" in service.asked
        text = await until(pilot, lambda: "✓ 1 of 5" in text_of(pilot.app))
        assert "2/5 ▸ src/queue/dequeue.py" in text
        await press(pilot, "K", "space")
        assert "mark t-43 .github/workflows/ci.yml False" in service.asked


async def test_approving_chooses_the_next_change_that_waits() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "a")
        head = reviews.oid("t-47")[:7]
        text = await until(pilot, lambda: screen(pilot).changes.key == T43)
        assert f"approve t-47 {head}" in service.asked
        assert f"approved agent/t-47 at {head}" in last(text)
        assert "approved 2" in text


async def test_signals_come_first() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "j")
        text = await press(pilot, "a")
        assert "▲ acknowledge 2 signals first (b): a CI workflow runs on push" in last(text)
        assert not any(each.startswith("approve") for each in service.asked)
        await press(pilot, "b")
        text = await press(pilot)
        assert "▸▲ 2/3 tests/test_queue.py" in text
        text = await press(pilot, "S")
        assert "▸✓ 1/3 .github/workflows/ci.yml" in text
        text = await press(pilot, "b")
        assert "this one needs you: 1 test was deleted" in last(text)
        await press(pilot, "b")
        await opened(pilot, "a")
        text = await until(pilot, lambda: any(e.startswith("approve t-43") for e in service.asked))
        acknowledged = [each for each in service.asked if each.startswith("acknowledge")]
        assert acknowledged == [
            "acknowledge t-43 runs-later:.github/workflows/ci.yml",
            "acknowledge t-43 lost-tests:tests/test_queue.py",
        ]


async def test_only_what_is_on_the_screen_is_approved() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        new = reviews.oid("newer")
        service.put(T47, head=new, evaluation=reviews.evaluation(new))
        text = await until(
            pilot,
            lambda: "new commits since you opened it" in text_of(pilot.app),
        )
        text = await press(pilot, "a")
        assert "new commits since you opened it: press enter to see them" in last(text)
        assert not any(each.startswith("approve") for each in service.asked)
        await opened(pilot, "enter")
        await press(pilot, "a")
        assert f"approve t-47 {new[:7]}" in service.asked


async def test_a_target_that_moves_while_approving_is_refused() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        found = service.get(T47).evaluation
        assert found is not None
        telling, service.listeners = service.listeners, []
        service.put(T47, target="f" * 40, evaluation=replace(found, target="f" * 40))
        service.listeners = telling
        text = await press(pilot, "a")
        assert "▲ the target moved since you opened it" in last(text)
        assert not any(each.startswith("approve") for each in service.asked)


async def test_after_new_commits_only_what_is_new_is_shown_first() -> None:
    service = Reviews()
    service.put(T47, reviewed_head="e" * 40)
    async with app_with(service).run_test(size=WIDE) as pilot:
        text = await opened(pilot, "r")
        assert "patch t-47 since 3" in service.asked
        assert "since your last look" in text
        for against, words in (("lands", "what lands"), ("made", "what the agent did")):
            await press(pilot, "o")
            text = await until(pilot, lambda a=against: f"patch t-47 {a} 3" in service.asked)  # type: ignore[misc]
            assert words in text


async def test_more_context_comes_back_to_the_same_line() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "tab")
        await press(pilot, "j", "j", "j", "j")
        before = screen(pilot).reading.view.position
        await press(pilot, "plus")
        text = await until(pilot, lambda: "patch t-47 lands 12" in service.asked)
        assert "12 lines around" in text
        await until(pilot, lambda: screen(pilot).reading.view.position == before)
        await press(pilot, "plus", "plus", "plus")
        await until(pilot, lambda: "patch t-47 lands 1000000" in service.asked)


async def test_merging_shows_what_the_target_becomes() -> None:
    service = Reviews()
    service.put(T47, approval=reviews.approved(service.get(T47)).approval)
    async with app_with(service).run_test(size=WIDE) as pilot:
        await press(pilot, "r")
        assert "nobody approved it yet" in last(await press(pilot, "m"))
        screen(pilot).choose(T47)
        text = await press(pilot, "m")
        text = await until(pilot, lambda: "enter lands it on main" in text_of(pilot.app))
        assert "merge agent/t-47 into main" in text
        assert "untouched  your unsaved notes.txt, src/scratch.py" in text
        assert "runs       uv run pytest" in text
        await press(pilot, "s")
        await until(pilot, lambda: "preview t-47 squash" in service.asked)
        await press(pilot, "enter")
        text = await until(pilot, lambda: "merge t-47 squash" in service.asked)
        assert "landed agent/t-47: main 3fa9c1e →" in await press(pilot)


async def test_a_second_merge_waits_for_the_first_and_leaving_does_not_end_it() -> None:
    service = Reviews()
    service.put(T47, approval=reviews.approved(service.get(T47)).approval)
    app = app_with(service)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await press(pilot, "r")
        screen(pilot).choose(T47)
        await press(pilot, "m")
        await until(pilot, lambda: "enter lands it on main" in text_of(app))
        service.gate = asyncio.Event()
        text = await press(pilot, "enter")
        assert "⟳ merging agent/t-47" in text
        text = await press(pilot, "m")
        assert "▲ merging agent/t-47: wait until that is done" in text
        assert [each for each in service.asked if each.startswith("merge ")] == ["merge t-47 merge"]
        await press(pilot, "D")
        service.gate.set()
        await until(pilot, lambda: "landed agent/t-47: main" in text_of(app))


async def test_a_refusal_stays_until_it_is_put_away() -> None:
    service = Reviews(refuse="main moved to 1234567 while you looked at it")
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        await press(pilot, "a")
        text = await press(pilot, "j")
        assert "✕ main moved to 1234567 while you looked at it: look again" in last(text)
        assert "✕ main moved" not in await press(pilot, "tab", "escape")


async def test_a_refused_preview_is_told_on_the_sheet() -> None:
    service = Reviews(refuse="the remote does not answer")
    async with app_with(service).run_test(size=NARROW) as pilot:
        await press(pilot, "r", "P")
        text = await press(pilot, "enter")
        assert "✕ the remote does not answer: look again" in text
        assert "pushes it" not in text
        await press(pilot, "escape")
        assert service.asked[-1] == "preview push app"


@pytest.mark.parametrize(
    "key, shown, act, done",
    [
        ("z", "takes back agent/t-39 from brain", "undo t-39", "took back agent/t-39"),
        ("P", "gains 2 commits", "push app", "pushed 2 commits to origin"),
        ("T", "head 742d353", "train t-51", "landed 1 change on main"),
    ],
)
async def test_the_sheets_of_a_repository(key: str, shown: str, act: str, done: str) -> None:
    service = Reviews()
    async with app_with(service).run_test(size=NARROW) as pilot:
        await press(pilot, "r", key)
        text = await until(pilot, lambda: "enter " in text_of(pilot.app).splitlines()[-1])
        assert shown in text
        await press(pilot, "enter")
        text = await until(pilot, lambda: act in service.asked)
        assert done in last(await press(pilot))


async def test_rejecting_asks_for_a_note() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=NARROW) as pilot:
        await press(pilot, "r", "x")
        text = await press(pilot, *"no")
        assert "reject agent/t-47" in text
        await press(pilot, "escape")
        assert not any(each.startswith("reject") for each in service.asked)
        await press(pilot, "x", *"wrong", "enter")
        text = await until(pilot, lambda: "reject t-47 wrong" in service.asked)
        assert screen(pilot).changes.key == T43


async def test_comments_on_lines_are_sent_as_one_prompt() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        assert "tab goes to the diff" in last(await press(pilot, "c"))
        assert "no comment to send" in last(await press(pilot, "C"))
        await opened(pilot, "tab", "j", "j", "j")
        text = await press(pilot, "c", *"why", "ctrl+j", *"so", "enter")
        text = await until(pilot, lambda: bool(service.get(T47).comments))
        (comment,) = service.get(T47).comments
        assert (comment.text, comment.path, comment.line) == (
            "why\nso",
            "src/queue/dequeue.py",
            119,
        )
        assert comment.side is Side.OLD
        assert "you" in text
        await press(pilot, "C")
        text = await until(pilot, lambda: "enter sends them" in text_of(pilot.app))
        assert "1. src/queue/dequeue.py:119" in text
        assert "the whole prompt" in text
        await press(pilot, "enter")
        await until(pilot, lambda: "send t-47" in service.asked)
        assert screen(pilot).changes.key == T43


async def test_a_draft_is_taken_back() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "tab", "j", "j", "j")
        await press(pilot, "c", *"why", "enter")
        await until(pilot, lambda: bool(service.get(T47).comments))
        await press(pilot, "u")
        await until(pilot, lambda: "uncomment t-47 1" in service.asked)
        assert "nothing to take back" in last(await press(pilot, "u"))


async def test_an_approval_is_taken_back() -> None:
    service = Reviews()
    service.put(T47, approval=reviews.approved(service.get(T47)).approval)
    async with app_with(service).run_test(size=WIDE) as pilot:
        await press(pilot, "r")
        screen(pilot).choose(T47)
        await press(pilot, "u")
        assert "unapprove t-47" in service.asked


async def test_what_is_pasted_acts_on_nothing() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "tab", "j", "j", "c")
        pilot.app.post_message(events.Paste("a\x1b]52;c;eA==\x07\r\nb\u202e"))
        text = await press(pilot)
        assert all(is_clean(line) for line in text.splitlines())
        await press(pilot, "enter")
        await until(pilot, lambda: bool(service.get(T47).comments))
        assert service.get(T47).comments[0].text == "a␛]52;c;eA==␇\nb<U+202E>"


async def test_the_list_is_filtered() -> None:
    async with app_with(Reviews()).run_test(size=NARROW) as pilot:
        await press(pilot, "r", "slash", *"retry")
        text = await press(pilot)
        assert "Fix the retry loop" in text
        assert "Name the queue" not in text
        assert "1 of 9 changes" in text
        await press(pilot, "enter")
        assert screen(pilot).changes.key == T43
        assert "Name the queue" in await press(pilot, "escape")


async def test_the_diff_is_searched() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "j")
        await opened(pilot, "tab", "slash", *"attempt")
        text = await until(pilot, lambda: "1 of 4 lines" in text_of(pilot.app))
        await press(pilot, "enter", "n")
        text = await press(pilot)
        assert "2 of 4 lines" in text
        assert "1 of 4 lines" in await press(pilot, "N")
        await press(pilot, "escape")
        assert not screen(pilot).reading.searching


async def test_n_is_left_to_others_while_nothing_is_searched_for() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        await press(pilot, "r")
        keys = {
            each.binding.key for each in pilot.app.screen.active_bindings.values() if each.enabled
        }
        assert "n" not in keys


async def test_copying_says_what_was_copied() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        text = await press(pilot, "y")
        assert f"copied {reviews.oid('t-47')}" in last(text)
        text = await press(pilot, "tab", "j", "j", "y")
        assert "copied for row in rows:" in last(text)
        assert pilot.app.clipboard.strip() == "for row in rows:"
        text = await press(pilot, "J", "y")
        assert "copied src/queue/retry.py" in last(text)


async def test_attaching_says_why_not() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "enter", "j")
        assert "there is nothing to attach to" in last(await press(pilot, "enter"))


async def test_the_editor_gets_a_copy_and_not_a_path() -> None:
    seen: list[tuple[str, bytes, int]] = []

    async def edit(path: str, data: bytes, line: int) -> None:
        seen.append((path, data, line))

    service = Reviews()
    async with app_with(service, edit=edit).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "tab", "j", "j", "e")
        await until(pilot, lambda: "blob t-47 src/queue/dequeue.py new" in service.asked)
        assert "cannot be lent to an editor" in last(await press(pilot))
        assert seen == []


async def test_without_an_editor_it_says_so() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "tab")
        assert "no editor can be started" in last(await press(pilot, "e"))


async def test_removing_what_landed() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "X")
        assert "only what has landed or was rejected" in last(await press(pilot))
        screen(pilot).choose(ChangeKey("app", "brain", "t-39"))
        await press(pilot, "X")
        text = await until(pilot, lambda: "enter deletes them on brain" in text_of(pilot.app))
        assert "folder /home/dev/src/app-t-39" in text
        assert "refs/fleettui/backup/brain/t-39" in text
        await press(pilot, "enter")
        assert "remove t-39" in service.asked


async def test_the_chosen_change_stays_while_the_list_becomes_another() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "j")
        await opened(pilot, "tab", "j", "j", "j")
        before = screen(pilot).reading.view.position
        older = reviews.change("t-10", "An older one", minutes=500)
        repo = service.current.repos[0]
        service.become(ReviewView((replace(repo, changes=(older, *repo.changes)),)))
        text = await until(pilot, lambda: "An older one" in text_of(pilot.app))
        assert screen(pilot).changes.key == T43
        assert screen(pilot).reading.view.position == before
        assert "agent/t-43" in text


async def test_when_the_chosen_change_is_gone_the_one_in_its_place_is_chosen() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "j")
        repo = service.current.repos[0]
        left = tuple(each for each in repo.changes if each.key != T43)
        service.become(ReviewView((replace(repo, changes=left),)))
        await until(pilot, lambda: screen(pilot).changes.key == T42)


async def test_the_inbox_leads_to_changes_and_the_next_one_is_chosen_there() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        text = await press(pilot)
        assert "5 reviews" in text
        text = await press(pilot, "w", "G")
        assert "app agent/t-44 gates failed: Say which row failed" in text
        await press(pilot, "g")
        inbox = pilot.app.screen
        while inbox._item().change != T47:
            await press(pilot, "j")
        await opened(pilot, "enter")
        assert screen(pilot).changes.key == T47
        await press(pilot, "a")
        await until(pilot, lambda: screen(pilot).changes.key == T43)
        await press(pilot, "escape", "escape")
        text = await until(pilot, lambda: "▸ inbox" in text_of(pilot.app))
        assert inbox._item().change == T43


async def test_attention_and_reading_follow_the_screen() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await until(pilot, lambda: service.running)
        assert service.asked == []
        await press(pilot, "r")
        await until(pilot, lambda: "attention True" in service.asked)
        pilot.app.post_message(events.AppBlur())
        await until(pilot, lambda: service.asked[-1] == "attention False")
        pilot.app.post_message(events.AppFocus())
        await until(pilot, lambda: service.asked[-1] == "attention True")
        await press(pilot, "R")
        assert service.asked[-1] == "read app"
        await press(pilot, "D")
        await until(pilot, lambda: service.asked[-1] == "attention False")
        await press(pilot, "ctrl+r")
        assert service.asked[-1] == "read None"
    assert service.closed
    assert service.listeners == []


async def test_an_empty_list_says_what_will_be_there() -> None:
    service = Reviews(ReviewView((reviews.repo(),)))
    async with app_with(service).run_test(size=NARROW) as pilot:
        text = await press(pilot, "r", "a", "enter", "c")
        assert "nothing waits for review" in text
        assert "every branch agent/…" in text
        assert "no agent left anything to review" in last(text)


async def test_the_mouse_chooses_and_opens() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        await pilot.click("#changes", offset=(6, 5))
        assert screen(pilot).changes.key == T43
        await opened(pilot)
        await pilot.click("#diff", offset=(6, 4))
        assert screen(pilot).in_diff


async def test_keys_and_palette() -> None:
    app = app_with(Reviews(), keys={"review.reject": "M"})
    async with app.run_test(size=(200, 40)) as pilot:
        text = await press(pilot, "r")
        assert "M reject" in text.splitlines()[-1]
        text = await press(pilot, "question_mark")
        assert "Say yes to exactly what you see" in text
        await press(pilot, "escape", "ctrl+p", *"land all")
        await until(pilot, lambda: "Land all that is approved" in text_of(app))


async def test_hostile_texts_are_shown_clean() -> None:
    text = "a\x1b]52;c;eA==\x07\x9b2J\u202eb[red]\n👍🏽"
    odd = replace(
        reviews.retry_loop(),
        title=text,
        author=text,
        text=text,
        agent=text,
        problem=text,
        signals=(replace(reviews.RUNS_LATER, path=text, detail=text),),
    )
    repo = reviews.repo(odd, name=text, undoable=text, remote=text, warnings=(text,), problem=text)
    odd = replace(odd, key=ChangeKey(text, text, text))
    service = Reviews(ReviewView((replace(repo, changes=(odd,)),), notes=(text,)))
    async with app_with(service).run_test(size=WIDE) as pilot:
        for keys in (("r",), ("tab",), ("i",), ("escape", "x"), ("escape", "b"), ("P",)):
            shown = await press(pilot, *keys)
            assert all(is_clean(line) for line in shown.splitlines())
            assert "\u202e" not in shown


WARNING = "what git runs by itself in app changed: hooks: `fleettui review trust` accepts it"
NOTES = ("the merge of agent/t-1 of brain was interrupted, and is complete now",)


@pytest.mark.parametrize("size", SIZES)
async def test_warnings_of_a_clone_stay_in_sight(size: tuple[int, int]) -> None:
    service = Reviews(ReviewView((reviews.repo(*reviews.changes(), warnings=(WARNING,)),)))
    async with app_with(service).run_test(size=size) as pilot:
        await opened(pilot, "r", "tab")
        text = await press(pilot, "y")
        assert "▲ app: what git runs by itself in app changed" in text
        assert "● copied" in text


async def test_what_a_recovery_did_is_told_until_it_is_put_away() -> None:
    service = Reviews(replace(reviews.view(), notes=NOTES))
    async with app_with(service).run_test(size=WIDE) as pilot:
        told = pilot.app._notifications
        await until(pilot, lambda: [note.message for note in told] == [*NOTES])
        text = await opened(pilot, "r", "j")
        assert f"● {NOTES[0]}; esc puts this away" in text
        assert "z takes back" in last(text)
        text = await press(pilot, "escape")
        assert "▸ review" in text
        assert "esc puts this away" not in text
        assert "▸ review" not in await press(pilot, "escape")


async def test_a_repository_that_cannot_be_read_waits_in_the_inbox() -> None:
    missing = reviews.repo(problem="/home/ada/src/app is not there", clones=())
    async with app_with(Reviews(ReviewView((missing,)))).run_test(size=WIDE) as pilot:
        text = await press(pilot, "w", "G")
        assert "app cannot be reviewed: /home/ada/src/app is not there" in text
        assert "r shows it" in text
        text = await press(pilot, "r")
        assert "✕ /home/ada/src/app is not there" in text


async def test_the_footer_tells_first_what_works_where_keys_move() -> None:
    async with app_with(Reviews()).run_test(size=WIDE) as pilot:
        text = await opened(pilot, "r")
        footer = text.splitlines()[-1]
        assert footer.startswith(" enter open  a approve  x reject  T land all")
        assert "m merge" not in footer
        footer = (await press(pilot, "tab", "j")).splitlines()[-1]
        assert footer.startswith(" c comment  space reviewed  J next file  ] next hunk  a approve")


async def test_long_lines_are_gone_along_and_back_to_the_list() -> None:
    long = "+" + "".join(f"{number:03}-" for number in range(60))
    reviews.PATCHES["long.txt"] = f"@@ 0,0 1,1 \n{long}\n"
    wide = reviews.change("t-1", "Long", files=(reviews.file("long.txt", 1, 0, "A"),))
    service = Reviews(ReviewView((reviews.repo(wide),)))
    async with app_with(service).run_test(size=NARROW) as pilot:
        await opened(pilot, "r", "l")
        assert "000-" in await press(pilot, "h", "l")
        text = await press(pilot, "l", "l")
        assert "003-" not in text
        assert "…04-005-" in text
        for _ in range(40):
            await press(pilot, "l")
        assert "059-" in await press(pilot)
        text = await press(pilot, "h")
        assert screen(pilot).in_diff
        for _ in range(40):
            await press(pilot, "h")
        assert not screen(pilot).in_diff


async def test_a_click_on_a_file_goes_there() -> None:
    async with app_with(Reviews()).run_test(size=(160, 45)) as pilot:
        text = await opened(pilot, "r")
        y, strip = next(each for each in enumerate(text.splitlines()) if "1/2 ▸" in each[1])
        await pilot.click(offset=(strip.index("src/queue/retry.py"), y))
        assert "2/2 ▸ src/queue/retry.py" in await press(pilot)
        assert screen(pilot).in_diff
