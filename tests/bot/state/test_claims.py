"""Several workers want to make the check run of one commit: one does, the others wait, and a dead one blocks nobody."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.report.opinion import StandingCheck
from bot.state.address import Address
from bot.state.schema import migrate
from bot.state.store import CLAIM, SqlStore
from policies.facts import Sha
from tests.bot.state.conftest import ACME, Clock

pytestmark = pytest.mark.asyncio

SHA = Sha("a" * 40)
NAME = "headgate"
FIRST, SECOND = StandingCheck(2**40, "one", completed=False), StandingCheck(2**41, "two", completed=True)


async def test_begun_written_and_written_again(store: SqlStore, other: SqlStore) -> None:
    assert await store.standing(ACME.id, SHA, NAME) == (None, 0)
    assert await store.begin(ACME.id, SHA, NAME, 0)
    assert await store.stands(ACME.id, SHA, NAME, FIRST, 1)
    assert await other.standing(ACME.id, SHA, NAME) == (FIRST, 2)
    assert await other.stands(ACME.id, SHA, NAME, SECOND, 2)
    assert await store.standing(ACME.id, SHA, NAME) == (SECOND, 3)
    assert await store.standing(ACME.id, SHA, "headgate push") == (None, 0), "each name is a check of its own"


async def test_a_check_that_was_found_on_github_stands_without_a_claim(store: SqlStore) -> None:
    assert await store.stands(ACME.id, SHA, NAME, FIRST, 0)
    assert await store.standing(ACME.id, SHA, NAME) == (FIRST, 1)


async def test_while_one_creates_nobody_else_begins_or_says_that_something_stands(
    store: SqlStore, other: SqlStore, clock: Clock
) -> None:
    assert await store.begin(ACME.id, SHA, NAME, 0)
    clock.advance(CLAIM * 0.99)
    assert await other.standing(ACME.id, SHA, NAME) == (None, 0)
    assert not await other.begin(ACME.id, SHA, NAME, 0)
    assert not await other.stands(ACME.id, SHA, NAME, SECOND, 0)
    assert await store.stands(ACME.id, SHA, NAME, FIRST, 1)
    assert await other.standing(ACME.id, SHA, NAME) == (FIRST, 2)


async def test_a_claim_that_is_taken_back_keeps_nobody_waiting(store: SqlStore, other: SqlStore) -> None:
    assert await store.begin(ACME.id, SHA, NAME, 0)
    await store.break_off(ACME.id, SHA, NAME, 1)
    assert await other.standing(ACME.id, SHA, NAME) == (None, 1), "what was done in the meantime nobody knows"
    assert await other.begin(ACME.id, SHA, NAME, 1)
    await store.break_off(ACME.id, SHA, NAME, 1)
    assert await store.standing(ACME.id, SHA, NAME) == (None, 1), "the other's claim is its own"
    assert await other.stands(ACME.id, SHA, NAME, FIRST, 2)
    await other.break_off(ACME.id, SHA, NAME, 3)
    assert await store.standing(ACME.id, SHA, NAME) == (FIRST, 3), "nothing is claimed any more"


async def test_a_claim_whose_maker_is_dead_ends(store: SqlStore, other: SqlStore, clock: Clock) -> None:
    assert await store.begin(ACME.id, SHA, NAME, 0)
    clock.advance(CLAIM)
    assert await other.standing(ACME.id, SHA, NAME) == (None, 1)
    assert await other.begin(ACME.id, SHA, NAME, 1)
    assert not await store.stands(ACME.id, SHA, NAME, FIRST, 1), "it was not dead, only slow: it looks again"
    assert await other.stands(ACME.id, SHA, NAME, SECOND, 2)


async def test_in_a_file_a_claim_ends_with_its_process(tmp_path: Path, clock: Clock) -> None:
    address = Address(tmp_path / "memory.db")
    migrate(address)
    before = SqlStore(address, clock)
    await before.meet(ACME)
    assert await before.begin(ACME.id, SHA, NAME, 0)
    clock.advance(timedelta(seconds=1))
    after = SqlStore(address, clock)
    assert await after.standing(ACME.id, SHA, NAME) == (None, 1)
    assert await before.standing(ACME.id, SHA, NAME) == (None, 0)
    await before.close()
    await after.close()


async def test_what_a_dead_one_left_on_github_is_taken_over(store: SqlStore, other: SqlStore, clock: Clock) -> None:
    await store.begin(ACME.id, SHA, NAME, 0)
    clock.advance(CLAIM)
    assert await other.stands(ACME.id, SHA, NAME, FIRST, 1)
    assert await other.standing(ACME.id, SHA, NAME) == (FIRST, 2)


async def test_a_new_check_run_after_a_completed_one(store: SqlStore, other: SqlStore, clock: Clock) -> None:
    await store.stands(ACME.id, SHA, NAME, SECOND, 0)
    assert await store.begin(ACME.id, SHA, NAME, 1)
    assert await other.standing(ACME.id, SHA, NAME) == (SECOND, 1)
    assert not await other.stands(ACME.id, SHA, NAME, FIRST, 1)
    clock.advance(CLAIM)
    assert await other.standing(ACME.id, SHA, NAME) == (None, 2), "nobody knows whether the new one was made"


async def test_unsaid_is_as_if_never_begun(store: SqlStore) -> None:
    await store.stands(ACME.id, SHA, NAME, SECOND, 0)
    await store.stands(ACME.id, SHA, "headgate push", SECOND, 0)
    await store.stands(ACME.id, Sha("b" * 40), NAME, SECOND, 0)
    await store.unsay(ACME.id, SHA)
    assert await store.standing(ACME.id, SHA, NAME) == (None, 0)
    assert await store.standing(ACME.id, SHA, "headgate push") == (None, 0)
    assert await store.standing(ACME.id, Sha("b" * 40), NAME) == (SECOND, 1)
    assert not await store.stands(ACME.id, SHA, NAME, SECOND, 1)


@pytest.mark.parametrize("version", [0, 1])
async def test_of_many_that_begin_or_write_at_once_one_does(store: SqlStore, other: SqlStore, version: int) -> None:
    for number in range(20):
        sha = Sha(f"{number:040x}")
        if version:
            await store.stands(ACME.id, sha, NAME, FIRST, 0)
        tries = [
            *(memory.begin(ACME.id, sha, NAME, version) for memory in (store, other) * 4),
            *(memory.stands(ACME.id, sha, NAME, SECOND, version) for memory in (store, other) * 4),
        ]
        assert sum(await asyncio.gather(*tries)) == 1


async def test_no_write_is_lost_among_many(store: SqlStore, other: SqlStore) -> None:
    """Each writer counts one further than what it has read, so the last digest tells how many have written."""

    async def count(memory: SqlStore) -> None:
        written = False
        while not written:
            check, version = await memory.standing(ACME.id, SHA, NAME)
            digest = str(int(check.digest) + 1) if check else "1"
            written = await memory.stands(ACME.id, SHA, NAME, StandingCheck(1, digest, completed=False), version)

    await asyncio.gather(*(count(memory) for memory in (store, other) * 10))
    assert await store.standing(ACME.id, SHA, NAME) == (StandingCheck(1, "20", completed=False), 20)


# --- other processes ---

WORKER = """
import asyncio, sys
from bot.state.address import read_address
from bot.state.store import SqlStore

