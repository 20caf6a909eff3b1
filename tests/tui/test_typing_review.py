"""Keys on the review screen that come faster than it can be drawn."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual.worker import WorkerFailed

from fleettui.model.change import ChangeKey
from fleettui.model.errors import OperationFailed
from fleettui.model.landing import PushPreview
from fleettui.model.patch import Patch
from tests.tui import reviews
from tests.tui.reviews import Reviews
from tests.tui.screen import press, text_of
from tests.tui.terminal import terminal
from tests.tui.test_review import T43, T47, WIDE, app_with, last, opened, screen, until


def test_what_is_typed_after_c_is_the_comment() -> None:
    with terminal("review") as term:
        term.until("5 reviews")
        term.type("r")
        term.until("def dequeue(self, limit)")
        term.type("\tjjjcwhy twice? (r, a, x and q are letters)\r")
        term.until("commented on src/queue/dequeue.py:")
        text = term.until("why twice? (r, a, x and q are letters)")
        assert "▸ review" in text
        assert "approved 1" in text
        term.type("q")
        assert term.ended() == 0


def test_what_is_typed_after_x_is_the_note() -> None:
    with terminal("review") as term:
        term.until("5 reviews")
        term.type("r")
        term.until("def dequeue(self, limit)")
        term.type("xnot am bad Pun\r")
        term.until("rejected agent/t-47: not am bad Pun")
        term.type("q")
        assert term.ended() == 0


def test_what_is_typed_after_the_slash_is_looked_for_and_then_commands_act_again() -> None:
    with terminal("review") as term:
        term.until("5 reviews")
        term.type("r/retry\r\r/limit\r")
        term.until("1 of 4 lines")
        term.type("n")
        term.until("2 of 4 lines")
        term.type("q")
        assert term.ended() == 0


def test_a_sheet_that_is_left_at_once_changes_nothing() -> None:
    with terminal("review") as term:
        term.until("5 reviews")
        term.type("r")
        term.until("def dequeue(self, limit)")
        term.type("\tjjcwhy\rC")
        term.until("enter sends them")
        term.type("\x1b")
        term.until("a approve  x reject")
        term.type("T")
        term.until("enter approves exactly")
        term.type("\x1b")
        term.until("a approve  x reject")
        term.type("q")
        assert term.ended() == 0


async def test_enter_that_comes_before_the_sheet_says_so_and_confirms_nothing() -> None:
    service = Reviews(gate=asyncio.Event())
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        text = await press(pilot, "P", "enter")
        assert "▲ it came before this could be read" in text
        assert service.gate is not None
        service.gate.set()
        text = await until(pilot, lambda: "press enter again" in text_of(pilot.app))
        assert "push app" not in service.asked
        assert "enter pushes it to origin" in text
        await press(pilot, "enter")
        assert "push app" in service.asked


async def test_what_needs_the_branch_waits_until_it_is_free() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "P")
        await until(pilot, lambda: "enter pushes" in text_of(pilot.app))
        service.gate = asyncio.Event()
        text = await press(pilot, "enter", "z")
        assert "⟳ pushing to origin · then undo" in text
        service.gate.set()
        await until(pilot, lambda: "enter takes it back" in text_of(pilot.app))
        assert "undo t-39" not in service.asked


async def test_another_key_forgets_what_was_waiting() -> None:
    service = Reviews()
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r", "P")
        await until(pilot, lambda: "enter pushes" in text_of(pilot.app))
        service.gate = asyncio.Event()
        text = await press(pilot, "enter", "z", "j")
        assert "then undo" not in text
        assert "⟳ pushing to origin" in text
        service.gate.set()
        text = await until(pilot, lambda: "pushed 2 commits" in text_of(pilot.app))
        assert "preview undo app" not in service.asked


async def test_the_same_key_twice_says_that_it_is_being_done() -> None:
    service = Reviews(gate=asyncio.Event())
    async with app_with(service).run_test(size=WIDE) as pilot:
        await opened(pilot, "r")
        text = await press(pilot, "a", "a")
        assert "approving agent/t-47: wait until that is done" in last(text)
        assert service.gate is not None
        service.gate.set()
        await until(pilot, lambda: screen(pilot).changes.key == T43)


class Slow(Reviews):
    """Reviews whose diffs come when they are let through, or never."""

    fails = False

    async def patch(self, key: ChangeKey, *args: object, **more: object) -> AsyncIterator[Patch]:
        if self.fails:
            raise OperationFailed("git is too slow", "wait")
        assert self.gate is not None
        await self.gate.wait()
        found = self.get(key).evaluation
        yield reviews.patch_of(found.files if found is not None else ())


async def test_nothing_is_approved_before_its_diff_is_on_the_screen() -> None:
    service = Slow(gate=asyncio.Event())
    async with app_with(service).run_test(size=WIDE) as pilot:
        text = await press(pilot, "r", "a")
        assert "its diff is not on the screen yet" in last(text)
        assert service.gate is not None
        service.gate.set()
        await opened(pilot)
        await press(pilot, "a")
        await until(pilot, lambda: service.get(T47).approved)


async def test_a_diff_that_cannot_be_read_is_tried_again_by_enter() -> None:
    service = Slow(gate=asyncio.Event())
    service.fails = True
    async with app_with(service).run_test(size=WIDE) as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: "no diff: git is too slow" in text_of(pilot.app))
        text = await press(pilot, "a")
        assert "enter tries again" in last(text)
        service.fails = False
        assert service.gate is not None
        service.gate.set()
        await opened(pilot, "enter")
        await press(pilot, "a")
        await until(pilot, lambda: service.get(T47).approved)


class Broken(Reviews):
    """Reviews with a bug where a preview is made."""

    async def preview_push(self, repo: str) -> PushPreview:
        raise RuntimeError("secret value in here")


async def test_a_bug_in_a_screen_ends_the_application_with_the_error_alone() -> None:
    app = app_with(Broken())

    async def use() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await press(pilot, "r", "P")
            await pilot.pause(0.5)

    with pytest.raises(WorkerFailed):
        await use()
    assert repr(app.failure) == "RuntimeError('secret value in here')"
    assert app.return_code == 1
    assert app._exit_renderables == []
