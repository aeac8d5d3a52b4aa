"""What a push brought to a long-lived branch, and by which pull request and method it came there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.gather.remote.pushed import BOOKED, MOST_LOOKED_UP, read_push
from bot.jobs.port import Later
from policies.config import default
from policies.evaluate import evaluate
from policies.facts import Absent, Facts, MergedPullRequest, Push, Sha, Unavailable
from policies.verdict import Outcome
from policies.words import blind
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub, grow

pytestmark = pytest.mark.asyncio


@pytest.fixture
def release(desk: Desk, hub: Hub) -> Hub:
    hub.waited = BOOKED
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.commit("A", "notes of 1.1.0", {"notes": "1.1.0\n"})
    return hub


async def pushed(hub: Hub, before: Sha, branch: str = "main") -> Any:
    hub.desk.git("fetch", "--quiet", "origin", f"+{branch}:refs/remotes/origin/{branch}")
    hub.count_from_here()
    return await read_push(hub.reader, branch, before, hub.sha(f"origin/{branch}"))


def outcomes(hub: Hub, push: Push) -> dict[str, Outcome]:
    report = evaluate(Facts(as_of=hub.reader.now, push=push), default())
    return {verdict.rule: verdict.outcome for verdict in report.verdicts}


@pytest.mark.parametrize(
    ("method", "commits", "squashed"),
    [("merge", 1, Outcome.PASS), ("squash", 1, Outcome.FAIL), ("rebase", 4, Outcome.FAIL)],
)
async def test_the_merge_button(release: Hub, method: Any, commits: int, squashed: Outcome) -> None:
    before = release.sha("main")
    await release.opened("release/1.1.0", "main")
    await release.repo.pull(1).merge(method)
    push = await pushed(release, before)
    assert isinstance(push, Push)
    assert [each.pull_request for each in push.commits] == commits * [MergedPullRequest(1, "release/1.1.0", method)]
    assert outcomes(release, push) == {"direct-push": Outcome.PASS, "squashed-release": squashed}


async def test_a_direct_push_has_no_pull_request(desk: Desk, release: Hub) -> None:
    before = release.sha("main")
    desk.git("switch", "--quiet", "main")
    desk.commit("A", "in a hurry (#7)", {"model.py": "rmse = 2\n"})
    await release.publish()
    push = await pushed(release, before)
    assert isinstance(push, Push)
    assert [(each.commit.subject, each.pull_request) for each in push.commits] == [("in a hurry (#7)", None)]
    assert outcomes(release, push)["direct-push"] is Outcome.FAIL


async def test_the_push_is_told_before_the_merge_is_in_the_books(release: Hub) -> None:
    before = release.sha("main")
    await release.opened("release/1.1.0", "main")
    await release.repo.pull(1).merge("merge")
    release.github.faults.answer("GET", ".*/commits/.*/pulls", 422, "No commit found for SHA")
    release.waited = 0
    with pytest.raises(Later):
        await pushed(release, before)
    assert isinstance(await pushed(release, before), Push)


async def test_nobody_is_accused_at_once(desk: Desk, release: Hub) -> None:
    before = release.sha("main")
    desk.git("switch", "--quiet", "main")
    desk.commit("A", "in a hurry", {"model.py": "rmse = 2\n"})
    await release.publish()
    release.waited = 0
    with pytest.raises(Later) as later:
        await pushed(release, before)
    assert later.value.at - release.github.clock.now() > timedelta(seconds=BOOKED)


async def test_a_branch_that_was_pushed_as_it_is_counts_as_merged(desk: Desk, release: Hub) -> None:
    """Nothing was copied, so the ancestry that other rules need is there."""
    before = release.sha("main")
    await release.opened("release/1.1.0", "main")
    desk.git("switch", "--quiet", "main")
    desk.git("merge", "--quiet", "--ff-only", "release/1.1.0")
    await release.publish()
    push = await pushed(release, before)
    assert isinstance(push, Push)
    assert {each.pull_request for each in push.commits} == {MergedPullRequest(1, "release/1.1.0", "merge")}
    assert len(push.commits) == 4


async def test_what_lies_below_a_rebase_and_is_not_its_copy_was_pushed(desk: Desk, release: Hub) -> None:
    before = release.sha("main")
    desk.git("switch", "--quiet", "main")
    desk.commit("A", "in a hurry", {"model.py": "rmse = 2\n"})
    await release.publish()
    await release.opened("release/1.1.0", "main")
    await release.repo.pull(1).merge("rebase")
    push = await pushed(release, before)
    assert isinstance(push, Push)
    assert [each.pull_request is not None for each in push.commits] == [True, True, True, True, False]


async def test_a_forced_push_brings_what_was_not_there_before(desk: Desk, release: Hub) -> None:
    before = release.sha("dev")
    desk.git("switch", "--quiet", "dev")
    desk.git("reset", "--quiet", "--hard", "dev~1")
    desk.commit("A", "another history", {"three.py": "3\n"})
    await release.publish_by_force("dev")
    push = await pushed(release, before, "dev")
    assert isinstance(push, Push)
    assert [each.commit.subject for each in push.commits] == ["another history"]


async def test_created_and_deleted_branches_have_nothing_to_judge(hub: Hub) -> None:
    tip = Sha("a" * 40)
    assert await read_push(hub.reader, "main", None, tip) == Absent(blind.branch_created("main"))
    assert await read_push(hub.reader, "main", tip, None) == Absent(blind.branch_deleted("main"))
    assert hub.asked == []


@pytest.mark.parametrize("count", [MOST_LOOKED_UP + 1, 1_001])
async def test_a_push_of_very_many_commits_is_unknown(desk: Desk, release: Hub, count: int) -> None:
    before = release.sha("main")
    await release.publish()
    grow(desk, "main", count, "main")
    await release.publish()
    answer = await pushed(release, before)
    assert isinstance(answer, Unavailable)
    assert answer.why.plain().startswith(f"The push brought {count} commits to `main`; more than")
    assert release.kinds()["pulls"] == 0


async def test_a_push_over_an_unknown_commit_is_unknown(hub: Hub) -> None:
    await hub.publish()
    hub.waited = 3_600
    answer = await read_push(hub.reader, "main", Sha("a" * 40), hub.sha("main"))
    assert isinstance(answer, Unavailable)


async def test_nothing_is_asked_twice(release: Hub) -> None:
    before = release.sha("main")
    await release.opened("release/1.1.0", "main")
    await release.repo.pull(1).merge("rebase")
    first = await pushed(release, before)
    release.now = release.github.clock.now() + timedelta(hours=2)
    await pushed(release, before)
    assert await pushed(release, before) == first
    assert release.asked == []
