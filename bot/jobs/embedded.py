"""Durable work in the embedded database: one process, no service. SQLite keeps it, memory orders it."""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from bot.jobs import ledger
from bot.jobs.ledger import Row
from bot.jobs.line import Line
from bot.jobs.lock import ProcessLock
from bot.jobs.port import CannotStore, DeadJob, Handler, Mourner, delay
from bot.jobs.run import Runner
from bot.jobs.stored import hint, hints, known, storable
from bot.jobs.target import Target
from bot.jobs.writer import Statements, T, Writer, commit, connect

SWEEP_SECONDS = 30.0
"""How often jobs are looked for that another process has let wait again: ``headgate jobs``."""

KEEP_DELIVERIES = 30 * 86_400.0
"""Seconds; GitHub redelivers what is at most three days old.

https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
"""

log = structlog.get_logger()


class EmbeddedQueue:
    """The :class:`bot.jobs.port.Queue` of an SQLite file whose tables exist. ``delay`` is the back-off."""

    def __init__(self, path: Path, *, delay: Callable[[int], float] = delay) -> None:
        self._path = path
        self._delay = delay
        self._lock = ProcessLock(path)
        self._writer = Writer(path)
        self._line = Line()
        self._sweeper: asyncio.Task[None] | None = None
        self._runner: Runner | None = None
        self._workers = 0
        self._context = contextvars.Context()
        self._jobs: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = asyncio.Event()
        self._calm = asyncio.Event()

    async def open(self) -> None:
        """Take the lock file and read what waits. Raises UsageProblem if another process has it, or CannotStore."""
        self._lock.acquire()
        self._writer.start()
        try:
            for row in await self._writer.ask(partial(ledger.take_back, now=time.time())):
                log.warning("job.rescued", delivery=row.delivery, key=row.key, attempt=row.attempts)
            await self._sweep()
        except BaseException:
            await self.close()
            raise
        self._sweeper = asyncio.create_task(self._keep_sweeping())

    async def accept(self, delivery: str, targets: Sequence[Target]) -> bool:
        asked = hints(targets)
        rows = await self._writer.ask(
            partial(ledger.accept, delivery=storable(delivery), hints=asked, now=time.time()), self._learn
        )
        return rows is not None

    async def enqueue(self, target: Target, reason: str, at: datetime | None = None) -> None:
        run_at = at.timestamp() if at else time.time()
        change = partial(ledger.ask, hint=hint(target), delivery=storable(reason), run_at=run_at)
        await self._writer.ask(change, lambda row: self._learn([row]))

    async def work(self, handler: Handler, mourner: Mourner, workers: int) -> None:
        self._runner, self._workers = Runner(handler, mourner, self._delay), workers
        self._context = contextvars.copy_context()
        self._pump()
        try:
            await self._stopped.wait()
            await self._ended()
        except asyncio.CancelledError:
            self.stop()
            for job in self._jobs:
                job.cancel()
            await self._ended()
            raise

    async def _ended(self) -> None:
        if self._jobs:
            await asyncio.wait(self._jobs)

    def stop(self) -> None:
        self._stopped.set()

    async def counts(self) -> Mapping[str, int]:
        now = time.time()
        stored = await self._look(partial(ledger.counts, now=now))
        return stored if self._sweeper is None else {**stored, **self._line.counts(now)}

    async def dead(self) -> Sequence[DeadJob]:
        return [
            DeadJob(str(id), known(target), delivery, attempts, error, datetime.fromtimestamp(died_at, UTC))
            for id, target, delivery, attempts, error, died_at in await self._look(ledger.dead)
        ]

    async def redo(self, job: str) -> bool:
        """Let a dead job wait again; if another process works, up to 30 seconds longer until that one finds it."""
        if not job.isdecimal():
            return False
        change = partial(ledger.redo, id=int(job), now=time.time())
        if self._sweeper is None:
            (row,) = await self._look(lambda db: commit(db, [change]))
            return row is not None
        return await self._writer.ask(change, lambda row: self._learn([row] if row else None)) is not None

    async def settle(self) -> None:
        await self._calm.wait()
        await self._writer.ask(lambda _: None)

    async def close(self) -> None:
        """Store the outcomes that are still in memory and let another process have the database."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        if self._timer is not None:
            self._timer.cancel()
        await self._writer.close()
        self._lock.release()

    async def _look(self, statements: Statements[T]) -> T:
        """Read or write on a connection of one's own, as a process may that does not hold the lock file."""

        def run() -> T:
            with closing(connect(self._path)) as db:
                return statements(db)

        try:
            return await asyncio.to_thread(run)
        except sqlite3.Error as problem:
            raise CannotStore(f"The database {self._path} cannot be read: {problem}") from problem

    async def _keep_sweeping(self) -> None:
        while True:
            self._writer.tell(partial(ledger.forget, before=time.time() - KEEP_DELIVERIES))
            await asyncio.sleep(SWEEP_SECONDS)
            with suppress(CannotStore):
                await self._sweep()

    async def _sweep(self) -> None:
        await self._writer.ask(ledger.waiting, self._learn)

    def _learn(self, rows: Sequence[Row] | None) -> None:
        for row in rows or ():
            self._line.learn(row, time.time())
        self._pump()

    def _pump(self) -> None:
        """Start what may start now, and come back when the next one may."""
        now = time.time()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._runner and not self._stopped.is_set() and self._line.running < self._workers:
            row = self._line.claim(now)
            if row is None:
                self._wake_at(self._line.next_due())
                break
            job = asyncio.create_task(self._do(self._runner, row), context=self._context.copy())
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)
        if self._line.is_calm(now):
            self._calm.set()
        else:
            self._calm.clear()

    def _wake_at(self, due: float | None) -> None:
        if due is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, due - time.time()), self._pump)

    async def _do(self, runner: Runner, row: Row) -> None:
        self._writer.tell(partial(ledger.claim, row=row))
        outcome = await runner.run(row.held)
        now = time.time()
        self._writer.tell(partial(ledger.end, row=row, outcome=outcome, now=now))
        self._line.release(row, outcome, now)
        self._pump()
