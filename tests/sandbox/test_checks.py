"""Check suites and runs: whose they are, which counts, and how they are asked for again."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import SECRET, Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


@pytest_asyncio.fixture
async def pull(repo: Repo, installation: Install) -> Pull:
    await repo.commit("feature/x", {"a.py": "1\n2\n"}, "feat: x")
    return await repo.open_pull_request("feature/x", "main")


async def test_a_push_asks_for_checks(github: Sandbox, repo: Repo, pull: Pull, receiver: Receiver) -> None:
    await github.delivered()
    said = receiver.last("check_suite.requested")["check_suite"]
    assert (said["head_sha"], said["head_branch"], said["status"]) == (pull.head_sha, "feature/x", "queued")
    assert (said["after"], said["app"]["slug"], said["head_commit"]["message"]) == (pull.head_sha, "checker", "feat: x")


async def test_a_run_from_beginning_to_end(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, receiver: Receiver
) -> None:
    begun = {"name": "checker", "head_sha": pull.head_sha, "status": "in_progress", "external_id": "7"}
    run = await client.post(f"{R}/check-runs", begun)
    assert (run["status"], run["conclusion"], run["completed_at"]) == ("in_progress", None, None)
    assert [one["number"] for one in run["pull_requests"]] == [1]
    assert run["pull_requests"][0]["base"]["ref"] == "main"
    done = {"conclusion": "failure", "output": {"title": "No", "summary": "Because."}}
    run = await client.patch(f"{R}/check-runs/{run['id']}", done)
    assert (run["status"], run["conclusion"], run["external_id"]) == ("completed", "failure", "7")
    suite = await client.get(f"{R}/check-suites/{run['check_suite']['id']}")
    assert (suite["status"], suite["conclusion"], suite["latest_check_runs_count"]) == ("completed", "failure", 1)
    await github.delivered()
    assert [name for name in receiver.names if name.startswith("check_")] == [
        "check_suite.requested",
        "check_run.created",
        "check_run.completed",
        "check_suite.completed",
    ]
    assert receiver.last("check_run.completed")["sender"]["login"] == "checker[bot]"


async def test_what_is_completed_stays_completed(pull: Pull, client: Client) -> None:
    run = await client.post(f"{R}/check-runs", _run(pull, conclusion="failure"))
    again = await client.patch(f"{R}/check-runs/{run['id']}", {"status": "in_progress"})
    assert (again["status"], again["conclusion"]) == ("completed", "failure")
    other = await client.patch(f"{R}/check-runs/{run['id']}", {"conclusion": "success"})
    assert other["conclusion"] == "success"


def _run(pull: Pull, name: str = "checker", **more: Any) -> dict[str, Any]:
    return {"name": name, "head_sha": pull.head_sha, **more}


async def test_the_latest_of_a_name_and_an_app_counts(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, app: Developer
) -> None:
    first = await client.post(f"{R}/check-runs", _run(pull, conclusion="failure"))
    second = await client.post(f"{R}/check-runs", _run(pull, conclusion="success"))
    third = await client.post(f"{R}/check-runs", _run(pull, "other", status="queued"))
    stranger = await github.register_app("stranger", repo.model.owner, {"checks": "write"})
    async with Client(github.base_url, (await stranger.install(repo.model.owner)).token()) as elsewhere:
        fourth = await elsewhere.post(f"{R}/check-runs", _run(pull, conclusion="failure"))

    async def listed(query: str, ref: str = pull.head_sha) -> list[int]:
        answer = await client.get(f"{R}/commits/{ref}/check-runs?{query}")
        assert answer["total_count"] == len(answer["check_runs"])
        return [one["id"] for one in answer["check_runs"]]

    ids = [one["id"] for one in (first, second, third, fourth)]
    assert await listed("") == [ids[3], ids[2], ids[1]]
    assert await listed("filter=all", "feature%2Fx") == ids[::-1]
    assert await listed("check_name=checker") == [ids[3], ids[1]]
    assert await listed(f"check_name=checker&app_id={app.id}") == [ids[1]]
    assert await listed("status=queued", "heads/feature/x") == [ids[2]]
    suites = await client.get(f"{R}/commits/{pull.head_sha}/check-suites?app_id={app.id}")
    assert [one["conclusion"] for one in suites["check_suites"]] == [None]


async def test_only_its_app_may_change_a_run(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, bob: User
) -> None:
    run = await client.post(f"{R}/check-runs", _run(pull))
    stranger = await github.register_app("stranger", repo.model.owner, {"checks": "write"})
    async with Client(github.base_url, (await stranger.install(repo.model.owner)).token()) as elsewhere:
        answer = await elsewhere.patch(f"{R}/check-runs/{run['id']}", {"conclusion": "success"}, status=403)
    assert "can only be modified by the GitHub App that created it" in answer["message"]
    async with Client(github.base_url, github.token(bob)) as person:
        await person.post(f"{R}/check-runs", _run(pull), status=403)


async def test_rerequesting_a_run(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, receiver: Receiver, bob: User
) -> None:
    """https://docs.github.com/rest/checks/runs#rerequest-a-check-run: the run itself is not updated."""
    run = await client.post(f"{R}/check-runs", _run(pull))
    with pytest.raises(Refused, match="not rerequestable"):
        await pull.rerequest("checker", by=bob)
    await client.patch(f"{R}/check-runs/{run['id']}", {"conclusion": "failure"})
    await pull.rerequest("checker", by=bob)
    await github.delivered()
    said = receiver.last("check_run.rerequested")
    assert (said["check_run"]["id"], said["sender"]["login"]) == (run["id"], "bob")
    assert (await client.get(f"{R}/check-runs/{run['id']}"))["conclusion"] == "failure"
    suite = await client.get(f"{R}/check-suites/{run['check_suite']['id']}")
    assert (suite["status"], suite["conclusion"]) == ("queued", None)
    await client.post(f"{R}/check-runs", _run(pull, conclusion="success"))
    suite = await client.get(f"{R}/check-suites/{run['check_suite']['id']}")
    assert (suite["status"], suite["conclusion"]) == ("completed", "success")


