"""The contract of durable work. Two adapters keep it, ``embedded`` and ``postgres``; one test suite holds both to it.

* Accepted means committed: what :meth:`Queue.accept` answered for survives a crash of the process or the machine.
* The same delivery again changes nothing.
* At most one job of a key waits and at most one runs, over all workers; a hint that comes while one runs waits.
* The newest hint wins: a waiting job takes over the target of a newer one, and runs no later than before.
* A killed worker's job is taken over within 30 seconds. Repositories take turns, so a noisy one starves nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from bot.jobs.target import Target

MOST_ATTEMPTS = 8
"""Failures after which a job is dead; with the back-off below that is a little over an hour."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that a worker holds. ``delivery`` is the newest delivery (or our own reason) that asked for it."""

    id: str
    target: Target
    delivery: str
    attempt: int
    """1 the first time; waiting on purpose (:class:`Later`) does not count."""


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that failed for good and waits for a person: ``headgate jobs``."""

    id: str
    target: Target | None
    """None if this version cannot read what another one wrote; ``error`` shows it."""
    delivery: str
    attempts: int
    error: str
    died_at: datetime


class Later(Exception):
    """Raised by a handler: not a failure, look again at ``at``; ``why`` is for the log."""

    def __init__(self, at: datetime, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


class CannotStore(Exception):
    """The database did not take it: nothing was accepted; the sender should come again."""


Handler: TypeAlias = Callable[[Job], Awaitable[None]]
"""Does a job. Any exception but :class:`Later` is a failed attempt, repeated after :func:`delay`."""

Mourner: TypeAlias = Callable[[Job, BaseException], Awaitable[None]]
"""Called once when a job has died, so that the people who wait for it are told."""


def delay(attempt: int) -> float:
    """Return the seconds to wait after the given failed attempt: 2, 8, 32, 128, 512, then at most 900."""
    return float(min(2 * 4 ** (attempt - 1), 900))


class Queue(Protocol):
    """Durable work on one database.

    ``counts``, ``dead`` and ``redo`` may also be asked of a queue that is not open, beside the process that works
    (``headgate jobs``). They raise CannotStore as well.
    """

    async def open(self) -> None:
        """Connect. What a worker that is gone has held is taken back here, or when :meth:`work` begins."""
        ...

    async def accept(self, delivery: str, targets: Sequence[Target]) -> bool:
        """Commit a delivery and the jobs it asks for; False if it was accepted before. Raises CannotStore."""
        ...

    async def enqueue(self, target: Target, reason: str, at: datetime | None = None) -> None:
        """Ask for a job of our own accord; folded into a waiting one of the same key. Raises CannotStore."""
        ...

    async def work(self, handler: Handler, mourner: Mourner, workers: int) -> None:
        """Do jobs, ``workers`` at a time, until :meth:`stop`; returns when those that run have ended.

        When it is cancelled it cancels those that run; they wait again.
        """
        ...

    def stop(self) -> None:
        """Take no more jobs, for good; :meth:`work` returns when the running ones are done."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Return how many jobs are ``waiting``, ``later``, ``running`` and ``dead``."""
        ...

    async def dead(self) -> Sequence[DeadJob]: ...

    async def redo(self, job: str) -> bool:
        """Let a dead job wait again, with all its attempts; False if there is no such dead job."""
        ...

    async def settle(self) -> None:
        """Return when nothing waits or runs any more (what is scheduled for later does not count); for tests."""
        ...

    async def close(self) -> None: ...
