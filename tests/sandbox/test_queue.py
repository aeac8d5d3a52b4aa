"""The merge queue: groups on top of one another, merged in order when their checks pass."""

from __future__ import annotations

import pytest
import pytest_asyncio

from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.people.app import Developer
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


@pytest_asyncio.fixture
async def pulls(repo: Repo, app: Developer, client: Client) -> list[Pull]:
    """Two pull requests whose required check passes, and a queue on main."""
    protection = repo.require("main", "checker", app=app.app)
    protection.merge_queue = protection.ruleset = True
    made = []
    for name in ("one", "two"):
        await repo.commit(f"feature/{name}", {f"{name}.py": "1\n"}, name)
        made.append(await repo.open_pull_request(f"feature/{name}", "main"))
        await verdict(client, made[-1].head_sha, "success")
    return made


async def verdict(client: Client, sha: str, conclusion: str) -> None:
    await client.post(f"{R}/check-runs", {"name": "checker", "head_sha": sha, "conclusion": conclusion})


async def test_a_group_is_built_and_merged(
    github: Sandbox, repo: Repo, pulls: list[Pull], client: Client, receiver: Receiver, alice: User
) -> None:
    main, first = repo.sha("main"), pulls[0]
    with pytest.raises(Refused, match="merge queue"):
        await first.merge()
    entry = await first.enqueue()
    await github.delivered()
    group = receiver.last("merge_group.checks_requested")["merge_group"]
    ref = f"gh-readonly-queue/main/pr-1-{main}"
    assert group["head_ref"] == f"refs/heads/{ref}"
    assert (group["base_ref"], group["base_sha"], group["head_sha"]) == ("refs/heads/main", main, repo.sha(ref))
    assert github.world.git(repo.model).objects.commit(group["head_sha"]).parents == (main, first.head_sha)
    assert receiver.last("check_suite.requested")["check_suite"]["head_branch"] == ref
    assert receiver.last("pull_request.enqueued")["number"] == 1
    assert (first.state, repo.sha("main")) == ("open", main)
    await verdict(client, group["head_sha"], "success")
    await github.delivered()
    assert first.merged
    assert repo.sha("main") == group["head_sha"] == entry.head_sha
    assert receiver.last("merge_group.destroyed")["reason"] == "merged"
    assert receiver.last("pull_request.dequeued")["reason"] == "MERGE"
    assert ref not in repo.branches()


async def test_groups_stand_on_one_another(
    github: Sandbox, repo: Repo, pulls: list[Pull], client: Client, receiver: Receiver
) -> None:
    one, two = [await pull.enqueue() for pull in pulls]
    assert two.base_sha == one.head_sha
    await verdict(client, two.head_sha, "success")
    assert not pulls[1].merged
    await verdict(client, one.head_sha, "success")
    assert [pull.merged for pull in pulls] == [True, True]
    assert repo.sha("main") == two.head_sha


async def test_a_failure_takes_out_one_and_rebuilds_the_rest(
    github: Sandbox, repo: Repo, pulls: list[Pull], client: Client, receiver: Receiver
) -> None:
    one, two = [await pull.enqueue() for pull in pulls]
    before = two.head_sha
    await verdict(client, one.head_sha, "failure")
    await github.delivered()
    assert receiver.last("pull_request.dequeued")["reason"] == "CI_FAILURE"
    assert repo.model.queue == [two]
    assert (two.base_sha, two.head_sha != before) == (repo.sha("main"), True)
    assert [one.payload["reason"] for one in receiver.received if one.name == "merge_group.destroyed"] == [
        "invalidated",
        "invalidated",
    ]
    assert pulls[0].state == "open"


async def test_leaving(github: Sandbox, repo: Repo, pulls: list[Pull], receiver: Receiver) -> None:
    await pulls[0].enqueue()
    with pytest.raises(Refused, match="already in the queue"):
        await pulls[0].enqueue()
    await pulls[0].dequeue()
    await github.delivered()
    assert receiver.last("merge_group.destroyed")["reason"] == "dequeued"
    assert repo.model.queue == []
    with pytest.raises(LookupError):
        await pulls[0].dequeue()


async def test_a_push_or_a_close_takes_out(repo: Repo, pulls: list[Pull]) -> None:
    one, two = [await pull.enqueue() for pull in pulls]
    await pulls[0].push({"one.py": "2\n"}, "more")
    assert repo.model.queue == [two]
    await pulls[1].close()
    assert repo.model.queue == []
    assert not [name for name in repo.branches() if "queue" in name]
    assert one.head_sha


async def test_what_may_not_enter(repo: Repo, pulls: list[Pull]) -> None:
    await pulls[0].push({"one.py": "2\n"}, "more")
    with pytest.raises(Refused, match="is expected"):
        await pulls[0].enqueue()
    await pulls[1].convert_to_draft()
    with pytest.raises(Refused, match="not in the correct state"):
        await pulls[1].enqueue()


async def test_what_conflicts_in_the_queue_leaves_it(repo: Repo, pulls: list[Pull], client: Client) -> None:
    await repo.commit("feature/three", {"one.py": "other\n"}, "three")
    third = await repo.open_pull_request("feature/three", "main")
    await verdict(client, third.head_sha, "success")
    one = await pulls[0].enqueue()
    await third.enqueue()
    assert repo.model.queue == [one]
    assert third.state == "open"


async def test_without_required_checks_it_merges_at_once(repo: Repo, pulls: list[Pull]) -> None:
    repo.model.protections[0].checks.clear()
    await pulls[0].enqueue()
    assert pulls[0].merged
