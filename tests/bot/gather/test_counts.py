"""What an evaluation costs of GitHub's budget: little when it is new, nothing when nothing has changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.gather.remote.known import Known
from bot.gather.remote.others import MOST_BRANCHES
from bot.state.port import Seen
from bot.state.store import SqlStore
from policies.facts import Facts
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub, point

pytestmark = pytest.mark.asyncio


@pytest.fixture
def feature(desk: Desk, hub: Hub) -> Hub:
    desk.start("feature/x", "dev")
    desk.commit("A", "feat: x", {"x.py": "1\n"})
    return hub


async def test_a_plain_feature_costs_three_reads_and_then_none(feature: Hub) -> None:
    first = await feature.facts("feature/x", "dev")
    assert feature.kinds() == {"compare": 2, "reviews": 1}  # itself, and what dev owes to production
    assert _undated(await feature.facts("feature/x", "dev")) == _undated(first)
    assert feature.asked == []


async def test_nothing_is_asked_again_after_a_restart(feature: Hub, store: SqlStore) -> None:
    first = await feature.facts("feature/x", "dev")
    feature.known = Known(store, feature.repository.id)
    assert _undated(await feature.facts("feature/x", "dev")) == _undated(first)
    assert feature.asked == []


@pytest.mark.parametrize(
    ("head", "cold"),
    [
        ("hotfix/1.0.1", 8),
        ("release/1.1.0", 6),
    ],
)
async def test_a_version_asks_for_the_list_of_tags_each_time(desk: Desk, hub: Hub, head: str, cold: int) -> None:
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    await hub.facts(head, "main")
    assert len(hub.asked) == cold
    await hub.facts(head, "main")
    assert hub.kinds() == {"tags": 1}
    assert hub.asked[0].not_modified, "which costs nothing"


async def test_many_at_once_ask_once(desk: Desk, hub: Hub) -> None:
    desk.start("feature/x", "dev")
    desk.commit("A", "feat: x", {"x.py": "1\n"})
    source = await hub.source("feature/x", "dev")
    found = await asyncio.gather(*(source.commits() for _ in range(20)), *(source.elsewhere() for _ in range(20)))
    assert len({repr(each) for each in found}) == 2
    assert len({(call.path, call.query) for call in hub.asked}) == len(hub.asked) == 2


async def test_a_question_outlives_the_job_that_asked_it(known: Known) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def fetch() -> int:
        asked.set()
        await answered.wait()
        return 7

    impatient = asyncio.create_task(known.once("key", fetch))
    await asked.wait()
    patient = asyncio.create_task(known.once("key", fetch))
    impatient.cancel()
    await asyncio.wait([impatient])
    answered.set()
    assert (await patient, impatient.cancelled()) == (7, True)
    assert await known.found(["key", "other"]) == {"key": 7}


async def test_an_error_is_not_kept(known: Known) -> None:
    answers = iter([ValueError("first"), None])

    async def fetch() -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="first"):
        await known.once("key", fetch)
    assert await known.once("key", fetch) is None
    assert await known.once("key", fetch) is None  # None is an answer, and there is no third


async def test_a_push_to_the_base_costs_a_few_reads_for_all_pull_requests_together(desk: Desk, hub: Hub) -> None:
    for name in ("feature/a", "feature/b", "feature/c", "feature/d"):
        desk.start(name, "dev")
        desk.commit("A", f"feat: {name}", {f"{name[-1]}.py": "1\n"})
        await hub.facts(name, "dev")
    for name in ("feature/a", "feature/b", "feature/c"):
        await hub.facts(name, "dev")
        assert hub.asked == [], "each has read what the others need"
    desk.merge("A", "feature/d", "dev", 4)
    counts = []
    for name in ("feature/a", "feature/b", "feature/c"):
        await hub.facts(name, "dev")
        counts.append(len(hub.asked))
    assert counts == [3, 1, 1]  # its own comparison; and once: what production has, and that dev only went on


async def test_a_base_that_moves_often_costs_no_more_each_time(desk: Desk, hub: Hub) -> None:
    """Each branch was first seen above another tip of dev; that the next one contains all of those is one read."""
    for number in range(4):
        desk.start(f"feature/{number}", "dev")
        desk.commit("A", f"feat: {number}", {f"{number}.py": "1\n"})
        await hub.facts(f"feature/{number}", "dev")
        desk.git("switch", "--quiet", "dev")
        desk.commit("B", f"dev {number}", {f"dev{number}.py": "1\n"})
    await hub.facts("feature/0", "dev")
    assert hub.kinds() == {"compare": 3}  # itself; what production has; and that dev only went on


async def test_a_rewritten_base_is_noticed(desk: Desk, hub: Hub) -> None:
    """Commits that dev has dropped belong to whoever brings them again."""
    desk.start("feature/a", "dev")
    desk.commit("A", "feat: a", {"a.py": "1\n"})
    await hub.facts("feature/a", "dev")
    desk.git("branch", "--force", "dev", "dev~1")
    await hub.publish_by_force("dev")
    desk.start("feature/b", "feature/a~1")
    desk.commit("B", "feat: b", {"b.py": "1\n"})
    facts = await hub.facts("feature/b", "dev")
    assert isinstance(facts.elsewhere, tuple)
    (place,) = facts.elsewhere
    assert place.branch == "feature/a"
    assert place.shared == {hub.sha("feature/b~1")}


async def test_the_merge_queues_branches_are_nobodys_work(desk: Desk, feature: Hub) -> None:
    desk.start("gh-readonly-queue/dev/pr-1-abc", "dev")
    desk.merge("A", "feature/x", "gh-readonly-queue/dev/pr-1-abc", 1)
    facts = await feature.facts("feature/x", "dev")
    assert facts.elsewhere == ()
    assert feature.kinds()["compare"] == 2


async def test_a_shipped_release_is_never_asked_again(desk: Desk, hub: Hub) -> None:
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.merge("A", "release/1.1.0", "main", 3)
    source = await hub.source("release/1.1.0", "main")
    assert await source.releases() == ()
    desk.git("switch", "--quiet", "main")
    desk.commit("A", "chore: next", {"next": "1\n"})
    source = await hub.source("release/1.1.0", "main")
    assert await source.releases() == ()
    assert hub.asked == []


async def test_of_very_many_branches_only_those_with_a_pull_request_are_read(
    desk: Desk, hub: Hub, store: SqlStore
) -> None:
    desk.start("feature/spark", "dev")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    desk.start("feature/pipeline", "feature/spark")
    desk.commit("C", "pipeline", {"pipeline.py": "1\n"})
    desk.git("switch", "--quiet", "feature/spark")
    desk.commit("B", "spark settings", {"spark.py": "2\n"})
    point(desk, [f"old/{number}" for number in range(MOST_BRANCHES)], "dev")
    source = await hub.source("feature/pipeline", "dev")
    assert await source.elsewhere() == ()
    seen = Seen(3, hub.sha("feature/spark"), "feature/spark", "dev", fork=False, opinion=None, judged_at=None)
    await store.see(hub.repository.id, seen)
    source = await hub.source("feature/pipeline", "dev")
    places = await source.elsewhere()
    assert isinstance(places, tuple)
    assert [place.branch for place in places] == ["feature/spark"]
    assert hub.kinds() == {"compare": 1}


def _undated(facts: Facts) -> Facts:
    return replace(facts, as_of=datetime.min.replace(tzinfo=UTC))
