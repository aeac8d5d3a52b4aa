"""What the tests of durable work are made of: places to work in, targets, and handlers that note what they see."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psycopg

from bot.github.repository import InstallationId, Repository
from bot.jobs.embedded import EmbeddedQueue
from bot.jobs.port import Handler, Job, Mourner, Queue, delay
from bot.jobs.postgres import PostgresQueue
from bot.jobs.postgres_lease import SECONDS
from bot.jobs.target import PullRequestTarget, Target

ACME = Repository(InstallationId(7), 70, "acme/forecast")


def pull_request(number: int, repository: Repository = ACME) -> PullRequestTarget:
    return PullRequestTarget(repository, number)


def repository(id: int) -> Repository:
    return Repository(InstallationId(7), id, f"acme/repository-{id}")


def number(target: Target) -> int:
    assert isinstance(target, PullRequestTarget)
    return target.number


class Place(Protocol):
    """A database with our tables, for one test. ``most_queues`` may work on it at the same time."""

    @property
    def url(self) -> str: ...

    @property
    def most_queues(self) -> int: ...

    def queue(self, *, delay: Callable[[int], float] = delay, lease: float = SECONDS) -> Queue:
        """Return another queue on the database; ``lease`` is for those that several processes share."""
        ...

    def write_over(self, target: str) -> None:
        """Put a target of another version in the place of all that wait; no queue is open meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedPlace:
    path: Path
    url: str
    most_queues: int = 1

    @classmethod
    def copy(cls, template: Path, path: Path) -> EmbeddedPlace:
        shutil.copy(template, path)
        return cls(path, f"sqlite:///{path}")

    def queue(self, *, delay: Callable[[int], float] = delay, lease: float = SECONDS) -> Queue:  # noqa: ARG002  # one process
        return EmbeddedQueue(self.path, delay=delay)

    def write_over(self, target: str) -> None:
        with sqlite3.connect(self.path) as db:
            assert db.execute("UPDATE jobs SET target = ?", (target,)).rowcount
        db.close()


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    url: str
    most_queues: int = 2

    def queue(self, *, delay: Callable[[int], float] = delay, lease: float = SECONDS) -> Queue:
        return PostgresQueue(self.url, delay=delay, lease=lease)

    def write_over(self, target: str) -> None:
        with psycopg.connect(self.url) as db:
            written = db.execute(
                "UPDATE procrastinate_jobs SET args = args || jsonb_build_object('target', %s::text)", (target,)
            )
            assert written.rowcount


@asynccontextmanager
async def opened(queue: Queue) -> AsyncIterator[Queue]:
    await queue.open()
    try:
        yield queue
    finally:
        await queue.close()


async def no_death(job: Job, problem: BaseException) -> None:
    """Mourn a job that should have lived."""
    raise AssertionError(f"{job} died") from problem


@asynccontextmanager
async def working(
    *queues: Queue, handler: Handler, mourner: Mourner = no_death, workers: int = 4
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Let queues work; at the end they drain, and when the test has failed they stop at once."""
    tasks = [asyncio.create_task(queue.work(handler, mourner, workers)) for queue in queues]
    try:
        yield tasks
    except BaseException:
        for task in tasks:
            task.cancel()  # what has failed may have left jobs that never end
        await asyncio.wait(tasks)
        raise
    for queue in queues:
        queue.stop()
    await asyncio.gather(*tasks)


@dataclass
class Recorder:
    """A handler that notes what it was given, waits at its gate, and sees when two jobs of one key run at once."""

    runs: list[Job] = field(default_factory=list)
    overlapping: set[str] = field(default_factory=set)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Queue[Job] = field(default_factory=asyncio.Queue)
    running: Counter[str] = field(default_factory=Counter)

    async def __call__(self, job: Job) -> None:
        self.runs.append(job)
        self.running[job.target.key] += 1
        if self.running[job.target.key] > 1:
            self.overlapping.add(job.target.key)
        self.started.put_nowait(job)
        try:
            await self.gate.wait()
        finally:
            self.running[job.target.key] -= 1

    @property
    def numbers(self) -> list[int]:
        return [number(job.target) for job in self.runs]


def open_gate() -> Recorder:
    """Return a recorder whose jobs end at once."""
    recorder = Recorder()
    recorder.gate.set()
    return recorder


@dataclass
class Funeral:
    """A mourner that notes who died of what."""

    deaths: list[tuple[Job, BaseException]] = field(default_factory=list)

    async def __call__(self, job: Job, problem: BaseException) -> None:
        self.deaths.append((job, problem))
