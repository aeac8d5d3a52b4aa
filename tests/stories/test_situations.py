"""The situations in which other bots are wrong, down to the words that people read."""

from __future__ import annotations

import pytest

from sandbox.github.errors import Refused
from sandbox.github.model import Organisation
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict

pytestmark = pytest.mark.usefixtures("installed")

MERGED_WHEN_RIGHT = ("success", "May be merged, 1 warning")
WRONG_TARGET = "feature/weekly is of type feature: it merges into dev, not into main (wrong-merge-target)"


async def test_1_a_pull_request_is_retargeted(gate: Gate, repo: Repo) -> None:
    pull = await feature(repo, base="main")
    await gate.settle()
    assert verdict(pull) == ("failure", WRONG_TARGET)
    assert "gh pr edit 1 --base dev" in summary(pull)
    await pull.retarget("dev")
    await gate.settle()
    assert verdict(pull) == MERGED_WHEN_RIGHT
    assert [comment.body.splitlines()[0] for comment in pull.comments] == [
        "✓ Nothing blocks any more: `feature/weekly` may be merged into `dev`."
    ]


async def test_1_a_green_check_is_taken_back_at_once(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """Nobody can press the button between the retargeting and the verdict on the new base."""
    pull = await feature(repo)
    await gate.settle()
    github.calls.clear()
    await pull.retarget("main")
    await gate.settle()
    writes = [call.request for call in github.calls if call.path.endswith("/check-runs") and call.method == "POST"]
    assert [write["status"] for write in writes] == ["in_progress"]
    assert verdict(pull) == ("failure", WRONG_TARGET)


async def test_2_one_head_in_two_pull_requests(gate: Gate, repo: Repo) -> None:
    """A check belongs to a commit: it says the worst, and lists both."""
    good = await feature(repo)
    await gate.settle()
    bad = await repo.open_pull_request("feature/weekly", "main", title="feat: now")
    await gate.settle()
    conclusion, title = verdict(good)
    assert (conclusion, title) == ("failure", f"Pull request #2, one of 2: {WRONG_TARGET}")
    listed = [line.replace("\N{NO-BREAK SPACE}", " ") for line in summary(bad).splitlines() if line.startswith("| #")]
    assert listed == [
        "| #2 | `feature/weekly` → `main` | ✗ blocked |",
        "| #1 | `feature/weekly` → `dev` | ✓ may be merged |",
    ]
    await bad.close()
    await gate.settle()
    assert verdict(good) == MERGED_WHEN_RIGHT


async def test_3_the_head_moves_during_the_evaluation(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """What was judged is what is posted to; the newer commit gets its own verdict."""
    pull = await feature(repo, "topic")
    first = pull.head_sha
    github.faults.delay("GET", r".*/compare/.*", 0.3)
    await pull.push({"more.py": "1\n"}, "feat: more")
    await gate.settle()
    second = pull.head_sha
    judged = [
        (call.request["head_sha"], call.request.get("conclusion"))
        for call in github.calls
        if call.method == "POST" and call.path.endswith("/check-runs")
    ]
    assert (second, "failure") in judged
    assert {sha for sha, _ in judged} <= {first, second}
    assert verdict(pull)[0] == "failure"


async def test_4_a_merge_group(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """Each pull request of a group is judged, and the worst stands on the commit that would be merged."""
    protection = repo.require("main", "headgate", app=gate.app.app)
    protection.merge_queue = True
    await repo.create_branch("hotfix/1.0.1", at="main")
    await repo.commit("hotfix/1.0.1", {"model.py": "rmse = 2\n"}, "fix: round")
    good = await repo.open_pull_request("hotfix/1.0.1", "main", title="fix: round")
    await gate.settle()
    github.calls.clear()
    await good.enqueue()
    await gate.settle()
    written = [call.request for call in github.calls if call.method == "POST" and call.path.endswith("/check-runs")]
    assert [(write["conclusion"], write["output"]["title"]) for write in written] == [
        ("success", "May be merged, 1 warning")
    ]
    assert good.merged


async def test_5_a_fork_with_a_branch_that_is_called_main(
    gate: Gate, github: Sandbox, repo: Repo, acme: Organisation
) -> None:
    """GitHub does not tell an App which pull request a fork's commit belongs to; and a fork's main is not ours."""
    carol = github.user("carol")
    acme.members[carol] = "member"
    fork = await repo.fork(carol)
    await fork.commit("main", {"theirs.py": "1\n"}, "feat: mine", by=carol)
    pull = await repo.open_pull_request("carol:main", "dev", by=carol, title="feat: mine")
    await gate.settle()
    conclusion, title = verdict(pull)
    assert conclusion == "failure"
    assert "(unknown-branch-type)" in title
    github.calls.clear()
    await pull.rerequest("headgate")
    await gate.settle()
    assert [method for method, path in gate.writes() if path.endswith("/check-runs")] == ["POST"]
    assert verdict(pull)[0] == "failure"


@pytest.mark.parametrize(
    ("at", "conclusion", "title"),
    [
        ("main", "success", "May be merged, 1 warning"),
        ("dev", "failure", "hotfix/1.0.1 carries 2 commits that belong to dev (foreign-commits)"),
    ],
)
async def test_5_a_hotfix_from_a_fork(
    gate: Gate, github: Sandbox, repo: Repo, acme: Organisation, at: str, conclusion: str, title: str
) -> None:
    """Its commits are judged like ours, and a branch of ours with the same name is another one."""
    await repo.create_branch("hotfix/1.0.1", at="dev")
    carol = github.user("carol")
    acme.members[carol] = "member"
    fork = await repo.fork(carol)
    await fork.push("hotfix/1.0.1", at=at, by=carol)
    await fork.commit("hotfix/1.0.1", {"model.py": "rmse = 2\n"}, "fix: round", by=carol)
    pull = await repo.open_pull_request("carol:hotfix/1.0.1", "main", by=carol, title="fix: round")
    await gate.settle()
    assert verdict(pull) == (conclusion, title)


async def test_6_the_fork_was_deleted(gate: Gate, github: Sandbox, repo: Repo, acme: Organisation) -> None:
    carol = github.user("carol")
    acme.members[carol] = "member"
    fork = await repo.fork(carol)
    await fork.create_branch("feature/theirs", at="dev")
    await fork.commit("feature/theirs", {"theirs.py": "1\n"}, "feat: theirs", by=carol)
    pull = await repo.open_pull_request("carol:feature/theirs", "dev", by=carol, title="feat: theirs")
    await fork.delete()
    await gate.settle()
    await pull.edit(title="feat: still theirs")
    await gate.settle()
    assert verdict(pull) == MERGED_WHEN_RIGHT


async def test_7_the_base_branch_is_deleted(gate: Gate, repo: Repo) -> None:
    """GitHub closes the pull request; nothing is left in progress, and nothing is said in vain."""
    await repo.create_branch("release/1.1.0", at="dev")
    pull = await feature(repo, "bugfix/late", "release/1.1.0", at="release/1.1.0")
    await gate.settle()
    await repo.delete_branch("release/1.1.0")
    await gate.settle()
    assert pull.state == "closed"
    assert pull.checks()["headgate"].status == "completed"
    assert (await gate.queue.counts())["dead"] == 0


async def test_9_drafts_are_judged_and_shown(gate: Gate, repo: Repo) -> None:
    await repo.create_branch("topic", at="dev")
    await repo.commit("topic", {"a.py": "1\n"}, "feat: a")
    pull = await repo.open_pull_request("topic", "dev", draft=True, title="feat: a")
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert "git branch -m topic feature/topic" in summary(pull)


@pytest.mark.parametrize("whole_suite", [False, True], ids=["one check", "all checks"])
async def test_10_the_check_is_run_again(gate: Gate, github: Sandbox, repo: Repo, whole_suite: bool) -> None:
    pull = await feature(repo)
    await gate.settle()
    github.calls.clear()
    await (pull.rerequest_all("headgate") if whole_suite else pull.rerequest("headgate"))
    await gate.settle()
    assert gate.writes() == [("POST", "/repos/acme/forecast/check-runs")]
    assert verdict(pull) == MERGED_WHEN_RIGHT


async def test_11_our_own_events_make_no_loop(gate: Gate, github: Sandbox, repo: Repo) -> None:
    await feature(repo, base="main")
    await gate.settle()
    github.calls.clear()
    await gate.settle()
    assert github.calls == []


async def test_13_the_repository_and_its_default_branch_are_renamed(gate: Gate, repo: Repo) -> None:
    pull = await feature(repo)
    await gate.settle()
    await repo.rename("sales")
    await repo.set_default_branch("dev")
    await gate.settle()
    await pull.push({"again.py": "1\n"}, "feat: again")
    await gate.settle()
    assert verdict(pull) == MERGED_WHEN_RIGHT
    assert (await gate.queue.counts())["dead"] == 0


async def test_15_undecided_is_a_failure(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """GitHub lets `neutral` and `skipped` pass, so we never say them."""
    github.faults.answer("GET", r"/repos/acme/forecast/compare/.*", 403, times=100)
    await repo.create_branch("hotfix/1.0.1", at="main")
    await repo.commit("hotfix/1.0.1", {"model.py": "rmse = 2\n"}, "fix: round")
    pull = await repo.open_pull_request("hotfix/1.0.1", "main", title="fix: round")
    repo.require("main", "headgate", app=gate.app.app)
    await gate.settle()
    conclusion, title = verdict(pull)
    assert conclusion == "failure"
    assert title.startswith("Could not decide: ")
    with pytest.raises(Refused):
        await pull.merge()