async def test_rerequesting_everything(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, receiver: Receiver
) -> None:
    stranger = await github.register_app(
        "stranger", repo.model.owner, {"checks": "write"}, webhook=(receiver.url, SECRET)
    )
    await stranger.install(repo.model.owner)
    run = await client.post(f"{R}/check-runs", _run(pull, conclusion="failure"))
    await pull.rerequest_all("checker")
    await github.delivered()
    told = [one for one in github.deliveries if one.action == "rerequested"]
    assert [(one.app.slug, one.payload["check_suite"]["id"]) for one in told] == [("checker", run["check_suite"]["id"])]


async def test_annotations_add_up(pull: Pull, client: Client) -> None:
    one = {"path": "a.py", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "hm"}
    output = {"title": "t", "summary": "s", "annotations": [one] * 50}
    run = await client.post(f"{R}/check-runs", _run(pull, output=output))
    assert run["output"]["annotations_count"] == 50
    run = await client.patch(f"{R}/check-runs/{run['id']}", {"output": output})
    assert run["output"]["annotations_count"] == 100
    listed = await client.get(f"{R}/check-runs/{run['id']}/annotations?per_page=100")
    assert len(listed) == 100
    assert listed[0].items() >= (one | {"title": None, "raw_details": None}).items()


@pytest.mark.parametrize(
    "wrong",
    [
        {"output": {"title": "t", "summary": "s", "annotations": [{}]}},
        {"output": {"title": "t", "summary": "x" * 65_536}},
        {"output": {"title": "t", "summary": "s", "text": "x" * 65_536}},
        {"output": {"title": "t"}},
        {"output": "a text"},
        {"status": "completed"},
        {"status": "done"},
        {"conclusion": "fine"},
        {"conclusion": "stale"},
        {"completed_at": "yesterday"},
        {"name": 7},
        {"actions": [{"label": "Mend", "description": "Mends it", "identifier": "mend"}] * 4},
        {"actions": [{"label": "Mend", "description": "x" * 41, "identifier": "mend"}]},
        {"head_sha": "f" * 40},
    ],
)
async def test_what_is_wrong_with_a_run_is_a_422(pull: Pull, client: Client, wrong: dict[str, Any]) -> None:
    await client.post(f"{R}/check-runs", _run(pull) | wrong, status=422)
    assert pull.checks() == {}


async def test_51_annotations_are_too_many(pull: Pull, client: Client) -> None:
    one = {"path": "a.py", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "hm"}
    output = {"title": "t", "summary": "s", "annotations": [one] * 51}
    await client.post(f"{R}/check-runs", _run(pull, output=output), status=422)
    columns = one | {"end_line": 2, "start_column": 1}
    output["annotations"] = [columns]
    await client.post(f"{R}/check-runs", _run(pull, output=output), status=422)


async def test_the_largest_output_is_taken(pull: Pull, client: Client) -> None:
    output = {"title": "t", "summary": "x" * 65_535, "text": "y" * 65_535}
    run = await client.post(f"{R}/check-runs", _run(pull, output=output))
    assert len(run["output"]["text"]) == 65_535


async def test_times_and_links_are_kept(pull: Pull, client: Client) -> None:
    times = {"started_at": "2026-01-02T03:04:05Z", "completed_at": "2026-01-02T04:04:05+01:00"}
    link = {"details_url": "https://example.com/7", "conclusion": "success"}
    run = await client.post(f"{R}/check-runs", _run(pull, **times, **link))
    assert (run["started_at"], run["completed_at"]) == ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")
    assert run["details_url"] == "https://example.com/7"


async def test_statuses(github: Sandbox, repo: Repo, pull: Pull, client: Client, receiver: Receiver) -> None:
    empty = await client.get(f"{R}/commits/{pull.head_sha}/status")
    assert (empty["state"], empty["total_count"]) == ("pending", 0)
    for context, state in (("a", "success"), ("b", "failure"), ("b", "success")):
        await client.post(f"{R}/statuses/{pull.head_sha}", {"state": state, "context": context, "description": "d"})
    combined = await client.get(f"{R}/commits/feature%2Fx/status")
    assert (combined["state"], combined["total_count"]) == ("success", 2)
    everything = await client.get(f"{R}/commits/{pull.head_sha}/statuses")
    assert [one["state"] for one in everything] == ["success", "failure", "success"]
    await client.post(f"{R}/statuses/{pull.head_sha}", {"state": "error", "context": "c"})
    assert (await client.get(f"{R}/commits/{pull.head_sha}/status"))["state"] == "failure"
    await client.post(f"{R}/statuses/{pull.head_sha}", {"state": "bad"}, status=422)
    await client.post(f"{R}/statuses/{pull.head_sha}", {}, status=422)
    await github.delivered()
    assert receiver.last("status")["branches"][0]["name"] == "feature/x"
