"""Two workers with different pull requests on one head: whoever writes last, the worst of all stands in the end."""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.report.apply import Writer
from bot.state.address import read_address
from bot.state.schema import migrate
from bot.state.store import SqlStore
from policies.facts import Sha
from policies.verdict import Outcome
from tests.bot.report.conftest import ACME, Clock
from tests.bot.report.hub import APP, Hub, Killed
from tests.bot.report.test_apply import opinion, see
from tests.bot.report.worlds import HEAD

pytestmark = pytest.mark.asyncio


class Watched(SqlStore):
    """A memory that tells when somebody has tried to begin in vain."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # whatever the memory takes
        self.in_vain = asyncio.Event()

    async def begin(self, repository_id: int, sha: Sha, name: str, version: int) -> bool:
        begun = await super().begin(repository_id, sha, name, version)
        if not begun:
            self.in_vain.set()
        return begun


@pytest_asyncio.fixture
async def watched(tmp_path: Path, clock: Clock) -> AsyncIterator[Watched]:
    address = read_address(f"sqlite:///{tmp_path / 'memory.db'}")
    migrate(address)
    watched = Watched(address, clock)
    await watched.meet(ACME)
    yield watched
    await watched.close()


class Gate:
    """Holds the first write of somebody until it is opened."""

    def __init__(self) -> None:
        self.reached, self.open, self._used = asyncio.Event(), asyncio.Event(), False

    async def __call__(self) -> None:
        if not self._used:
            self._used = True
            self.reached.set()
            await self.open.wait()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_older_opinion_that_is_written_later_does_not_stay(
    hub: Hub, store: SqlStore, writer: Writer, when: str
) -> None:
    """GitHub takes A's green after B's red (before), or B has written before A can say that it has (after)."""
    await see(store, None, 12)
    await writer.check(HEAD)
    gate = Gate()
    setattr(hub, when, gate)
    await see(store, opinion(Outcome.PASS, 12), 12)
    slow = asyncio.create_task(writer.check(HEAD))
    await gate.reached.wait()
    await see(store, opinion(Outcome.FAIL, 15), 15)
    await writer.check(HEAD)
    gate.open.set()
    await slow
    assert hub.newest(HEAD)["conclusion"] == "failure"
    writes = len(hub.writes)
    await writer.check(HEAD)
    assert len(hub.writes) == writes, "what is remembered is what stands"


async def test_two_that_begin_at_once_begin_one_run(hub: Hub, watched: Watched, clock: Clock) -> None:
    gate = Gate()
    hub.before = gate
    await see(watched, opinion(Outcome.PASS, 12), 12)
    first = asyncio.create_task(Writer(hub.api(), ACME, watched, APP, clock).check(HEAD))
    await gate.reached.wait()
    await see(watched, opinion(Outcome.FAIL, 15), 15)
    second = asyncio.create_task(Writer(hub.api(), ACME, watched, APP, clock).check(HEAD))
    await watched.in_vain.wait()
    gate.open.set()
    await asyncio.gather(first, second)
    assert len(hub.runs) == 1
    assert hub.newest(HEAD)["conclusion"] == "failure"


async def test_one_that_was_taken_for_dead_does_not_leave_its_run_behind(
    hub: Hub, store: SqlStore, clock: Clock, writer: Writer
) -> None:
    """Its request took longer than a claim holds, so another has begun as well."""
    gate = Gate()
    hub.before = gate
    await see(store, None, 12)
    slow = asyncio.create_task(writer.check(HEAD))
    await gate.reached.wait()
    clock.advance(60)
    await see(store, opinion(Outcome.FAIL, 12), 12)
    await writer.check(HEAD)
    gate.open.set()
    await slow
    assert {run["status"] for run in hub.runs.values()} == {"completed"}
    assert hub.newest(HEAD)["conclusion"] == "failure"


async def test_a_list_that_lags_behind_is_not_taken_for_what_stands(hub: Hub, store: SqlStore, writer: Writer) -> None:
    """It shows what the other worker wrote, and not yet our own older opinion that came after it."""
    await see(store, None, 12)
    await writer.check(HEAD)
    gate = Gate()
    hub.before = gate
    await see(store, opinion(Outcome.PASS, 12), 12)
    slow = asyncio.create_task(writer.check(HEAD))
    await gate.reached.wait()
    await see(store, opinion(Outcome.FAIL, 15), 15)
    await writer.check(HEAD)
    hub.lagging = copy.deepcopy(list(hub.runs.values()))
    gate.open.set()
    await slow
    assert hub.newest(HEAD)["conclusion"] == "failure"


class Storm:
    """Several workers that judge pull requests of one head in any order; some die when GitHub has taken a write."""

    def __init__(self, seed: int, hub: Hub, store: SqlStore, clock: Clock) -> None:
        self.chance, self.hub, self.store, self.clock = random.Random(seed), hub, store, clock
        hub.before = hub.after = self._passes

    async def _passes(self) -> None:
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)
        if self.chance.random() < 0.1:
            raise Killed

    async def worker(self, number: int) -> None:
        for _ in range(4):
            told = self.chance.choice([opinion(Outcome.PASS, number), opinion(Outcome.FAIL, number, marks=60), None])
            await see(self.store, told, number)
            await self._job(doubt=False)
        await see(self.store, opinion(Outcome.PASS if number != 3 else self.last, number), number)
        await self._job(doubt=False)

    @property
    def last(self) -> Outcome:
        return Outcome.FAIL if self.chance.random() < 0.5 else Outcome.PASS

    async def _job(self, *, doubt: bool) -> None:
        """Do a job as the queue does: again, in doubt, if the worker dies over it."""
        try:
            await Writer(self.hub.api(), ACME, self.store, APP, self.clock).check(HEAD, doubt=doubt)
        except Killed:
            self.clock.advance(60)
            await self._job(doubt=True)


@pytest.mark.parametrize("seed", range(12))
async def test_in_any_order_and_with_deaths_the_worst_stands_in_the_end(
    hub: Hub, store: SqlStore, clock: Clock, seed: int
) -> None:
    storm = Storm(seed, hub, store, clock)
    await asyncio.gather(*(storm.worker(number) for number in (1, 2, 3)))
    opinions = [seen.opinion for seen in await store.open_at(ACME.id, HEAD)]
    passed = all(told is not None and told.outcome is Outcome.PASS for told in opinions)
    run = hub.newest(HEAD)
    assert (run["status"], run["conclusion"]) == ("completed", "success" if passed else "failure")
    marks = sum(len(told.annotations) for told in opinions if told)
    assert len(run["annotations"]) == marks
