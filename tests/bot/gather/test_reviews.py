"""Whose review counts, which teams they are in, and that none is missed for having been made at a bad moment."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.gather.remote.reviews import MOST_REVIEWS, latest
from policies.config import Config, read
from policies.facts import Review, Sha, Unavailable
from sandbox.desk import Desk
from sandbox.github.model import Organisation, User
from sandbox.github.people.pull import Pull
from tests.bot.gather.hub import Hub

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        (["approved"], "approved"),
        (["changes_requested", "approved"], "approved"),
        (["approved", "changes_requested"], "changes_requested"),
        (["approved", "commented"], "approved"),
        (["commented", "approved", "commented"], "approved"),
        (["commented"], "commented"),
        (["approved", "dismissed"], "dismissed"),
        (["approved", "pending"], "approved"),
    ],
    ids=" then ".join,
)
async def test_of_one_person_the_latest_decision_counts(states: list[str], counts: str) -> None:
    given = [("grace", state, f"{number}" * 40) for number, state in enumerate(states)]
    assert latest(given) == [Review("grace", counts, Sha(f"{states.index(counts)}" * 40))]


async def test_people_are_kept_apart_and_accounts_that_are_gone_left_out() -> None:
    given = [("grace", "approved", "a" * 40), (None, "approved", "a" * 40), ("linus", "commented", None)]
    assert latest(given) == [Review("grace", "approved", Sha("a" * 40)), Review("linus", "commented", None)]


@pytest_asyncio.fixture
async def pull(desk: Desk, hub: Hub) -> Pull:
    desk.start("feature/x", "dev")
    desk.commit("A", "feat: x", {"x.py": "1\n"})
    await hub.opened("feature/x", "dev")
    return hub.repo.pull(hub.numbers["feature/x", "dev"])


@pytest.fixture
def grace(hub: Hub, acme: Organisation) -> User:
    """A colleague who may read and review."""
    user = hub.github.user("grace")
    hub.github.team(acme, "everybody", [user])
    return user


async def states(hub: Hub) -> dict[str, str]:
    found = await (await hub.opened("feature/x", "dev")).reviews()
    assert isinstance(found, tuple)
    return {review.author: review.state for review in found}


async def test_a_review_is_of_the_head_that_was_looked_at(hub: Hub, pull: Pull, grace: User) -> None:
    await pull.approve(grace)
    seen = pull.head_sha
    hub.desk.git("switch", "--quiet", "feature/x")
    hub.desk.commit("A", "feat: more", {"x.py": "2\n"})
    found = await (await hub.opened("feature/x", "dev")).reviews()
    assert found == (Review("grace", "approved", Sha(seen)),)


async def test_they_are_remembered_until_there_is_another_one(hub: Hub, pull: Pull, grace: User) -> None:
    await pull.review(grace, "interesting")
    assert await states(hub) == {"grace": "commented"}
    assert await states(hub) == {"grace": "commented"}
    assert hub.asked == []
    hub.github.advance(timedelta(minutes=3))
    await pull.approve(grace)
    assert await states(hub) == {"grace": "approved"}


async def test_what_could_turn_a_check_green_is_asked_each_time(hub: Hub, pull: Pull, grace: User) -> None:
    """The sandbox does not move ``updated_at`` when a review is dismissed; nobody promises that GitHub always does."""
    review = await pull.approve(grace)
    assert await states(hub) == {"grace": "approved"}
    assert await states(hub) == {"grace": "approved"}
    assert [call.not_modified for call in hub.asked] == [True], "which costs nothing"
    await pull.dismiss(review, hub.alice)
    assert await states(hub) == {"grace": "dismissed"}


async def test_a_review_in_the_same_second_as_the_one_that_was_read_is_not_missed(
    hub: Hub, pull: Pull, grace: User
) -> None:
    """``updated_at`` has no fractions, so right after a change it says nothing about the next one."""
    hub.now = hub.github.clock.now() + timedelta(seconds=2)
    before = pull.model.updated_at
    assert await states(hub) == {}
    await pull.approve(grace)
    pull.model.updated_at = before
    assert await states(hub) == {"grace": "approved"}


async def test_more_reviews_than_anybody_reads_are_unknown(hub: Hub, pull: Pull, grace: User) -> None:
    for number in range(MOST_REVIEWS + 1):
        await pull.review(grace, f"remark {number}")
    for asked in (MOST_REVIEWS // 100, 0):
        answer = await (await hub.opened("feature/x", "dev")).reviews()
        assert isinstance(answer, Unavailable)
        assert answer.why.plain() == "The pull request has more than 1000 reviews; the others were not read."
        assert len(hub.asked) == asked


TEAMS = b"""
rules:
  missing-approval:
    severity: error
    teams: [ml, platform]
    paths: {"models/**": {teams: [legal]}}
"""


@pytest_asyncio.fixture
async def by_teams(hub: Hub, pull: Pull, acme: Organisation) -> Hub:
    """Grace is in ml, Ken in legal; both have approved. Linus is in ml and has commented."""
    config = read(TEAMS)
    assert isinstance(config, Config)
    hub.config = config
    grace, ken, linus = (hub.github.user(name) for name in ("grace", "ken", "linus"))
    hub.github.team(acme, "ml", [grace, linus])
    hub.github.team(acme, "legal", [ken])
    for person in (grace, ken):
        await pull.approve(person)
    await pull.review(linus, "interesting")
    return hub


async def teams(hub: Hub) -> dict[str, frozenset[str]]:
    found = await (await hub.opened("feature/x", "dev")).reviews()
    assert isinstance(found, tuple)
    return {review.author: review.teams for review in found}


async def test_only_those_who_approved_are_looked_up_in_the_teams_that_the_policy_names(by_teams: Hub) -> None:
    assert await teams(by_teams) == {"grace": {"ml"}, "ken": {"legal"}, "linus": frozenset()}
    assert by_teams.kinds() == {"reviews": 1, "memberships": 6}


async def test_who_is_in_a_team_is_asked_each_time(by_teams: Hub, acme: Organisation) -> None:
    await teams(by_teams)
    del acme.teams["ml"].members[by_teams.github.user("grace")]
    assert (await teams(by_teams))["grace"] == frozenset()


class TestWithoutThePermission:
    @pytest.fixture
    def permissions(self) -> dict[str, str]:
        return {"contents": "read", "pull_requests": "read"}

    async def test_it_is_unknown_and_the_permission_named(self, by_teams: Hub) -> None:
        facts = await by_teams.facts("feature/x", "dev")
        assert isinstance(facts.reviews, Unavailable)
        assert re.fullmatch(
            "GitHub refused to show `/orgs/acme/teams/[a-z]+/memberships/[a-z]+`: "
            "`Resource not accessible by integration`.",
            facts.reviews.why.plain(),
        )
        assert facts.reviews.remedy is not None
        assert "`Members: read (of the organisation)`" in facts.reviews.remedy.text.plain()
        assert isinstance(facts.commits, tuple), "the other facts are there all the same"
