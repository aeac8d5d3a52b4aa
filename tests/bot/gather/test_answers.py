"""What GitHub says of a merge, of fresh commits, and of what the App may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.gather.remote import mergeable
from bot.gather.remote.reader import PATIENCE
from bot.gather.remote.refused import unavailable
from bot.github.errors import Forbidden, RateLimited, Unauthorized, Unreachable
from bot.jobs.port import Later
from policies.facts import Merge, Mergeability, Unavailable
from policies.verdict import Outcome
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub

pytestmark = pytest.mark.asyncio


@pytest.fixture
def feature(desk: Desk, hub: Hub) -> Hub:
    desk.start("feature/x", "dev")
    desk.commit("A", "feat: x", {"x.py": "1\n"})
    return hub


async def test_github_says_whether_it_merges(desk: Desk, feature: Hub) -> None:
    source = await feature.opened("feature/x", "dev")
    assert await source.merge() == Merge(Mergeability.CLEAN)
    desk.git("switch", "--quiet", "dev")
    desk.commit("B", "the same file", {"x.py": "other\n"})
    source = await feature.opened("feature/x", "dev")
    assert await source.merge() == Merge(Mergeability.DIRTY)
    outcome, (finding,) = await feature.said("feature/x", "dev", "merge-conflict")
    assert (outcome, finding.message.plain()) == (
        Outcome.FAIL,
        "`feature/x` and `dev` have changed the same lines.",
    )


async def test_a_draft_that_merges_is_clean(feature: Hub) -> None:
    await feature.opened("feature/x", "dev")
    await feature.repo.pull(1).convert_to_draft()
    source = await feature.opened("feature/x", "dev")
    assert source.payload["mergeable_state"] == "draft"
    assert await source.merge() == Merge(Mergeability.CLEAN)


@pytest.mark.parametrize(
    ("mergeable_", "state", "expected"),
    [
        (True, "clean", Mergeability.CLEAN),
        (True, "blocked", Mergeability.CLEAN),
        (True, "behind", Mergeability.CLEAN),
        (False, "dirty", Mergeability.DIRTY),
        (False, "unknown", Mergeability.DIRTY),
        (None, "dirty", Mergeability.DIRTY),
    ],
)
async def test_only_a_conflict_is_a_conflict(
    hub: Hub, mergeable_: bool | None, state: str, expected: Mergeability
) -> None:
    assert mergeable.merge(hub.reader, {"mergeable": mergeable_, "mergeable_state": state}) == Merge(expected)


async def test_what_github_has_not_computed_yet_is_waited_for(feature: Hub) -> None:
    feature.github.world.looks_before_mergeable = 1
    source = await feature.opened("feature/x", "dev")
    with pytest.raises(Later) as later:
        await feature.gather(source)
    assert later.value.at - source.reader.now == timedelta(seconds=1)
    source = await feature.opened("feature/x", "dev")
    facts = await feature.gather(source)
    assert facts.merge == Merge(Mergeability.CLEAN)
    assert feature.asked == [], "what was read before we waited was kept"


@pytest.mark.parametrize(
    ("waited", "seconds"), [(0.0, 1.0), (1.0, 1.0), (2.0, 2.0), (4.0, 4.0), (16.0, 16.0), (59.0, 30.0)]
)
async def test_each_wait_is_as_long_as_all_before_it(hub: Hub, waited: float, seconds: float) -> None:
    hub.waited = waited
    reader = hub.reader
    with pytest.raises(Later) as later:
        mergeable.merge(reader, {"mergeable": None, "mergeable_state": "unknown"})
    assert later.value.at - reader.now == timedelta(seconds=seconds)


async def test_in_the_end_it_is_unknown_and_blocks(feature: Hub) -> None:
    feature.github.world.looks_before_mergeable = 1
    feature.waited = PATIENCE
    outcome, (finding,) = await feature.said("feature/x", "dev", "merge-conflict")
    assert (outcome, finding.message.plain()) == (
        Outcome.UNKNOWN,
        "GitHub has not computed yet whether head and base merge without conflicts.",
    )


COMPARE = "/repos/acme/forecast/compare/.*"


async def test_a_commit_that_github_does_not_know_yet_is_waited_for(feature: Hub) -> None:
    source = await feature.opened("feature/x", "dev")
    feature.github.faults.answer("GET", COMPARE, 404)
    with pytest.raises(Later):
        await feature.gather(source)
    facts = await feature.gather(source)
    assert isinstance(facts.commits, tuple)


async def test_a_commit_that_github_never_gets_to_know_is_unknown(feature: Hub) -> None:
    feature.waited = PATIENCE
    source = await feature.opened("feature/x", "dev")
    feature.github.faults.answer("GET", COMPARE, 404, times=9)
    facts = await feature.gather(source)
    assert isinstance(facts.drift, Unavailable)
    assert "which it named itself" in facts.drift.why.plain()
    assert isinstance(facts.reviews, tuple), "the others are there all the same"


@pytest.mark.parametrize(
    ("status", "error"), [(401, Unauthorized), (429, RateLimited), (502, Unreachable)], ids=["401", "429", "502"]
)
async def test_what_may_get_better_is_raised_as_it_is(feature: Hub, status: int, error: type[Exception]) -> None:
    source = await feature.opened("feature/x", "dev")
    feature.github.faults.answer("GET", COMPARE, status, times=99)
    with pytest.raises(error):
        await feature.gather(source)


async def test_half_an_answer_is_no_answer(feature: Hub) -> None:
    source = await feature.opened("feature/x", "dev")
    feature.github.faults.break_off("GET", COMPARE, times=99)
    with pytest.raises(Unreachable):
        await source.commits()


async def test_what_may_not_be_read_is_unknown_and_the_permission_named(feature: Hub) -> None:
    source = await feature.opened("feature/x", "dev")
    feature.github.faults.answer("GET", COMPARE, 403, times=9)
    facts = await feature.gather(source)
    for fact in (facts.commits, facts.drift, facts.elsewhere):
        assert isinstance(fact, Unavailable)
        assert fact.remedy is not None
        assert "the permission `Contents: read`" in fact.remedy.text.plain()
    assert isinstance(facts.reviews, tuple), "the others are there all the same"


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/repos/acme/forecast/compare/a...b", "Contents: read"),
        ("/repos/acme/forecast/tags", "Contents: read"),
        ("/repos/acme/pulls/tags", "Contents: read"),
        ("/repos/acme/forecast/pulls/7/reviews", "Pull requests: read"),
        ("/repos/acme/forecast/pulls/7", "Pull requests: read"),
        ("/repos/acme/forecast/commits/a/pulls", "Pull requests: read"),
        ("/orgs/acme/teams/pulls/memberships/ada", "Members: read (of the organisation)"),
    ],
)
async def test_each_kind_of_address_has_its_permission(path: str, permission: str) -> None:
    remedy = unavailable(Forbidden("GET", path, 403, "Resource not accessible by integration")).remedy
    assert remedy is not None
    assert f"the permission `{permission}`" in remedy.text.plain()


async def test_a_branch_that_is_gone_is_named(feature: Hub) -> None:
    source = await feature.source("feature/x", "dev", base_sha=None)
    answer = await source.commits()
    assert isinstance(answer, Unavailable)
    assert answer.why.plain() == "The branch `dev` is not on GitHub any more."
    assert await source.elsewhere() == await source.paths() == await source.tags() == answer
