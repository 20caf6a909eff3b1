"""The commits that land, made in a real quarantine."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleettui.model.errors import Refused
from fleettui.model.landing import Strategy
from fleettui.review.landing import commits
from fleettui.review.reading.evaluate import evaluate
from tests.lab.repos import commit, git
from tests.lab.times import NOW
from tests.review.landing_lab import ADA, Lab, lab_at


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return await lab_at(tmp_path, monkeypatch)


async def built(lab: Lab, head: str, strategy: Strategy, *, when: datetime = NOW) -> str:
    q = lab.ws.q()
    found = await evaluate(q, git(lab.user, "rev-parse", "main").decode().strip(), head)
    assert found.tree
    return await commits.build(
        q,
        target=found.target,
        head=head,
        tree=found.tree,
        strategy=strategy,
        message="Land it\n\nTask: t-1\n",
        identity=ADA,
        when=when,
        base=found.base,
    )


@pytest.mark.parametrize("strategy", Strategy)
async def test_the_same_arguments_give_the_same_commit(lab: Lab, strategy: Strategy) -> None:
    head = await lab.made({"new": "1\n"})
    first = await built(lab, head, strategy)
    assert await built(lab, head, strategy) == first
    assert await built(lab, head, strategy, when=datetime(2026, 1, 1, tzinfo=UTC)) != first
    kept = git(lab.ws.quarantine, "--git-dir=.", "rev-parse", f"refs/fleet/pin/{first}")
    assert kept.decode().strip() == first


async def test_a_commit_is_by_the_user_at_the_time_of_the_approval(lab: Lab) -> None:
    made = await built(lab, await lab.made({"new": "1\n"}), Strategy.SQUASH)
    told = (await lab.ws.q().run(["cat-file", "commit", made])).stdout
    at = int(NOW.timestamp())
    assert f"author Ada <ada@example.org> {at} +0000\n".encode() in told
    assert f"committer Ada <ada@example.org> {at} +0000\n".encode() in told
    assert told.endswith(b"\n\nLand it\n\nTask: t-1\n")


async def test_a_rebase_drops_what_the_target_has_already(lab: Lab) -> None:
    same = {"same": "1\n"}
    await lab.made(same)
    head = await lab.made({"new": "1\n"})
    target = commit(lab.user, same)
    await lab.shown(head)
    made = await built(lab, head, Strategy.REBASE)
    assert (await commits.read(lab.ws.q(), made)).parents == (target,)


async def test_a_rebase_that_does_not_end_at_the_tree_is_refused(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    other = await lab.made({"new": "2\n"})
    q = lab.ws.q()
    wrong = (await commits.read(q, other)).tree
    with pytest.raises(Refused, match="other files than those approved: merge or squash it"):
        await commits.build(
            q,
            target=lab.tip,
            head=head,
            tree=wrong,
            strategy=Strategy.REBASE,
            message="Land it\n",
            identity=ADA,
            when=NOW,
            base=lab.tip,
        )


async def test_a_history_of_its_own_is_not_rebased(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    tree = (await commits.read(lab.ws.q(), head)).tree
    with pytest.raises(Refused, match="no history in common"):
        await commits.build(
            lab.ws.q(),
            target=lab.tip,
            head=head,
            tree=tree,
            strategy=Strategy.REBASE,
            message="Land it\n",
            identity=ADA,
            when=NOW,
            base=None,
        )
