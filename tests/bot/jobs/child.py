"""A process to be killed: it accepts deliveries, or does jobs, and says so line by line until it is gone."""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

import structlog

from bot.jobs.port import Job, Queue
from tests.bot.jobs.workshop import EmbeddedPlace, PostgresPlace, no_death, number, opened, pull_request

LEASE = 2.0
"""Seconds; the tests do not want to wait for the usual twenty."""


def queue_at(url: str) -> Queue:
    if url.startswith("sqlite:///"):
        return EmbeddedPlace(Path(url.removeprefix("sqlite:///")), url).queue()
    return PostgresPlace(url).queue(lease=LEASE)


async def accept(queue: Queue) -> None:
    """Accept one delivery after the other, sixteen at a time, each about a pull request of its own."""
    numbers = itertools.count()

    async def call() -> None:
        for n in numbers:
            await queue.accept(f"guid-{n}", [pull_request(n)])
            print("accepted", n, flush=True)  # noqa: T201  # this is what the test reads

    await asyncio.gather(*(call() for _ in range(16)))


async def work(queue: Queue) -> None:
    async def handle(job: Job) -> None:
        print("started", number(job.target), flush=True)  # noqa: T201  # likewise
        await asyncio.sleep(0.02)
        print("done", number(job.target), flush=True)  # noqa: T201  # likewise

    await queue.work(handle, no_death, 4)


async def hold(queue: Queue) -> None:
    """Begin jobs and never end them."""

    async def handle(job: Job) -> None:
        n = number(job.target)
        await queue.accept(f"guid-{n}", [])  # what is committed after the claim says that the claim is
        print("held", n, flush=True)  # noqa: T201  # likewise
        await asyncio.Event().wait()

    await queue.work(handle, no_death, 4)


async def main(what: str, url: str) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    async with opened(queue_at(url)) as queue:
        await {"accept": accept, "work": work, "hold": hold}[what](queue)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
