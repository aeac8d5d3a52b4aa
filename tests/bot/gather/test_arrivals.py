"""Where no subject says who brought a commit, GitHub does; and what GitHub does not say is not guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.gather.remote.arrivals import MOST_LOOKED_UP
from bot.gather.remote.associated import Bringer, chosen
from policies.facts import Sha
from policies.verdict import Outcome
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub, grow
from tests.sandbox.client import Client

pytestmark = pytest.mark.asyncio


async def hotfix_on_github(hub: Hub) -> None:
    hub.desk.start("hotfix/1.0.1", "main")
    hub.desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    await hub.publish()


async def merged_early(hub: Hub, method: str, title: str) -> None:
    """Merge a hotfix back before it goes to production, with a title that somebody wrote in the form."""
    await hotfix_on_github(hub)
    pull = await hub.repo.open_pull_request("hotfix/1.0.1", "dev", by=hub.alice)
    async with Client(hub.github.base_url, hub.github.token(hub.alice)) as form:
        wish = {"merge_method": method, "commit_title": title}
        await form.put(f"/repos/acme/forecast/pulls/{pull.number}/merge", wish)
    hub.desk.git("fetch", "--quiet", "origin", "+dev:dev")


@pytest.mark.parametrize("method", ["merge", "squash"])
async def test_an_early_back_merge_is_known_by_its_pull_request_whatever_its_title(hub: Hub, method: str) -> None:
    await merged_early(hub, method, "The rounding was wrong")
    assert await hub.said("hotfix/1.0.1", "main") == (Outcome.PASS, [])
    assert hub.kinds()["pulls"] == (1 if method == "merge" else 0), "a squash has no commit in common with the hotfix"
    await hub.said("hotfix/1.0.1", "main")
    assert hub.kinds()["pulls"] == 0


async def test_a_back_merge_that_no_pull_request_made_is_not_taken_for_one(hub: Hub) -> None:
    await hotfix_on_github(hub)
    hub.desk.git("switch", "--quiet", "dev")
    hub.desk.git("merge", "--quiet", "--no-ff", "--message", "the rounding was wrong", "hotfix/1.0.1")
    outcome, (finding,) = await hub.said("hotfix/1.0.1", "main")
    assert outcome is Outcome.FAIL
    assert finding.message.plain() == "`hotfix/1.0.1` carries 1 commit that belongs to `dev`."


async def test_that_nobody_brought_it_is_kept_of_an_old_commit_only(hub: Hub) -> None:
    """GitHub closes a pull request some seconds after its commits have reached the base."""
    await hotfix_on_github(hub)
    hub.desk.git("switch", "--quiet", "dev")
    hub.desk.git("merge", "--quiet", "--no-ff", "--message", "the rounding was wrong", "hotfix/1.0.1")
    made = int(hub.desk.git("log", "-1", "--format=%ct"))
    for age, asked in ((timedelta(minutes=5), 1), (timedelta(hours=2), 0)):
        hub.now = hub.github.clock.now().fromtimestamp(made, tz=hub.github.clock.now().tzinfo) + age
        await hub.said("hotfix/1.0.1", "main")
        await hub.said("hotfix/1.0.1", "main")
        assert hub.kinds()["pulls"] == asked


async def pushed_into_dev(hub: Hub, commits: int) -> None:
    """Bring a hotfix to dev without a merge commit; GitHub closes its pull request as merged by that push."""
    hub.desk.git("branch", "--force", "dev", "main")
    await hub.publish_by_force("dev")
    grow(hub.desk, "hotfix/1.0.1", commits, "main")
    await hub.publish()
    pull = await hub.repo.open_pull_request("hotfix/1.0.1", "dev", by=hub.alice)
    hub.desk.git("branch", "--force", "dev", "hotfix/1.0.1")
    await hub.publish()
    assert pull.merged


async def test_a_hotfix_that_was_pushed_into_dev_is_its_own(hub: Hub) -> None:
    await pushed_into_dev(hub, 3)
    assert await hub.said("hotfix/1.0.1", "main") == (Outcome.PASS, [])
    assert hub.kinds()["pulls"] == 3


async def test_more_of_them_than_are_asked_for_are_not_guessed(hub: Hub) -> None:
    await pushed_into_dev(hub, MOST_LOOKED_UP + 5)
    outcome, (finding,) = await hub.said("hotfix/1.0.1", "main")
    assert outcome is Outcome.UNKNOWN
    assert finding.message.plain() == (
        "25 commits came to `dev` one by one; by which pull requests was asked for 20 of them only."
    )
    assert hub.kinds()["pulls"] == MOST_LOOKED_UP


async def test_one_that_is_not_its_own_decides_however_many_there_are(desk: Desk, hub: Hub) -> None:
    grow(desk, "dev", MOST_LOOKED_UP + 5, "dev")
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    outcome, (finding,) = await hub.said("hotfix/1.0.1", "main")
    assert outcome is Outcome.FAIL
    assert finding.message.plain() == "`hotfix/1.0.1` carries 27 commits that belong to `dev`."


async def test_a_feature_asks_for_no_pull_requests(desk: Desk, hub: Hub) -> None:
    """What a long-lived branch holds is never foreign to dev, so it need not be known who brought it."""
    desk.start("feature/x", "main")
    desk.commit("A", "feat: x", {"x.py": "1\n"})
    desk.git("switch", "--quiet", "main")
    desk.git("merge", "--quiet", "--no-ff", "--message", "in a hurry", "feature/x")
    desk.git("switch", "--quiet", "feature/x")
    desk.commit("A", "feat: more", {"x.py": "2\n"})
    source = await hub.source("feature/x", "dev")
    places = await source.elsewhere()
    assert isinstance(places, tuple)
    assert [place.branch for place in places] == ["main"]
    assert hub.kinds()["pulls"] == 0


MADE = Sha("a" * 40)


def listed(number: int, **changes: object) -> dict[str, object]:
    """Return a pull request as ``/commits/{sha}/pulls`` lists it, as far as it is read."""
    pull: dict[str, object] = {
        "number": number,
        "merged_at": "2024-03-05T12:00:00Z",
        "merge_commit_sha": MADE,
        "head": {"ref": "hotfix/1.0.1", "sha": "b" * 40},
        "base": {"ref": "dev", "repo": {"id": 42}},
    }
    return pull | changes


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ([], None),
        ([listed(7)], 7),
        ([listed(7, merged_at=None)], None),
        ([listed(7, base={"ref": "main", "repo": {"id": 42}})], None),
        ([listed(7, base={"ref": "dev", "repo": {"id": 43}})], None),
        ([listed(5, merge_commit_sha="c" * 40), listed(7)], 7),
        ([listed(5, merge_commit_sha=None), listed(7, merge_commit_sha="c" * 40)], 5),
    ],
    ids=["none", "one", "open", "into another branch", "in a fork", "the one that made it", "any that was merged"],
)
async def test_which_of_the_pull_requests_of_a_commit_brought_it(given: list[dict[str, object]], number: int) -> None:
    brought = chosen(given, 42, "dev", MADE)
    assert (brought.number if brought else None) == number
    assert brought is None or brought == Bringer(brought.number, "hotfix/1.0.1", Sha("b" * 40), brought.made)
