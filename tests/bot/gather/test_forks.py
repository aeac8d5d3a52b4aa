"""Pull requests from forks: their commits are compared in the repository that they are for."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.gather.pull import read_pull
from bot.gather.remote.facts import GitHubFacts
from policies.facts import Facts, PullRequest
from policies.gitflow.model import bind
from sandbox.desk import Desk
from sandbox.github.model import Organisation
from sandbox.github.people.repo import Repo
from tests.bot.gather.hub import Hub

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def fork(hub: Hub, acme: Organisation) -> Repo:
    """Carol's fork, in which she works on branches named like ours."""
    carol = hub.github.user("carol")
    hub.github.team(acme, "guests", [carol])
    await hub.publish()
    return await hub.repo.fork(carol)


async def gathered(hub: Hub, number: int) -> Facts:
    listed = await hub.publish()
    pull = await read_pull(hub.api, hub.repository, number)
    assert pull is not None
    hub.count_from_here()
    source = GitHubFacts(
        hub.reader, pull.placed(listed), pull.payload, listed, bind(hub.config.branches, listed, [pull.subject.base])
    )
    return await hub.gather(source)


@pytest.mark.parametrize("gone", [False, True], ids=["there", "deleted"])
async def test_a_fork_is_seen_like_a_branch_of_ours_even_when_it_is_gone(hub: Hub, fork: Repo, gone: bool) -> None:
    sha = await fork.commit("feature/x", {"x.py": "1\n"}, "feat: x", by=hub.github.user("carol"))
    pull = await hub.repo.open_pull_request("carol:feature/x", "dev", "feat: x", by=hub.github.user("carol"))
    if gone:
        await fork.delete()
    facts = await gathered(hub, pull.number)
    assert isinstance(facts.commits, tuple)
    assert [commit.sha for commit in facts.commits] == [sha]
    assert facts.elsewhere == ()
    assert isinstance(facts.pull_request, PullRequest)
    assert facts.pull_request.fork


async def test_a_branch_of_ours_with_the_name_of_the_forks_is_another_one(desk: Desk, hub: Hub, fork: Repo) -> None:
    """Carol brings what is unfinished on our branch of the same name."""
    desk.start("feature/x", "dev")
    desk.commit("B", "unfinished three", {"three.py": "3\n"})
    await hub.publish()
    carol = hub.github.user("carol")
    desk.git("push", "--quiet", str(fork.path), "feature/x:refs/heads/feature/x")
    await fork.pushed(by=carol)
    await fork.commit("feature/x", {"four.py": "4\n"}, "feat: four", by=carol)
    pull = await hub.repo.open_pull_request("carol:feature/x", "dev", "feat: four", by=carol)
    facts = await gathered(hub, pull.number)
    assert isinstance(facts.elsewhere, tuple)
    (place,) = facts.elsewhere
    assert (place.branch, set(place.shared), place.held_by_head) == ("feature/x", {hub.sha("feature/x")}, True)


async def test_the_main_branch_of_a_fork_is_not_production(desk: Desk, hub: Hub, fork: Repo) -> None:
    carol = hub.github.user("carol")
    await fork.commit("main", {"x.py": "1\n"}, "feat: x", by=carol)
    pull = await hub.repo.open_pull_request("carol:main", "dev", "feat: x", by=carol)
    facts = await gathered(hub, pull.number)
    assert isinstance(facts.drift, tuple)
    assert [(place.source, place.branch, place.lacking) for place in facts.drift] == [("main", "dev", ())]
