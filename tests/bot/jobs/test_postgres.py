"""What Procrastinate leaves to us: its schema, its jobs that nobody holds, and wake-ups that it would lose."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from bot.jobs.port import CannotStore
from bot.jobs.postgres import KEEP_DELIVERIES, PostgresQueue
from bot.jobs.postgres_connector import MISSED, Connector
from bot.jobs.postgres_schema import changes
from bot.state.address import read_address
from bot.state.schema import migrate
from tests.bot.jobs.workshop import PostgresPlace, Recorder, open_gate, opened, pull_request, working
from tests.services.postgres import Postgres


@pytest.fixture
def bare(postgres: Postgres) -> PostgresPlace:
    """A database with our tables and none of Procrastinate's."""
    url = postgres.url(postgres.create())
    migrate(read_address(url))
    return PostgresPlace(url)


async def does_a_job(queue: PostgresQueue) -> bool:
    recorder = open_gate()
    async with working(queue, handler=recorder):
        await queue.accept("guid-1", [pull_request(1)])
        await queue.settle()
    return recorder.numbers == [1]


# --- the schema ---


async def test_several_processes_may_install_the_schema_at_once(bare: PostgresPlace) -> None:
    queues = [PostgresQueue(bare.url) for _ in range(3)]
    await asyncio.gather(*(queue.open() for queue in queues))
    assert await does_a_job(queues[0])
    await asyncio.gather(*(queue.close() for queue in queues))


async def test_a_schema_of_an_older_procrastinate_is_brought_up_to_date(bare: PostgresPlace) -> None:
    older = changes()[:-4]
    with psycopg.connect(bare.url, autocommit=True) as db:
        for change in older:
            db.execute(change.read_bytes())
        db.execute("INSERT INTO procrastinate_migrations SELECT unnest(%s::text[])", ([c.name for c in older],))
    queue = PostgresQueue(bare.url)
    async with opened(queue):
        assert await does_a_job(queue)
    with psycopg.connect(bare.url) as db:
        recorded = {name for (name,) in db.execute("SELECT name FROM procrastinate_migrations")}
        functions = {name for (name,) in db.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate_%'")}
    assert {change.name for change in changes()} < recorded
    assert {name for name in functions if f"FUNCTION {name}(" in SchemaManager.get_schema()} == functions


async def test_a_database_without_our_tables_is_refused(postgres: Postgres) -> None:
    with pytest.raises(CannotStore, match="procrastinate_migrations"):
        await PostgresQueue(postgres.url(postgres.create())).open()


# --- who holds a job ---

REFUSE_TO_DELETE = """
    CREATE SEQUENCE refusals;  -- what is taken from a sequence is not rolled back
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM nextval('refusals'); RAISE 'not now'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON procrastinate_jobs EXECUTE FUNCTION refuse();
"""


async def test_a_worker_that_drains_keeps_its_job(shared: PostgresPlace) -> None:
    """Procrastinate's own heartbeat ends before the last job has."""
    recorder = Recorder()
    first, second = shared.queue(lease=2), shared.queue(lease=2)
    async with opened(first), opened(second), working(first, handler=recorder) as (work,):
        await first.accept("guid-1", [pull_request(1)])
        await recorder.started.get()
        async with working(second, handler=recorder):
            first.stop()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(recorder.started.get(), 4)
            recorder.gate.set()
            await work
            await second.settle()
    assert len(recorder.runs) == 1


async def test_a_job_whose_end_was_not_written_down_is_done_again(shared: PostgresPlace) -> None:
    """Its worker lives and does not run it: no heartbeat is missing, and its key would be locked for ever."""
    recorder = Recorder()
    async with opened(shared.queue(lease=2)) as queue, working(queue, handler=recorder):
        await queue.accept("guid-1", [pull_request(1)])
        await recorder.started.get()
        with psycopg.connect(shared.url, autocommit=True) as db:
            db.execute(REFUSE_TO_DELETE)
            recorder.gate.set()
            while not db.execute("SELECT 1 FROM refusals WHERE is_called").fetchone():  # noqa: ASYNC110 -- it tells nobody
                await asyncio.sleep(0.02)
            db.execute("DROP FUNCTION refuse CASCADE; DROP SEQUENCE refusals")
        await asyncio.wait_for(recorder.started.get(), 20)
        await queue.settle()
    assert [job.attempt for job in recorder.runs] == [1, 2]


# --- wake-ups ---


async def test_a_notice_is_given_twice_and_one_when_listening_begins(shared: PostgresPlace) -> None:
    """The second falls outside of the fetch during which Procrastinate forgets the first."""
    notices: asyncio.Queue[str] = asyncio.Queue()
    connector = Connector(shared.url, connections=2, patience=3)

    async def note(*, channel: str, payload: str) -> None:
        notices.put_nowait(f"{channel} {payload}")

    listener = asyncio.create_task(connector.listen_notify(note, ["bell"]))
    with psycopg.connect(shared.url, autocommit=True) as db:
        assert [await asyncio.wait_for(notices.get(), 10) for _ in range(2)] == [f"bell {MISSED}"] * 2
        for word in ("ding", "dong"):
            db.execute(f"NOTIFY bell, '{word}'")
            assert [await asyncio.wait_for(notices.get(), 10) for _ in range(2)] == [f"bell {word}"] * 2
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert await asyncio.wait_for(notices.get(), 10) == f"bell {MISSED}", "it listens again"
    listener.cancel()
    await asyncio.gather(listener, return_exceptions=True)


# --- what is old ---


async def test_old_deliveries_are_forgotten(shared: PostgresPlace) -> None:
    with psycopg.connect(shared.url, autocommit=True) as db:
        for guid, more in (("old", 60), ("young", -60)):
            db.execute(
                "INSERT INTO deliveries VALUES (%s, extract(epoch FROM now()) - %s)", (guid, KEEP_DELIVERIES + more)
            )
        async with opened(shared.queue()) as queue, working(queue, handler=open_gate()):
            assert not await queue.accept("young", [])
            while len(guids := db.execute("SELECT guid FROM deliveries").fetchall()) > 1:  # noqa: ASYNC110 -- it tells nobody
                await asyncio.sleep(0.02)
    assert guids == [("young",)]
