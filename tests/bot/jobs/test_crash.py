"""A process that is killed with SIGKILL in the middle of its work loses nothing, on both adapters."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.jobs.postgres import POLL
from bot.jobs.postgres_lease import BEATS, SECONDS
from tests.bot.jobs.child import LEASE
from tests.bot.jobs.workshop import Place, PostgresPlace, number, open_gate, opened, pull_request, working

ROOT = Path(__file__).resolve().parents[3]


class Child:
    """A process of :mod:`tests.bot.jobs.child`, and what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[tuple[str, int]] = []

    async def says(self, word: str, times: int = 1) -> None:
        """Return when it has said a word so many times."""
        while sum(said == word for said, _ in self.said) < times:
            assert await self._listen(), f"it ended by itself after {self.said}"

    async def kill(self) -> None:
        """Kill it, and read what it had said before."""
        self._process.kill()
        while await self._listen():
            pass
        await self._process.wait()

    async def _listen(self) -> bool:
        assert self._process.stdout
        line = (await self._process.stdout.readline()).decode()
        if not line.endswith("\n"):
            return False
        word, n = line.split()
        self.said.append((word, int(n)))
        return True

    def numbers(self, word: str) -> set[int]:
        return {n for said, n in self.said if said == word}


@asynccontextmanager
async def child(what: str, place: Place) -> AsyncIterator[Child]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bot.jobs.child",
        what,
        place.url,
        cwd=ROOT,
        env=os.environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    started = Child(process)
    try:
        yield started
    finally:
        if process.returncode is None:
            await started.kill()


async def test_every_delivery_that_was_acknowledged_is_there_after_a_kill(place: Place) -> None:
    async with child("accept", place) as accepting:
        await accepting.says("accepted", 300)
        await accepting.kill()
    recorder = open_gate()
    async with opened(place.queue(lease=LEASE)) as queue, working(queue, handler=recorder, workers=16):
        await queue.settle()
        again = await asyncio.gather(*(queue.accept(f"guid-{n}", []) for n in accepting.numbers("accepted")))
    assert accepting.numbers("accepted") <= set(recorder.numbers)
    assert not any(again)
    assert len(recorder.numbers) == len(set(recorder.numbers))


async def test_no_job_is_lost_when_a_worker_is_killed(place: Place) -> None:
    async with opened(place.queue()) as queue:
        await queue.accept("guid", [pull_request(n) for n in range(60)])
    async with child("work", place) as killed:
        await killed.says("done", 15)
        await killed.kill()
    recorder = open_gate()
    async with opened(place.queue(lease=LEASE)) as queue, working(queue, handler=recorder):
        await queue.settle()
        assert not any((await queue.counts()).values())
    assert killed.numbers("done") | set(recorder.numbers) == set(range(60))
    assert len(recorder.numbers) == len(set(recorder.numbers))


async def test_to_be_killed_is_an_attempt(place: Place) -> None:
    """A job that kills its worker must not go on doing so for ever."""
    async with opened(place.queue()) as queue:
        await queue.accept("guid", [pull_request(n) for n in range(6)])
    async with child("hold", place) as killed:
        await killed.says("held", 4)
        await killed.kill()
    recorder = open_gate()
    async with opened(place.queue(lease=LEASE)) as queue, working(queue, handler=recorder):
        await queue.settle()
    attempts = {number(job.target): job.attempt for job in recorder.runs}
    assert attempts == {n: 2 if n in killed.numbers("held") else 1 for n in range(6)}


async def test_another_worker_takes_over_what_a_killed_one_held(shared: PostgresPlace) -> None:
    recorder = open_gate()
    async with opened(shared.queue(lease=LEASE)) as queue, child("work", shared) as killed:
        await queue.accept("guid", [pull_request(n) for n in range(300)])
        await killed.says("started", 20)
        async with working(queue, handler=recorder):
            await recorder.started.get()
            await killed.kill()
            died = time.monotonic()
            await queue.settle()
            waited = time.monotonic() - died
        assert not any((await queue.counts()).values())
    assert killed.numbers("done") | set(recorder.numbers) == set(range(300))
    assert recorder.overlapping == set()
    assert waited < 15 * LEASE, "far more than the lease, for a machine that is busy"


def test_with_the_usual_lease_a_job_is_taken_over_within_thirty_seconds() -> None:
    assert SECONDS + SECONDS / BEATS + POLL < 30
