"""Forks: heads elsewhere, heads that are gone, and what GitHub does not see there."""

from __future__ import annotations

import pytest
import pytest_asyncio

from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


@pytest.fixture
def carol(github: Sandbox, repo: Repo) -> User:
    """Somebody from outside who may read."""
    user = github.user("carol")
    repo.add_collaborator(user, "read")
    return user


@pytest_asyncio.fixture
async def fork(repo: Repo, carol: User) -> Repo:
    return await repo.fork(carol)


@pytest_asyncio.fixture
async def pull(repo: Repo, fork: Repo, carol: User) -> Pull:
    """From the fork's own ``main``."""
    await fork.commit("main", {"a.py": "1\n"}, "fix: a")
    return await repo.open_pull_request("carol:main", "main", by=carol)


async def test_the_head_is_in_the_fork(repo: Repo, fork: Repo, pull: Pull, client: Client) -> None:
    shown = await client.get(f"{R}/pulls/1")
    assert shown["head"]["label"] == "carol:main"
    assert (shown["head"]["repo"]["full_name"], shown["head"]["repo"]["fork"]) == ("carol/forecast", True)
    assert shown["head"]["sha"] == fork.sha("main") == repo.sha("refs/pull/1/head")
    assert [one["filename"] for one in await client.get(f"{R}/pulls/1/files")] == ["a.py"]
    compared = await client.get(f"{R}/compare/main...carol:main")
    assert (compared["ahead_by"], compared["commits"][0]["sha"]) == (1, pull.head_sha)
    assert set(repo.branches()) == {"main", "dev"}


async def test_pushes_to_it_are_followed(github: Sandbox, pull: Pull, client: Client, receiver: Receiver) -> None:
    await github.delivered()
    receiver.received.clear()
    sha = await pull.push({"a.py": "2\n"}, "more")
    await github.delivered()
    assert receiver.names == ["pull_request.synchronize"]
    assert pull.head_sha == sha


async def test_checks_do_not_name_it(pull: Pull, repo: Repo, client: Client) -> None:
    """https://docs.github.com/rest/checks/runs: pushes to forks are not detected."""
    run = await client.post(f"{R}/check-runs", {"name": "checker", "head_sha": pull.head_sha})
    assert run["pull_requests"] == []
    suite = await client.get(f"{R}/check-suites/{run['check_suite']['id']}")
    assert (suite["head_branch"], suite["pull_requests"]) == (None, [])
    assert list(pull.checks()) == ["checker"]


async def test_a_fork_that_is_gone(
    github: Sandbox, fork: Repo, pull: Pull, alice: User, client: Client, receiver: Receiver
) -> None:
    await fork.delete()
    shown = await client.get(f"{R}/pulls/1")
    assert shown["head"]["repo"] is None
    assert (shown["head"]["user"]["login"], shown["head"]["ref"], shown["state"]) == ("carol", "main", "open")
    await pull.close()
    await github.delivered()
    assert receiver.last("pull_request.closed")["pull_request"]["head"]["repo"] is None
    with pytest.raises(Refused, match="has been deleted"):
        await pull.reopen()
    with pytest.raises(LookupError):
        await pull.push({"a.py": "3\n"}, "more")


async def test_it_can_be_merged(repo: Repo, pull: Pull, alice: User) -> None:
    tip = await pull.merge(by=alice)
    assert repo.sha("main") == tip
    assert pull.merged


async def test_its_owner_may_not_merge(pull: Pull, carol: User) -> None:
    with pytest.raises(Refused) as refused:
        await pull.merge(by=carol)
    assert refused.value.status == 403
