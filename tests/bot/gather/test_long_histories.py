"""Histories longer than a page, than GitHub lists by itself, and than anybody compares."""

from __future__ import annotations

import pytest

from policies.facts import Unavailable
from policies.verdict import Outcome
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub, grow

pytestmark = pytest.mark.asyncio


async def test_a_pull_request_of_260_commits_is_listed_whole(desk: Desk, hub: Hub) -> None:
    grow(desk, "feature/long", 260, "dev")
    source = await hub.source("feature/long", "dev")
    commits = await source.commits()
    assert isinstance(commits, tuple)
    assert [commit.subject for commit in commits] == [f"step {n}" for n in reversed(range(260))]
    assert len(hub.asked) == 3


async def test_more_than_a_thousand_commits_are_unknown_and_block(desk: Desk, hub: Hub) -> None:
    grow(desk, "hotfix/1.0.1", 1_001, "main")
    outcome, (finding,) = await hub.said("hotfix/1.0.1", "main")
    assert outcome is Outcome.UNKNOWN
    assert finding.message.plain() == "The pull request has 1001 commits; more than 1000 are not compared."
    assert hub.kinds()["compare"] <= 6, "it is enough to know how many there are"


async def test_a_thousand_are_compared(desk: Desk, hub: Hub) -> None:
    grow(desk, "hotfix/1.0.1", 1_000, "main")
    assert await hub.said("hotfix/1.0.1", "main") == (Outcome.PASS, [])


@pytest.mark.parametrize("ahead", [150, 1_200])
async def test_a_clean_hotfix_costs_little_however_far_dev_is_ahead(desk: Desk, hub: Hub, ahead: int) -> None:
    grow(desk, "dev", ahead, "dev")
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    assert await hub.said("hotfix/1.0.1", "main") == (Outcome.PASS, [])
    assert hub.kinds()["compare"] == 4


@pytest.mark.parametrize("ahead", [150, 1_200])
async def test_a_leak_is_found_however_far_dev_is_ahead(desk: Desk, hub: Hub, ahead: int) -> None:
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    grow(desk, "dev", ahead, "dev")
    outcome, (finding,) = await hub.said("hotfix/1.0.1", "main")
    assert outcome is Outcome.FAIL
    assert [detail.plain().split(" ", 1)[1] for detail in finding.details] == [
        "`unfinished one`",
        "`unfinished two`",
    ]


async def test_production_too_far_ahead_is_unknown(desk: Desk, hub: Hub) -> None:
    grow(desk, "main", 1_001, "main")
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    outcome, (finding,) = await hub.said("release/1.1.0", "main", "missing-back-merge")
    assert outcome is Outcome.UNKNOWN
    assert finding.message.plain() == ("`main` has 1001 commits that `dev` lacks; more than 1000 are not compared.")


async def test_of_many_that_are_owed_250_are_listed_and_all_counted(desk: Desk, hub: Hub) -> None:
    grow(desk, "main", 260, "main")
    source = await hub.source("dev", "main")
    drift = await source.drift()
    assert isinstance(drift, tuple)
    assert (len(drift[0].lacking), drift[0].total) == (250, 260)
    assert drift[0].lacking[0].subject == "step 259"


class TestAnotherBranchThatIsTooLongToList:
    """A branch with more than a thousand commits that dev lacks is asked for our first commits instead."""

    @pytest.fixture
    def long(self, desk: Desk, hub: Hub) -> Hub:
        desk.start("feature/spark", "dev")
        desk.commit("B", "spark session", {"spark.py": "1\n"})
        grow(desk, "support/0.x", 1_001, "main")
        return hub

    async def test_it_shares_nothing(self, long: Hub) -> None:
        source = await long.source("feature/spark", "dev")
        assert await source.elsewhere() == ()
        assert long.kinds()["compare"] <= 15
        source = await long.source("feature/spark", "dev")
        await source.elsewhere()
        assert long.asked == []

    async def test_it_shares_something_and_nobody_can_say_whose_it_is(self, long: Hub) -> None:
        grow(long.desk, "feature/heap", 1_001, "feature/spark")
        source = await long.source("feature/spark", "dev")
        answer = await source.elsewhere()
        assert isinstance(answer, Unavailable)
        assert answer.why.plain() == (
            "`feature/heap` has 1002 commits that `dev` lacks; more than 1000 are not compared."
        )
