"""A GitHub that does not answer: it is not waited for without end, and not asked to do a thing twice."""

from __future__ import annotations

from bot.github.transport import Timeouts
from sandbox.github.http.faults import Holds
from sandbox.github.people.app import Developer
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest
from tests.faults.places import amiss, forecast
from tests.faults.staff import staff
from tests.stories.gate import running
from tests.stories.people import feature

SILENT = {
    "reading": ("GET", "/pulls/1", Holds.BEFORE),
    "writing": ("POST", "/check-runs", Holds.BEFORE),
    "written": ("POST", "/check-runs", Holds.AFTER),
    "commented": ("POST", "/issues/1/comments", Holds.AFTER),
}


async def test_silence(github: Sandbox, app: Developer, embedded: str) -> None:
    repos = {name: await forecast(github, name) for name in SILENT}
    async with running(github, app, embedded, staff(timeouts=Timeouts(total=1.0))) as gate:
        for repo in repos.values():
            await app.install(repo.model.owner)
        await at_rest(github, gate.queue)
        held = [
            github.faults.hold(method, f"/repos/{name}/forecast{path}", where)
            for name, (method, path, where) in SILENT.items()
        ]
        pulls = {name: await feature(repo, base="main") for name, repo in repos.items()}
        await at_rest(github, gate.queue)
        assert [fault.hit for fault in held] == [1] * len(SILENT)
        assert amiss(pulls) == {}
