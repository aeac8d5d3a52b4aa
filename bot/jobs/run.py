"""Runs one job and says what became of it: the same for both adapters, which only have to write it down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from bot.jobs.port import MOST_ATTEMPTS, Handler, Job, Later, Mourner
from bot.jobs.stored import Held, Unreadable, read
from policies.phrase import visible

LONGEST_ERROR = 500
"""Characters of an error that are kept for ``headgate jobs``; the log has all of it."""

log = structlog.get_logger()


class KilledAgain(Exception):
    """The worker was killed each time it ran this job; it is not given to another one."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do, unless a newer hint waits."""


@dataclass(frozen=True, slots=True)
class Again:
    """Run it again at ``at``, in seconds since 1970, after so many failures."""

    at: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Died:
    """It failed for good; ``error`` is for a person to read."""

    error: str
    attempts: int


Outcome: TypeAlias = Done | Again | Died


@dataclass(frozen=True, slots=True)
class Runner:
    """What a worker does with a job. ``delay`` is the back-off: seconds after the given failed attempt."""

    handler: Handler
    mourner: Mourner
    delay: Callable[[int], float]

    async def run(self, held: Held) -> Outcome:
        """Run a job to its outcome. Never raises; a job that is cancelled waits again, with the attempts it had."""
        with structlog.contextvars.bound_contextvars(delivery=held.delivery, key=held.key):
            try:
                job = Job(held.id, read(held.target), held.delivery, held.attempts + 1)
            except Unreadable as problem:
                return _died(problem, held.attempts + 1)
            try:
                return await self._attempt(job)
            except asyncio.CancelledError:
                _accept_cancellation()
                log.info("job.let_go", attempt=job.attempt)
                return Again(time.time(), held.attempts)

    async def _attempt(self, job: Job) -> Outcome:
        if job.attempt > MOST_ATTEMPTS:
            return await self._mourn(job, KilledAgain(f"The worker was killed {job.attempt - 1} times while it ran."))
        log.info("job.claimed", attempt=job.attempt)
        started = time.monotonic()
        try:
            await self.handler(job)
        except Later as later:
            log.info("job.later", at=later.at.isoformat(), why=later.why)
            return Again(later.at.timestamp(), job.attempt - 1)
        except asyncio.CancelledError as problem:
            if _is_cancelled():
                raise
            return await self._failed(job, problem)  # something inside was cancelled, not the job
        except Exception as problem:  # noqa: BLE001  # whatever a handler raises is a failed attempt
            return await self._failed(job, problem)
        log.info("job.done", seconds=round(time.monotonic() - started, 3))
        return Done()

    async def _failed(self, job: Job, problem: BaseException) -> Outcome:
        if job.attempt >= MOST_ATTEMPTS:
            return await self._mourn(job, problem)
        wait = self.delay(job.attempt)
        log.warning("job.failed", attempt=job.attempt, again_in=wait, exc_info=problem)
        return Again(time.time() + wait, job.attempt)

    async def _mourn(self, job: Job, problem: BaseException) -> Outcome:
        """Tell people before the death is written down: told twice after a crash is better than never."""
        try:
            await self.mourner(job, problem)
        except Exception:
            log.exception("job.not_mourned")
        return _died(problem, min(job.attempt, MOST_ATTEMPTS))


def _died(problem: BaseException, attempts: int) -> Died:
    log.error("job.dead", attempts=attempts, exc_info=problem)
    return Died(visible(f"{type(problem).__name__}: {problem}", LONGEST_ERROR), attempts)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _accept_cancellation() -> None:
    """Go on after a cancellation, to write down that the job waits again."""
    task = asyncio.current_task()
    while task is not None and task.cancelling():
        task.uncancel()
