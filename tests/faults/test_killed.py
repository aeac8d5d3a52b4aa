"""kill -9 at every step of the pipeline: what was accepted is done, once, by whoever comes next."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from bot.jobs.opening import open_queue
from sandbox.github.http.faults import Fault, Holds
from sandbox.github.people.app import Developer
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from sandbox.github.webhooks.event import Event
from tests.faults.aftermath import at_rest, checks, reached, unfinished
from tests.faults.places import amiss, forecast
from tests.faults.process import Server, list_jobs, serving
from tests.stories.people import feature

Place = tuple[str, str, Holds]
"""Method and path (within the repository) of a request, and where GitHub holds it."""

READS_PULL = ("GET", "/pulls/1", Holds.BEFORE)
COMPARES = ("GET", "/compare/.*", Holds.BEFORE)
POSTS_CHECK = ("POST", "/check-runs", Holds.BEFORE)
HAS_POSTED_CHECK = ("POST", "/check-runs", Holds.AFTER)
CHANGES_CHECK = ("PATCH", "/check-runs/.*", Holds.BEFORE)
HAS_CHANGED_CHECK = ("PATCH", "/check-runs/.*", Holds.AFTER)
COMMENTS = ("POST", "/issues/1/comments", Holds.BEFORE)
HAS_COMMENTED = ("POST", "/issues/1/comments", Holds.AFTER)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a job is when its process is killed: GitHub holds the requests ``at``.

    Before that it has held those ``after`` all at once, so that people were told that we are looking; and then the head
    has ``moved``.
    """

    at: tuple[Place, ...]
    after: tuple[Place, ...] = ()
    moved: bool = False


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "claimed": Step((READS_PULL,)),
        "gathering": Step((COMPARES,)),
        "looking": Step((COMPARES, HAS_POSTED_CHECK)),
        "evaluated": Step((POSTS_CHECK,)),
        "evaluated-late": Step((CHANGES_CHECK,), after=(COMPARES, HAS_POSTED_CHECK)),
        "written": Step((HAS_POSTED_CHECK,)),
        "written-late": Step((HAS_CHANGED_CHECK,), after=(COMPARES, HAS_POSTED_CHECK)),
        "letting-go": Step((CHANGES_CHECK,), after=(COMPARES, HAS_POSTED_CHECK), moved=True),
        "commenting": Step((COMMENTS,)),
        "commented": Step((HAS_COMMENTED,)),
    }
)


async def stuck(github: Sandbox, app: Developer, name: str) -> Pull:
    """Open a pull request that comes to a step and no further."""
    repo, step = await forecast(github, name), STEPS[name]
    await app.install(repo.model.owner)
    await github.delivered()
    before, at = [[hold(github, repo, place) for place in places] for places in (step.after, step.at)]
    pull = await feature(repo, base="main")
    await reached(*before)
    if step.moved:
        await pull.push({"more.py": "1\n"}, "feat: more")
        await github.delivered()
    for fault in before:
        fault.released.set()
    await reached(*at)
    return pull


def hold(github: Sandbox, repo: Repo, place: Place) -> Fault:
    method, path, where = place
    return github.faults.hold(method, f"/repos/{repo.full_name}{path}", where)


NOTHING = {"waiting": 0, "later": 0, "running": 0, "dead": 0}


def kill_at_check(github: Sandbox, server: Server, times: int) -> None:
    """Kill a server when so many checks have been completed, in the very moment."""
    completed = 0

    def look(event: Event) -> None:
        nonlocal completed
        if (event.name, event.action) != ("check_run", "completed"):
            return
        completed += 1
        if completed == times:
            server.kill()

    github.world.listeners.append(look)


def written_too_often(github: Sandbox) -> list[tuple[str, str, int]]:
    """Return owner, kind and number of what was written more than twice: in progress, and then the verdict.

    Where the head has moved the check of the old one ends besides.
    """
    written = (call.path.split("/") for call in github.calls if call.method in ("POST", "PATCH"))
    found = Counter((path[2], path[4]) for path in written if path[1] == "repos")
    most = {name: 2 + step.moved for name, step in STEPS.items()}
    return [(owner, kind, number) for (owner, kind), number in found.items() if number > most.get(owner, 2)]


def rescued(server: Server) -> list[datetime]:
    """Return when jobs of the dead were taken over."""
    return [datetime.fromisoformat(line["timestamp"]) for line in server.log if line["event"] == "job.rescued"]


async def test_at_every_step(github: Sandbox, app: Developer, repo: Repo, database: str) -> None:
    """In PostgreSQL the dead worker holds its jobs until its lease ends; in a file they are free at once."""
    queue = open_queue(database)
    await app.install(repo.model.owner)
    async with serving(github, app, database, HEADGATE_WORKERS=str(len(STEPS))) as killed:
        pulls = dict(zip(STEPS, await asyncio.gather(*(stuck(github, app, name) for name in STEPS)), strict=True))
        pulls["accepted"] = await feature(repo, base="main")
        await github.delivered()
        assert (await queue.counts())["waiting"] > 0, "all workers are held up"
        killed.kill()
        await killed.end()
        died = datetime.now(UTC)
    github.calls.clear()
    async with serving(github, app, database) as other:
        await at_rest(github, queue)
        assert amiss(pulls) == {}
        assert written_too_often(github) == []
        assert len(rescued(other)) == len(STEPS)
        assert (max(rescued(other)) - died).total_seconds() < 30
    assert (await list_jobs(database))["counts"] == NOTHING


async def test_in_the_middle_of_a_burst(github: Sandbox, app: Developer, repo: Repo, database: str) -> None:
    """At a moment when GitHub has just made a check, and will not get to tell. On PostgreSQL another worker helps."""
    pulls = [await feature(repo, f"feature/{n}", ("main", "dev")[n % 2]) for n in range(12)]
    async with AsyncExitStack() as closing:

        async def start() -> Server:
            return await closing.enter_async_context(serving(github, app, database, HEADGATE_WORKERS="4"))

        killed = await start()
        await app.install(github.organisation("empty", github.user("alice")))
        await killed.logs("job.done")
        other = await start() if "postgresql:" in database else None
        kill_at_check(github, killed, 3)
        await app.install(repo.model.owner)
        await killed.end()
        other = other or await start()
        await at_rest(github, open_queue(database))
        assert [[run.conclusion for run in checks(pull)] for pull in pulls] == [["failure"], ["success"]] * 6
        assert [len(pull.comments) for pull in pulls] == [1, 0] * 6
        assert unfinished(repo) == []
        assert rescued(other)
    assert (await list_jobs(database))["counts"] == NOTHING
