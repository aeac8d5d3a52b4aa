"""A job that fails for good: the check says so, with the delivery to look for, and the job is listed. Never green."""

from __future__ import annotations

from bot.jobs.port import MOST_ATTEMPTS
from sandbox.github.people.app import Developer
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest, checks, until
from tests.faults.process import list_jobs
from tests.stories.gate import Gate, running
from tests.stories.people import feature, verdict


async def fail_for_good(gate: Gate, pull: Pull) -> None:
    """Have GitHub tell of the pull request again and again; that brings each attempt forward."""
    for number in range(MOST_ATTEMPTS):
        await pull.edit(title=f"feat: title {number}")
        await gate.settle()


async def test_the_check_says_so_and_the_job_is_listed(any_gate: Gate, github: Sandbox, repo: Repo) -> None:
    await any_gate.app.install(repo.model.owner)
    await at_rest(github, any_gate.queue)
    broken = github.faults.answer("GET", "/repos/acme/forecast/branches", 422, times=1_000)
    pull = await feature(repo)
    await any_gate.settle()
    await fail_for_good(any_gate, pull)
    (dead,) = [job for job in (await list_jobs(any_gate.database))["dead"] if job["target"]["kind"] == "pull_request"]
    assert (dead["attempts"], dead["target"]["number"]) == (MOST_ATTEMPTS, 1)
    assert dead["delivery"] in [one.guid for one in github.deliveries]
    assert verdict(pull)[0] == "failure"
    assert f"delivery {dead['delivery']}" in verdict(pull)[1]
    broken.times = 0
    await any_gate.queue.redo(dead["id"])
    await at_rest(github, any_gate.queue)
    assert verdict(pull)[0] == "success"


async def test_what_could_not_be_said_is_swept_up(github: Sandbox, app: Developer, repo: Repo, embedded: str) -> None:
    """GitHub is out of order for so long that not even that could be told."""
    async with running(github, app, embedded) as gate:
        await app.install(repo.model.owner)
        await at_rest(github, gate.queue)
        reading = github.faults.answer("GET", "/repos/acme/forecast/branches", 422, times=1_000)
        writing = github.faults.answer("*", "/repos/acme/forecast/check-runs.*", 422, times=1_000)
        pull = await feature(repo)
        await fail_for_good(gate, pull)
        assert (await gate.queue.counts())["dead"] > 0
        assert checks(pull) == []
        reading.times = writing.times = 0
        github.deliveries.clear()
    async with running(github, app, embedded) as gate:
        await until(github, lambda: len(checks(pull)) > 0)
        await at_rest(github, gate.queue)
        assert verdict(pull)[0] == "success"
