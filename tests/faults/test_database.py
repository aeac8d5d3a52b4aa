"""A database that is locked, full or gone for a while: GitHub is told, and what was accepted is done."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing

from bot.jobs.opening import open_queue
from sandbox.github.model import Delivery
from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import SECONDS, at_rest, reached
from tests.faults.places import WRONG_TARGET
from tests.faults.process import serving
from tests.services.postgres import Postgres
from tests.stories.gate import running
from tests.stories.people import feature, verdict

Trouble = Callable[[], AbstractAsyncContextManager[None]]


async def outlast(github: Sandbox, app: Developer, repo: Repo, queue_at: str, trouble: Trouble) -> None:
    """Let a database be in trouble while one job runs and another one is asked for."""
    queue = open_queue(queue_at)
    await app.install(repo.model.owner)
    await at_rest(github, queue)
    comparing = github.faults.hold("GET", "/repos/acme/forecast/compare/.*")
    running = await feature(repo, base="main")
    await reached(comparing)
    await github.delivered()
    github.deliveries.clear()
    async with trouble():
        refused = await feature(repo, "feature/refused", "main")
        await github.delivered()
        assert statuses(github) == {503}
        comparing.released.set()
        # Long enough for the job to find out, and for one that could not store to be refused again.
        await refused.edit(title="feat: once more")
        await github.delivered()
        assert statuses(github) == {503}
    for one in list(github.deliveries):
        await accepted_in_the_end(github, one)
    await at_rest(github, queue)
    assert verdict(running) == ("failure", WRONG_TARGET)
    assert verdict(refused)[0] == "failure"
    assert [len(pull.comments) for pull in (running, refused)] == [1, 1]


def statuses(github: Sandbox) -> set[int]:
    """Return how deliveries were answered that matter to us."""
    return {one.status_code for one in github.deliveries if one.event in ("pull_request", "push")}


async def accepted_in_the_end(github: Sandbox, one: Delivery) -> None:
    """Have GitHub deliver once more, until it is taken."""
    async with asyncio.timeout(SECONDS):
        again = one
        while again.status_code != 202:
            again = github.post.again(one)
            await github.delivered()


async def test_the_file_is_locked(github: Sandbox, app: Developer, repo: Repo, embedded: str) -> None:
    @asynccontextmanager
    async def locked() -> AsyncIterator[None]:
        with closing(sqlite3.connect(embedded.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")

    async with running(github, app, embedded):
        await outlast(github, app, repo, embedded, locked)


async def test_the_disk_is_full(github: Sandbox, app: Developer, repo: Repo, embedded: str) -> None:
    """No file of the server may grow: a write then fails where it fails on a full disk."""
    async with serving(github, app, embedded) as server:

        @asynccontextmanager
        async def full() -> AsyncIterator[None]:
            unlimited = resource.prlimit(server.id, resource.RLIMIT_FSIZE)
            resource.prlimit(server.id, resource.RLIMIT_FSIZE, (0, unlimited[1]))
            yield
            resource.prlimit(server.id, resource.RLIMIT_FSIZE, unlimited)

        await outlast(github, app, repo, embedded, full)


async def test_postgres_is_gone(github: Sandbox, app: Developer, repo: Repo, shared: str, postgres: Postgres) -> None:
    @asynccontextmanager
    async def gone() -> AsyncIterator[None]:
        postgres.stop()
        try:
            yield
        finally:
            postgres.start()  # not in a thread: the server ends with the thread that started it

    async with running(github, app, shared):
        await outlast(github, app, repo, shared, gone)
