"""Runs of workflows: they wait, run and end, and stand beside the other checks of their commit."""

from __future__ import annotations

import pytest
import pytest_asyncio

from sandbox.github.errors import Refused
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

R = "/repos/acme/forecast"


@pytest_asyncio.fixture
async def pull(repo: Repo) -> Pull:
    await repo.commit("feature/x", {"a.py": "1\n"}, "a")
    return await repo.open_pull_request("feature/x", "main")


async def test_a_run_waits_runs_and_ends(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, receiver: Receiver
) -> None:
    run = await repo.queue_workflow("train.yml", "feature/x", event="pull_request")
    await github.delivered()
    told = receiver.last("workflow_run.requested")
    assert (told["workflow_run"]["status"], told["workflow_run"]["conclusion"]) == ("queued", None)
    assert told["workflow"]["path"] == told["workflow_run"]["path"] == ".github/workflows/train.yml"
    assert told["workflow"]["id"] == told["workflow_run"]["workflow_id"]
    assert [one["number"] for one in told["workflow_run"]["pull_requests"]] == [pull.number]

    await repo.begin_workflow(run)
    await github.delivered()
    assert receiver.last("workflow_run.in_progress")["workflow_run"]["status"] == "in_progress"

    await repo.finish_workflow(run, "failure")
    await github.delivered()
    done = receiver.last("workflow_run.completed")["workflow_run"]
    assert (done["id"], done["status"], done["conclusion"]) == (run.id, "completed", "failure")
    assert (await client.get(f"{R}/actions/runs/{run.id}"))["conclusion"] == "failure"

    again = await repo.run_workflow("train.yml", "feature/x")
    assert (again.workflow, again.run_number, again.status) == (run.workflow, 2, "in_progress")


async def test_runs_are_listed(repo: Repo, pull: Pull, client: Client) -> None:
    run = await repo.run_workflow("train.yml", "feature/x")
    other = await repo.queue_workflow("lint.yml", "main", event="pull_request")
    await repo.finish_workflow(run)
    for query, found in (
        (f"head_sha={pull.head_sha}", [run]),
        ("branch=main", [other]),
        ("status=queued", [other]),
        ("status=completed", [run]),
        ("status=success", [run]),
        ("event=push", [run]),
        ("event=pull_request", [other]),
        ("per_page=1", [other]),
        ("", [other, run]),
    ):
        listed = (await client.get(f"{R}/actions/runs?{query}"))["workflow_runs"]
        assert [one["id"] for one in listed] == [one.id for one in found], query


async def test_its_job_is_a_check_of_github_actions(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, receiver: Receiver
) -> None:
    """Each run has a suite of its own; whoever may write checks hears that it has ended."""
    first = await repo.run_workflow("train.yml", "feature/x")
    second = await repo.run_workflow("lint.yml", "feature/x")
    assert {name: check.status for name, check in pull.checks().items()} == {
        "train": "in_progress",
        "lint": "in_progress",
    }
    await repo.finish_workflow(first)
    await github.delivered()
    suites = (await client.get(f"{R}/commits/{pull.head_sha}/check-suites"))["check_suites"]
    found = {one["id"]: (one["app"]["slug"], one["status"], one["conclusion"]) for one in suites}
    assert found[first.suite.id] == ("github-actions", "completed", "success")
    assert found[second.suite.id] == ("github-actions", "in_progress", None)
    assert receiver.last("check_suite.completed")["check_suite"]["id"] == first.suite.id
    listed = (await client.get(f"{R}/actions/runs"))["workflow_runs"]
    assert {one["id"]: one["check_suite_id"] for one in listed} == {
        first.id: first.suite.id,
        second.id: second.suite.id,
    }


async def test_a_required_job_keeps_the_branch_shut(repo: Repo, pull: Pull) -> None:
    repo.require("main", "train")
    run = await repo.run_workflow("train.yml", "feature/x")
    with pytest.raises(Refused, match='Required status check "train" is pending'):
        await pull.merge()
    await repo.finish_workflow(run)
    await pull.merge()
    assert pull.merged


async def test_a_branch_that_is_not_there(repo: Repo) -> None:
    with pytest.raises(Refused, match="Not Found"):
        await repo.run_workflow("train.yml", "feature/gone")
