"""SIGTERM: what has begun ends with its check, and the process ends without complaint."""

from __future__ import annotations

from bot.jobs.opening import open_queue
from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest, checks, reached
from tests.faults.process import serving
from tests.stories.people import feature


async def test_a_running_evaluation_ends_with_its_check(
    github: Sandbox, app: Developer, repo: Repo, database: str
) -> None:
    queue = open_queue(database)
    async with serving(github, app, database) as server:
        await app.install(repo.model.owner)
        await at_rest(github, queue)
        comparing = github.faults.hold("GET", "/repos/acme/forecast/compare/.*")
        pull = await feature(repo, base="main")
        await reached(comparing)
        server.ask_to_stop()
        await server.logs("server.draining")
        comparing.released.set()
        assert await server.end() == 0
    assert [run.conclusion for run in checks(pull)] == ["failure"]
    assert len(pull.comments) == 1
    assert (await queue.counts())["running"] == 0
