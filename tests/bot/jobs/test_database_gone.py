"""A database that is locked, full, moved away or stopped: nothing is accepted, nothing is lost, and it recovers."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import closing, contextmanager

import pytest

from bot.jobs.port import CannotStore, Job
from tests.bot.jobs.workshop import (
    EmbeddedPlace,
    Place,
    PostgresPlace,
    Recorder,
    number,
    open_gate,
    opened,
    pull_request,
    working,
)
from tests.services.postgres import Postgres


async def refused(acceptance: Awaitable[bool]) -> None:
    """See that a delivery is turned away within a few seconds."""
    began = time.monotonic()
    with pytest.raises(CannotStore):
        await acceptance
    assert time.monotonic() - began < 8


async def assert_empty(place: Place) -> None:
    async with opened(place.queue()) as queue:
        assert not any((await queue.counts()).values()), "what ended meanwhile was written down later"


@contextmanager
def locked(place: EmbeddedPlace) -> Iterator[None]:
    with closing(sqlite3.connect(place.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full_disk(place: EmbeddedPlace) -> Iterator[None]:
    """Let no file grow. The write fails where it fails on a full disk, and needs no disk of its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = place.path.with_name(f"{place.path.name}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def moved_away(place: EmbeddedPlace) -> Iterator[None]:
    """Take the file away while it is open; what is written to it now would be gone with it."""
    away = place.path.with_name("away")
    place.path.rename(away)
    try:
        yield
    finally:
        away.rename(place.path)


@pytest.mark.parametrize("trouble", [locked, full_disk, moved_away], ids=lambda trouble: str(trouble.__name__))
async def test_the_embedded_database_is_out_of_order_for_a_while(embedded: EmbeddedPlace, trouble: object) -> None:
    assert callable(trouble)
    recorder = Recorder()
    async with opened(embedded.queue()) as queue, working(queue, handler=recorder):
        await queue.accept("guid-1", [pull_request(1)])
        await recorder.started.get()
        with trouble(embedded):
            await refused(queue.accept("guid-2", [pull_request(2)]))
            recorder.gate.set()
            await refused(queue.accept("guid-2", [pull_request(2)]))
        assert await queue.accept("guid-2", [pull_request(2)]), "it had not been accepted"
        await queue.settle()
    assert recorder.numbers == [1, 2]
    await assert_empty(embedded)


async def test_others_may_write_to_the_same_file(embedded: EmbeddedPlace) -> None:
    """The memory of the pipeline is in the same database."""
    ended = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with closing(sqlite3.connect(embedded.path, timeout=30)) as other:
            while not ended.is_set():
                with other:
                    other.execute("INSERT INTO repositories VALUES (?, 1, 'acme/x', NULL)", (written,))
                written += 1

    recorder = open_gate()
    async with opened(embedded.queue()) as queue, working(queue, handler=recorder):
        writer = asyncio.create_task(asyncio.to_thread(write))
        try:
            for n in range(100):
                await queue.accept(f"guid-{n}", [pull_request(n)])
        finally:
            ended.set()
            await writer
        await queue.settle()
    assert sorted(recorder.numbers) == list(range(100))
    assert written > 0


async def test_postgres_is_gone_for_a_while(shared: PostgresPlace, postgres: Postgres) -> None:
    """A job that ends meanwhile is done once more, one that does not end is stopped and done again; none is lost."""
    short, long, stopped = asyncio.Event(), asyncio.Event(), asyncio.Event()
    begun, done = asyncio.Queue[int](), set[int]()

    async def handle(job: Job) -> None:
        begun.put_nowait(number(job.target))
        try:
            await {1: short, 2: long}[number(job.target)].wait()
        except asyncio.CancelledError:
            stopped.set()
            raise
        done.add(number(job.target))

    async with opened(shared.queue(lease=2)) as queue, working(queue, handler=handle):
        await queue.accept("guid-1", [pull_request(1), pull_request(2)])
        assert {await begun.get(), await begun.get()} == {1, 2}
        postgres.stop()
        try:
            short.set()
            await refused(queue.accept("guid-2", [pull_request(1)]))
            await asyncio.wait_for(stopped.wait(), 20)
        finally:
            postgres.start()
        long.set()
        while not await accepted_in_the_end(queue.accept("guid-2", [pull_request(1)])):
            continue
        await asyncio.wait_for(queue.settle(), 30)
        assert done == {1, 2}
    await assert_empty(shared)


async def accepted_in_the_end(acceptance: Awaitable[bool]) -> bool:
    try:
        return await acceptance
    except CannotStore:  # its pool has not noticed yet
        return False
