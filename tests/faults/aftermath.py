"""What is waited for, and what is there when the dust has settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.jobs.port import Queue
from sandbox.github.http.faults import Fault
from sandbox.github.model import CheckRun
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox

SECONDS = 60
"""After which something that should have happened counts as missing, on a machine that is busy."""


async def at_rest(github: Sandbox, queue: Queue) -> None:
    """Wait until every webhook has arrived and no job is left, not even for later. Any process may do the jobs."""
    async with asyncio.timeout(SECONDS):
        before = -1
        while before != (now := len(github.calls)) or await _jobs(queue):
            before = now
            await github.delivered()
            await asyncio.sleep(0.02)


async def _jobs(queue: Queue) -> int:
    counts = await queue.counts()
    return counts["waiting"] + counts["later"] + counts["running"]


async def reached(*faults: Fault) -> None:
    """Wait until GitHub holds all these requests."""
    async with asyncio.timeout(SECONDS):
        for fault in faults:
            await fault.reached.wait()


def unfinished(where: Repo | Pull) -> list[str]:
    """Return what is left in progress in a repository, on whichever commit."""
    repository = where.model if isinstance(where, Repo) else where.model.repository
    left = (run for suite in repository.suites for run in suite.runs if run.status != "completed")
    return [f"{run.name} on {run.head_sha}" for run in left]


def checks(pull: Pull) -> list[CheckRun]:
    """Return all check runs that there are on the head of a pull request, the oldest first."""
    found = (run for suite in pull.model.repository.suites for run in suite.runs)
    return [run for run in found if run.head_sha == pull.head_sha]


async def until(github: Sandbox, is_so: Callable[[], bool]) -> None:
    """Wait until something is so; it is looked at whenever something has happened on GitHub."""
    happened = asyncio.Event()
    github.world.listeners.append(lambda _: happened.set())
    async with asyncio.timeout(SECONDS):
        while not is_so():
            happened.clear()
            await happened.wait()
