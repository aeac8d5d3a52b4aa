"""What only the embedded queue has: its lock file, its writer, and its memory of what waits."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import UsageProblem
from bot.jobs.embedded import KEEP_DELIVERIES, EmbeddedQueue
from bot.jobs.port import CannotStore, Job
from bot.jobs.writer import Writer
from tests.bot.jobs.workshop import EmbeddedPlace, Funeral, Recorder, open_gate, opened, pull_request, working


async def test_one_process_at_a_time(embedded: EmbeddedPlace) -> None:
    async with opened(embedded.queue()) as queue:
        with pytest.raises(UsageProblem) as refusal:
            await embedded.queue().open()
        await queue.accept("guid-1", [pull_request(1)])
    assert str(refusal.value) == (
        f"Another process (id {os.getpid()}) works on {embedded.path}. "
        "Stop it, or use PostgreSQL, which several processes can share."
    )
    async with opened(embedded.queue()) as queue:
        assert (await queue.counts())["waiting"] == 1


async def test_a_database_without_tables_is_refused_and_left_to_others(tmp_path: Path, embedded: EmbeddedPlace) -> None:
    path = tmp_path / "other.db"
    for problem in ("unable to open", "no such table"):
        with pytest.raises(CannotStore, match=problem):
            await EmbeddedQueue(path).open()
        with pytest.raises(CannotStore, match=problem):
            await EmbeddedQueue(path).counts()
        path.touch()
    shutil.copy(embedded.path, path)
    async with opened(EmbeddedQueue(path)) as queue:
        assert await queue.accept("guid-1", [])


async def test_a_closed_queue_accepts_nothing(embedded: EmbeddedPlace) -> None:
    async with opened(embedded.queue()) as queue:
        pass
    with pytest.raises(CannotStore, match="closed"):
        await queue.accept("guid-1", [pull_request(1)])


async def test_what_another_process_let_wait_again_is_found(embedded: EmbeddedPlace) -> None:
    async def fail(_job: Job) -> None:
        raise ValueError

    async with opened(embedded.queue(delay=lambda _: 0)) as queue, working(queue, handler=fail, mourner=Funeral()):
        await queue.accept("guid-1", [pull_request(1)])
        await queue.settle()
    recorder = open_gate()
    running = EmbeddedQueue(embedded.path)
    async with opened(running), working(running, handler=recorder):
        visitor = embedded.queue()
        (dead,) = await visitor.dead()
        assert await visitor.redo(dead.id)
        await running._sweep()
        await running.settle()
    assert [(job.delivery, job.attempt) for job in recorder.runs] == [("guid-1", 1)]


async def test_a_sweep_does_not_begin_again_what_runs_or_waits(embedded: EmbeddedPlace) -> None:
    recorder = Recorder()
    running = EmbeddedQueue(embedded.path)
    async with opened(running), working(running, handler=recorder, workers=1):
        await running.accept("guid-1", [pull_request(1), pull_request(2)])
        await running.enqueue(pull_request(3), "later", at=datetime.now(UTC) + timedelta(hours=1))
        await recorder.started.get()
        await running._sweep()
        assert await running.counts() == {"waiting": 1, "later": 1, "running": 1, "dead": 0}
        recorder.gate.set()
        await running.settle()
    assert recorder.numbers == [1, 2]


async def test_a_statement_that_is_wrong_does_not_take_others_with_it(embedded: EmbeddedPlace) -> None:
    writer = Writer(embedded.path)
    writer.start()

    def wrong(_db: sqlite3.Connection) -> None:
        raise ValueError("wrong")

    def right(db: sqlite3.Connection) -> int:
        return db.execute("INSERT INTO deliveries VALUES (?, 0)", (str(time.perf_counter_ns()),)).rowcount

    answers = await asyncio.gather(writer.ask(right), writer.ask(wrong), writer.ask(right), return_exceptions=True)
    writer.tell(wrong)
    assert await writer.ask(right) == 1, "nor is one repeated that will never be right"
    await writer.close()
    assert [answers[0], str(answers[1]), answers[2]] == [1, "wrong", 1]
    with closing(sqlite3.connect(embedded.path)) as db:
        assert db.execute("SELECT count(*) FROM deliveries").fetchone() == (3,)


async def test_a_callback_that_fails_is_told_to_its_caller_alone(embedded: EmbeddedPlace) -> None:
    """What was handed over together is answered together."""
    writer = Writer(embedded.path)
    heard: list[int] = []

    def fails(result: int) -> None:
        raise LookupError(result)

    asked = [
        writer.ask(lambda db: int(db.execute("SELECT 1").fetchone()[0]), stored) for stored in (fails, heard.append)
    ]
    tasks = [asyncio.ensure_future(each) for each in asked]
    writer.start()
    try:
        answers = await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        await writer.close()
    assert [type(answers[0]), answers[1], heard] == [LookupError, 1, [1]]


async def test_old_deliveries_are_forgotten(embedded: EmbeddedPlace) -> None:
    now = time.time()
    with closing(sqlite3.connect(embedded.path)) as db, db:
        db.execute("INSERT INTO deliveries VALUES ('old', ?)", (now - KEEP_DELIVERIES - 60,))
        db.execute("INSERT INTO deliveries VALUES ('young', ?)", (now - KEEP_DELIVERIES + 60,))
    async with opened(embedded.queue()) as queue:
        assert not await queue.accept("young", [])
    with closing(sqlite3.connect(embedded.path)) as db:
        assert db.execute("SELECT guid FROM deliveries").fetchall() == [("young",)]
