"""The whole way of a change by flags: two real machines, a real remote, the real program."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.repos import commit, git
from tests.lab.review import ReviewLab, review_lab

GOOD = "def retry():\n    return 2\n"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[ReviewLab]:
    with review_lab(tmp_path) as made:
        yield made


def listed(lab: ReviewLab, *flags: str) -> dict[str, dict[str, Any]]:
    """`review list --json`, by branch."""
    done = lab.fleettui("review", "list", "--json", *flags)
    assert done.returncode == 0, done.stderr
    return {change["branch"]: change for change in json.loads(done.stdout)}


def did(lab: ReviewLab, *words: str, code: int = 0) -> Any:
    """What `fleettui review WORDS --json` prints."""
    done = lab.fleettui("review", *words, "--json")
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout else done.stderr


def test_a_change_is_diffed_approved_merged_pushed_and_taken_back(lab: ReviewLab) -> None:
    head = lab.agent("m0", "t-1", {"src/retry.py": GOOD}, "Retry twice")
    lab.agent("m1", "t-2", {"docs/new.md": "new\n"}, "Add a page")
    before = lab.tip(lab.user)
    changes = listed(lab)
    assert set(changes) == {"agent/t-1", "agent/t-2"}
    one = changes["agent/t-1"]
    assert (one["machine"], one["head"], one["target"]) == ("m0", head, "main")
    assert (one["commits"], one["files"], one["additions"], one["deletions"]) == (1, 1, 1, 1)
    assert (one["target_head"], one["merge_base"], one["state"]) == (before, before, "ready")
    assert one["approved"] is False
    (file,) = did(lab, "diff", "agent/t-1")
    assert (file["path"], file["status"], file["binary"]) == ("src/retry.py", "M", False)
    lines = [(line["kind"], line["text"]) for line in file["hunks"][0]["lines"]]
    assert lines == [(" ", "def retry():"), ("-", "    return 1"), ("+", "    return 2")]

    assert "not approved" in did(lab, "merge", "agent/t-1", code=3)
    yes = did(lab, "approve", "agent/t-1", "--head", head)
    assert (yes["head"], yes["target_head"]) == (head, before)
    landed = did(lab, "merge", "agent/t-1", "--push")
    assert lab.tip(lab.user) == landed["after"] == lab.tip(lab.remote)
    assert git(lab.user, "rev-parse", "main^1", "main^2").decode().split() == [before, head]
    assert git(lab.user, "status", "--porcelain") == b""
    assert (lab.user / "src/retry.py").read_text() == GOOD
    message = git(lab.user, "log", "-1", "--format=%B").decode()
    assert "Approved-by: Ada <ada@example.org>" in message
    assert "> Retry twice" in message
    assert listed(lab).keys() == {"agent/t-2"}
    assert listed(lab, "--all")["agent/t-1"]["state"] == "merged"

    did(lab, "undo")
    assert (lab.user / "src/retry.py").read_text() == "def retry():\n    return 1\n"
    assert lab.tip(lab.remote) == landed["after"]
    assert did(lab, "push")["count"] > 0
    assert lab.tip(lab.remote) == lab.tip(lab.user)
    assert did(lab, "push")["count"] == 0


def test_a_snapshot_shows_what_waits_and_how_old_that_is(lab: ReviewLab) -> None:
    head = lab.agent("m0", "t-1", {"src/retry.py": GOOD})
    assert json.loads(lab.fleettui("--snapshot", "--json").stdout)["reviews"] == []
    listed(lab)
    (row,) = json.loads(lab.fleettui("--snapshot", "--json").stdout)["reviews"]
    assert (row["branch"], row["machine"], row["head"]) == ("agent/t-1", "m0", head)
    assert (row["state"], row["repo"]) == ("ready", "app")
    assert row["since"] <= row["observed_at"]
    assert "agent/t-1 ready" in lab.fleettui("--snapshot").stdout
    assert "1 review" in lab.fleettui("--snapshot", "--format", "line").stdout


def test_a_branch_that_moved_is_refused_or_lands_as_it_was_seen(lab: ReviewLab) -> None:
    head = lab.agent("m0", "t-1", {"src/retry.py": GOOD})
    did(lab, "approve", "t-1", "--head", head)
    moved = lab.agent("m0", "t-1", {"evil.sh": "rm -rf ~\n"})
    assert "moved" in did(lab, "merge", "t-1", code=3)
    assert "moved" in did(lab, "approve", "t-1", "--head", head[:12], code=3)
    did(lab, "merge", "t-1", "--head", head)
    assert git(lab.user, "rev-parse", "main^2").decode().strip() == head
    assert not (lab.user / "evil.sh").exists()
    assert listed(lab)["agent/t-1"]["head"] == moved


def test_a_target_that_moved_is_refused(lab: ReviewLab) -> None:
    head = lab.agent("m0", "t-1", {"src/retry.py": GOOD})
    did(lab, "approve", "t-1", "--head", head)
    mine = commit(lab.user, {"mine.txt": "mine\n"}, "mine")
    assert "moved" in did(lab, "merge", "t-1", code=3)
    assert lab.tip(lab.user) == mine
    did(lab, "approve", "t-1", "--head", head)
    did(lab, "merge", "t-1")
    assert (lab.user / "mine.txt").exists()


def test_blocking_signals_are_named_until_acknowledged(lab: ReviewLab) -> None:
    head = lab.agent("m0", "t-1", {".github/workflows/ci.yml": "on: push\n"})
    (signal,) = [s for s in listed(lab)["agent/t-1"]["signals"] if s["blocking"]]
    assert signal["path"] == ".github/workflows/ci.yml"
    key = f"{signal['code']}:{signal['path']}"
    assert key in did(lab, "approve", "t-1", "--head", head, code=3)
    did(lab, "approve", "t-1", "--head", head, "--ack", key)
    did(lab, "merge", "t-1")


def test_conflicts_are_forecast_and_cannot_be_approved(lab: ReviewLab) -> None:
    lab.agent("m0", "t-1", {"src/retry.py": GOOD})
    lab.agent("m1", "t-2", {"src/retry.py": "def retry():\n    return 3\n"})
    head = lab.agent("m1", "t-3", {"README.md": "# theirs\n"})
    commit(lab.user, {"README.md": "# mine\n"}, "mine")
    changes = listed(lab)
    assert changes["agent/t-1"]["forecast"]["conflicts_with"] == ["agent/t-2"]
    assert changes["agent/t-1"]["forecast"]["overlaps"] == ["agent/t-2"]
    assert changes["agent/t-3"]["state"] == "conflicts"
    assert changes["agent/t-3"]["conflicts"] == ["README.md"]
    assert "README.md" in did(lab, "approve", "t-3", "--head", head, code=3)


def test_comments_become_a_prompt_and_follow_the_branch(lab: ReviewLab) -> None:
    lab.agent("m0", "t-1", {"src/retry.py": GOOD})
    did(lab, "comment", "t-1", "--file", "src/retry.py", "--line", "2", "--text", "why 2?")
    did(lab, "comment", "t-1", "--file", "src/retry.py", "--line", "1", "--text", "a name?")
    assert "line" in did(
        lab, "comment", "t-1", "--file", "src/retry.py", "--line", "99", "--text", "x", code=2
    )
    prompt = did(lab, "send", "t-1")
    assert "why 2?" in prompt["text"]
    assert "src/retry.py" in prompt["text"]
    lab.agent("m0", "t-1", {"src/retry.py": "def retry():\n    return 4\n"})
    comments = {c["text"]: c for c in listed(lab)["agent/t-1"]["comments"]}
    assert comments["why 2?"]["outdated"] is True
    assert (comments["a name?"]["outdated"], comments["a name?"]["line"]) == (False, 1)
    assert {c["sent"] for c in comments.values()} == {prompt["id"]}


def test_a_rejected_change_leaves_the_list_until_it_moves(lab: ReviewLab) -> None:
    lab.agent("m0", "t-1", {"src/retry.py": GOOD})
    did(lab, "reject", "t-1", "--note", "not like this")
    assert listed(lab) == {}
    assert listed(lab, "--all")["agent/t-1"]["rejection"]["note"] == "not like this"
    did(lab, "remove", "t-1")
    assert git(lab.clones["m0"], "branch", "--list", "agent/*") == b""
    assert not (lab.clones["m0"].parent / "work" / "t-1").exists()


def test_approved_changes_land_as_a_train(lab: ReviewLab) -> None:
    for number in range(1, 5):
        machine = f"m{number % 2}"
        head = lab.agent(machine, f"t-{number}", {f"file{number}.txt": f"{number}\n"})
        did(lab, "approve", f"t-{number}", "--head", head)
    done = did(lab, "merge", "--all-approved")
    assert done["stopped"] is None
    assert len(done["landed"]) == 4
    assert sorted(path.name for path in lab.user.glob("file*.txt")) == [
        f"file{number}.txt" for number in range(1, 5)
    ]
    assert listed(lab) == {}


def test_the_same_branch_on_two_machines_must_be_chosen(lab: ReviewLab) -> None:
    head = lab.agent("m0", "t-1", {"a.txt": "a\n"})
    lab.agent("m1", "t-1", {"b.txt": "b\n"})
    assert "--machine m1" in did(lab, "approve", "t-1", "--head", head, code=2)
    did(lab, "approve", "t-1", "--machine", "m0", "--head", head)


def test_a_machine_that_is_down_hides_nothing_that_is_known(lab: ReviewLab) -> None:
    head = lab.agent("m0", "t-1", {"a.txt": "a\n"})
    lab.agent("m1", "t-2", {"b.txt": "b\n"})
    listed(lab)
    lab.servers["m0"].stop()
    done = lab.fleettui("review", "list", "--json")
    assert done.returncode == 0
    assert "m0" in done.stderr
    assert {c["branch"] for c in json.loads(done.stdout)} == {"agent/t-1", "agent/t-2"}
    (file,) = did(lab, "diff", "t-1", "--no-fetch")
    assert file["path"] == "a.txt"
    assert set(listed(lab, "--no-fetch")) == {"agent/t-1", "agent/t-2"}
    did(lab, "approve", "t-1", "--head", head)
    assert "approved" in lab.fleettui("review", "list", "--no-fetch").stdout
    shown = did(lab, "merge", "t-1", "--dry-run")
    assert (shown["head"], shown["blocked"]) == (head, [])
    assert not (lab.user / "a.txt").exists()
    did(lab, "merge", "t-1")
    assert (lab.user / "a.txt").exists()
    undone = did(lab, "undo", "--dry-run")
    assert (undone["after"], undone["revert"]) == (shown["before"], False)
    did(lab, "undo")
    assert listed(lab, "--no-fetch")["agent/t-1"]["approved"] is False


def test_nothing_of_a_change_is_printed_raw(lab: ReviewLab) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\x9b2J\u202e\u200b\u3164\u2028"
    head = lab.agent(
        "m0",
        "t-1",
        {"src/retry.py": f"x = '{evil}'\n", f"a{evil}\n.txt": "x\rhidden\n"},
        f"Look {evil}",
    )
    acts = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u3164]")
    looks = (["list"], ["diff", "t-1"], ["diff", "t-1", "--stat"], ["diff", "t-1", "--text"])
    refused = lab.fleettui("review", "approve", "t-1", "--head", head)
    said = [refused.stderr]
    for words in looks:
        for more in ([], ["--json"]):
            done = lab.fleettui("review", *words, *more)
            assert done.returncode == 0
            said.append(done.stdout + done.stderr)
    assert acts.findall("".join(said)) == []
    assert "<U+202E>" in "".join(said)