async def work(store):
    print("ready", flush=True)
    sys.stdin.readline()
    won = [n for n in range(50) if await store.begin(42, f"{n:040x}", "headgate", 0)]
    print(*won, flush=True)
    sys.stdin.readline()

asyncio.run(work(SqlStore(read_address(sys.argv[1]))))
"""


@asynccontextmanager
async def worker(url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a process that begins 50 checks when it is told to, says which, and then waits."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, url, stdin=pipe, stdout=pipe)
    try:
        assert await line(process) == "ready"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


def go(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")


async def test_two_processes_never_begin_the_same(store: SqlStore, url: str) -> None:
    async with worker(url) as one, worker(url) as two:
        go(one)
        go(two)
        won = [int(number) for process in (one, two) for number in (await line(process)).split()]
    assert sorted(won) == list(range(50))


async def test_a_process_that_is_killed_after_it_began_blocks_nobody(
    store: SqlStore, address: Address, url: str
) -> None:
    patient, hasty = SqlStore(address), SqlStore(address, claim=CLAIM * 0)
    async with worker(url) as process:
        go(process)
        assert len((await line(process)).split()) == 50
        process.kill()
        await process.wait()
    sha = Sha(f"{7:040x}")
    assert await patient.standing(ACME.id, sha, NAME) == (None, 0)
    assert not await patient.begin(ACME.id, sha, NAME, 0)
    assert await hasty.standing(ACME.id, sha, NAME) == (None, 1)
    assert await hasty.begin(ACME.id, sha, NAME, 1)
    await patient.close()
    await hasty.close()
