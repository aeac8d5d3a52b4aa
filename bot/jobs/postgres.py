"""Durable work on PostgreSQL, for several web and worker processes: Procrastinate keeps, locks, wakes and schedules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from procrastinate import App
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from bot.jobs import postgres_sql as sql
from bot.jobs.port import CannotStore, DeadJob, Handler, Mourner, delay
from bot.jobs.postgres_database import RETRY_SECONDS, Database
from bot.jobs.postgres_lease import BEATS, SECONDS, Lease
from bot.jobs.run import Again, Died, Runner
from bot.jobs.stored import Held, Hint, hint, hints, known, storable
from bot.jobs.target import Target
from bot.jobs.together import Together

POLL = 2.0
"""Seconds between two looks for jobs whose time has come; others are announced."""

KEEP_DELIVERIES = 30 * 86_400
"""Seconds; GitHub redelivers what is at most three days old."""

log = structlog.get_logger()


class HasDied(Exception):
    """Tells Procrastinate that a job has failed for good. The log has the reason already."""


class PostgresQueue:
    """The :class:`bot.jobs.port.Queue` of a PostgreSQL whose tables exist.

    ``delay`` is the back-off; ``lease`` the seconds without a heartbeat after which a worker counts as gone.
    """

    def __init__(self, conninfo: str, *, delay: Callable[[int], float] = delay, lease: float = SECONDS) -> None:
        self._delay = delay
        self._database = Database(conninfo)
        self._app = App(connector=self._database.connector)
        self._app.task(name=sql.TASK, pass_context=True)(self._do)
        self._lease = Lease(self._database, self._app.job_manager, lease)
        self._accept_together = Together(self._accept_all)
        self._runner: Runner | None = None
        self._worker: Worker | None = None
        self._stopped = asyncio.Event()

    async def open(self) -> None:
        await self._database.open()

    async def accept(self, delivery: str, targets: Sequence[Target]) -> bool:
        return await self._accept_together((storable(delivery), hints(targets)))

    async def _accept_all(self, asked: Sequence[tuple[str, Sequence[Hint]]]) -> Sequence[bool]:
        """Accept what came in while the last statement was on its way, so that a burst leaves workers connections."""
        first: dict[str, Sequence[Hint]] = {}
        for delivery, wanted in asked:
            first.setdefault(delivery, wanted)  # the same one may come twice at once
        by_hint = [(delivery, each) for delivery, wanted in first.items() for each in wanted]
        rows = await self._database.execute(
            sql.ACCEPT,
            deliveries=list(first),
            keys=[each.key for _, each in by_hint],
            queues=[str(each.repository) for _, each in by_hint],
            targets=[each.target for _, each in by_hint],
            askers=[delivery for delivery, _ in by_hint],
        )
        fresh = {guid for (guid,) in rows}
        answers = []
        for delivery, _ in asked:
            answers.append(delivery in fresh)
            fresh.discard(delivery)
        return answers

    async def enqueue(self, target: Target, reason: str, at: datetime | None = None) -> None:
        asked, delivery = hint(target), storable(reason)
        held = Held("", asked.key, asked.target, delivery, 0)
        await self._database.execute(sql.ENQUEUE, **_values(held, str(asked.repository), at))

    async def work(self, handler: Handler, mourner: Mourner, workers: int) -> None:
        self._runner = Runner(handler, mourner, self._delay)
        side = [asyncio.create_task(self._lease.keep()), asyncio.create_task(self._forget())]
        try:
            while not self._stopped.is_set():
                await self._work_while_connected(workers)
        finally:
            for task in side:
                task.cancel()

    def stop(self) -> None:
        self._stopped.set()
        if self._worker is not None:
            # It then fetches nothing more and waits for what runs.
            self._worker.stop()  # type: ignore[no-untyped-call]  # Procrastinate has no annotation here

    async def counts(self) -> Mapping[str, int]:
        (row,) = await self._database.execute(sql.COUNTS)
        return dict(zip(("waiting", "later", "running", "dead"), row, strict=True))

    async def dead(self) -> Sequence[DeadJob]:
        return [
            DeadJob(id, known(target), delivery, attempts, error, died_at)
            for id, target, delivery, attempts, error, died_at in await self._database.execute(sql.DEAD)
        ]

    async def redo(self, job: str) -> bool:
        return job.isdecimal() and bool(await self._database.execute(sql.REDO, id=int(job)))

    async def settle(self) -> None:
        while (counts := await self.counts())["waiting"] or counts["running"]:  # noqa: ASYNC110  # not only our work
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self._database.close()

    async def _work_while_connected(self, workers: int) -> None:
        """Run a worker of Procrastinate; it ends when it is told to, and when it has lost the database."""
        self._worker = Worker(
            self._app,
            concurrency=workers,
            delete_jobs="successful",
            fetch_job_polling_interval=POLL,
            install_signal_handlers=False,
            stalled_worker_timeout=self._lease.seconds,
            update_heartbeat_interval=self._lease.seconds / BEATS,
        )
        run = asyncio.create_task(self._worker.run())  # type: ignore[no-untyped-call]  # likewise
        try:
            await asyncio.sleep(0)  # run() begins by forgetting an earlier stop()
            if self._stopped.is_set():
                self.stop()
            await asyncio.wait([run])
        except asyncio.CancelledError:
            self.stop()
            self._lease.let_go()
            await asyncio.wait([run])
            raise
        if not self._stopped.is_set():
            log.warning("queue.worker_lost", exc_info=run.exception())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), RETRY_SECONDS)

    async def _do(self, context: JobContext, /, **stored: Any) -> None:
        """Do a job as a task of Procrastinate: to return means that it is done with, to raise that it has died."""
        job, id = context.job, context.job.id
        if self._runner is None or id is None:
            raise HasDied("This process was not told how to work.")
        held = Held(str(id), job.lock or "", stored.get("target", ""), stored.get("delivery", ""), job.attempts)
        try:
            outcome = await self._lease.hold(id, job.worker_id, asyncio.create_task(self._runner.run(held)))
            if isinstance(outcome, Again):
                again = replace(held, attempts=outcome.attempts)
                at = datetime.fromtimestamp(outcome.at, UTC)
                await self._database.insist(sql.REPEAT, **_values(again, job.queue, at))
            elif isinstance(outcome, Died):
                await self._database.insist(sql.DIE, id=id, key=held.key, error=outcome.error)
                raise HasDied(outcome.error)
        finally:
            self._lease.release(id)

    async def _forget(self) -> None:
        """Drop what is too old to come again, at the start and once an hour."""
        while True:
            with suppress(CannotStore):
                await self._database.execute(sql.FORGET, seconds=KEEP_DELIVERIES)
            await asyncio.sleep(3_600)


def _values(held: Held, queue: str, at: datetime | None) -> dict[str, Any]:
    """Return the parameters of a statement that lets one job wait."""
    return {
        "key": held.key,
        "queue": queue,
        "target": held.target,
        "delivery": held.delivery,
        "attempts": held.attempts,
        "run_at": at,
    }
