"""GitHub's limits: everything waits, nobody asks meanwhile, and in the end all is done."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs

from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest
from tests.faults.places import WRONG_TARGET
from tests.faults.staff import staff
from tests.stories.gate import Gate, running
from tests.stories.people import feature, verdict


async def test_a_budget_that_is_used_up_is_waited_for(any_gate: Gate, github: Sandbox, repo: Repo) -> None:
    installation = await any_gate.app.install(repo.model.owner)
    await at_rest(github, any_gate.queue)
    github.limits.exhaust(f"installation {installation.id}", seconds=2)
    github.calls.clear()
    with capture_logs() as log:
        pulls = [await feature(repo, f"feature/{number}") for number in range(6)]
        await any_gate.settle()
        assert [pull.checks() for pull in pulls] == [{}] * 6
        assert (await any_gate.queue.counts())["later"] >= 6
        assert len([call for call in github.calls if call.status == 403]) <= 8, "no more than there are workers"
        await at_rest(github, any_gate.queue)
    assert "job.failed" not in {line["event"] for line in log}
    assert [verdict(pull)[0] for pull in pulls] == ["success"] * 6


async def test_a_limit_without_a_word_how_long(github: Sandbox, app: Developer, repo: Repo, embedded: str) -> None:
    """It is waited for a minute, also by those who hear of something new. The clock is the sandbox's."""
    async with running(github, app, embedded, staff(now=github.clock.exact)) as gate:
        await app.install(repo.model.owner)
        await at_rest(github, gate.queue)
        github.faults.secondary_limit("GET", "/repos/acme/forecast/pulls/1", retry_after=None)
        pull = await feature(repo, base="main")
        await gate.settle()
        github.calls.clear()
        await pull.edit(title="feat: know the days")
        await feature(repo, "feature/other")
        await gate.settle()
        assert github.calls == []
        github.advance(timedelta(minutes=1))
        await pull.edit(title="feat: know the days of the week")
        await gate.settle()
        assert verdict(pull) == ("failure", WRONG_TARGET)
