"""Who holds which job: a worker that is gone loses its jobs, and one that may count as gone lets go of them first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from bot.jobs import postgres_sql as sql
from bot.jobs.port import CannotStore
from bot.jobs.postgres_database import PATIENCE, Database
from bot.jobs.run import Outcome

SECONDS = 20.0
"""Without a heartbeat for so long a worker counts as gone."""

BEATS = 5
"""Heartbeats in a lease; after each one is looked for jobs that nobody holds."""

PATIENT_PART = 0.6
"""The part of a lease without a heartbeat after which this process lets go of its jobs, before others take them."""

log = structlog.get_logger()


class Lease:
    """The jobs that this process runs, and the heartbeat that keeps them ours."""

    def __init__(self, database: Database, manager: JobManager, seconds: float) -> None:
        self._database, self._manager = database, manager
        self.seconds = seconds
        self._held: dict[int, asyncio.Task[Outcome]] = {}
        self._worker: int | None = None
        self._astray: set[int] = set()
        self._contact = 0.0

    async def hold(self, job: int, worker: int | None, run: asyncio.Task[Outcome]) -> Outcome:
        """Wait for a run, which is cancelled when the lease cannot be kept."""
        self._worker = worker
        self._held[job] = run
        return await run

    def release(self, job: int) -> None:
        self._held.pop(job, None)

    def let_go(self) -> None:
        """Stop what runs here before another worker begins it again."""
        for run in self._held.values():
            run.cancel()

    async def keep(self) -> None:
        """Keep the lease, also while a worker drains: Procrastinate's own heartbeat stops before its last job has."""
        self._contact = time.monotonic()
        await asyncio.gather(self._watch(), self._beat_for_ever())

    async def _watch(self) -> None:
        """Let go in good time when no heartbeat gets through; one that hangs must not delay this."""
        while True:
            await asyncio.sleep(self.seconds / BEATS)
            if time.monotonic() - self._contact > self.seconds * PATIENT_PART:
                self.let_go()

    async def _beat_for_ever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._beat()
            except (CannotStore, ConnectorException, TimeoutError) as problem:
                log.warning("queue.unreachable", problem=str(problem) or "no answer")
            await asyncio.sleep(self.seconds / BEATS)

    async def _beat(self) -> None:
        if self._worker is not None:
            await self._manager.update_heartbeat(self._worker)
        self._contact = time.monotonic()
        await self._take_over()

    async def _take_over(self) -> None:
        """Let the jobs of workers that are gone wait again; the run that was cut off counts as an attempt."""
        stalled = await self._manager.get_stalled_jobs(seconds_since_heartbeat=self.seconds)
        for job in [*stalled, *await self._lost()]:
            if await self._database.execute(sql.TAKE_OVER, id=job.id):
                delivery = job.task_kwargs.get("delivery")
                log.warning("job.rescued", delivery=delivery, key=job.lock, attempt=job.attempts + 1)

    async def _lost(self) -> Sequence[Job]:
        """Return jobs of our own worker that it does not run: Procrastinate failed to write down how they ended."""
        if self._worker is None:
            return []
        doing = await self._manager.list_jobs_async(status="doing", worker_id=self._worker)
        astray = {job.id: job for job in doing if job.id is not None and job.id not in self._held}
        lost = [job for id, job in astray.items() if id in self._astray]  # also a beat ago: not just on its way
        self._astray = set(astray)
        return lost
