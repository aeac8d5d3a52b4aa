"""A job that fails for good: the check says so, with the delivery to look for, and the job is listed. Never green."""

from __future__ import annotations

from bot.jobs.port import MOST_ATTEMPTS, DeadJob
from bot.jobs.target import PullRequestTarget
from sandbox.github.people.app import Developer
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest, checks, until
from tests.faults.process import list_jobs
from tests.stories.gate import Gate, running
from tests.stories.people import feature, verdict


async def fail_for_good(gate: Gate, pull: Pull) -> None:
    """Have GitHub tell of the pull request until its job is dead; each time brings the next attempt forward."""
    await gate.settle()
    while not await dead(gate):
        await pull.edit(title=f"{pull.model.title}!")
        await gate.settle()


async def dead(gate: Gate) -> list[DeadJob]:
    return [job for job in await gate.queue.dead() if isinstance(job.target, PullRequestTarget)]


async def test_the_check_says_so_and_the_job_is_listed(any_gate: Gate, github: Sandbox, repo: Repo) -> None:
    await any_gate.app.install(repo.model.owner)
    await at_rest(github, any_gate.queue)
    broken = github.faults.answer("GET", "/repos/acme/forecast/branches", 422, times=1_000)
    pull = await feature(repo)
    await fail_for_good(any_gate, pull)
    (job,) = await dead(any_gate)
    (listed,) = [each for each in (await list_jobs(any_gate.database))["dead"] if each["id"] == job.id]
    assert (listed["attempts"], listed["target"]["number"]) == (MOST_ATTEMPTS, 1)
    assert listed["delivery"] == [one.guid for one in github.deliveries if one.action == "edited"][-1]
    assert verdict(pull)[0] == "failure"
    assert f"delivery {listed['delivery']}" in verdict(pull)[1]
    broken.times = 0
    await any_gate.queue.redo(job.id)
    await any_gate.settle()
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
        assert checks(pull) == []
        reading.times = writing.times = 0
        github.deliveries.clear()
    async with running(github, app, embedded) as gate:
        await until(github, lambda: len(checks(pull)) > 0)
        await at_rest(github, gate.queue)
        assert verdict(pull)[0] == "success"
