"""A job that fails for good: the check says so, with the delivery to look for, and the job is listed. Never green."""

from __future__ import annotations

from bot.jobs.port import MOST_ATTEMPTS
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest
from tests.faults.process import list_jobs
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict


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
    print("could not", verdict(pull), summary(pull))
    broken.times = 0
    await any_gate.queue.redo(dead["id"])
    await at_rest(github, any_gate.queue)
    assert verdict(pull)[0] == "success"
