"""Procrastinate's tables, functions and triggers in our database, brought to the version that is installed.

Procrastinate ships one file with the whole schema and one file a change, and leaves it to us to remember what was run:
https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager

LOCK = 0x686561646A6F6273
"""The advisory lock of a process that changes the schema: "headjobs" in ASCII."""

OURS = """
-- Procrastinate wakes workers when a job is inserted. It does not when a job that was to run later may run now, ...
CREATE OR REPLACE TRIGGER headgate_brought_forward
    AFTER UPDATE OF scheduled_at ON procrastinate_jobs FOR EACH ROW
    WHEN (NEW.status = 'todo' AND NEW.scheduled_at IS NULL AND OLD.scheduled_at IS NOT NULL)
    EXECUTE FUNCTION procrastinate_notify_queue_job_inserted_v1();

-- ... nor when the end of a run lets the next job of the same lock start; that one would wait for the next poll.
CREATE OR REPLACE FUNCTION headgate_notify_lock_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('procrastinate_any_queue_v1', json_build_object('type', 'job_inserted', 'job_id', id)::text)
        FROM procrastinate_jobs
        WHERE queueing_lock = OLD.lock AND status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now());
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER headgate_lock_released_by_end
    AFTER DELETE ON procrastinate_jobs FOR EACH ROW
    WHEN (OLD.status = 'doing') EXECUTE FUNCTION headgate_notify_lock_released();
CREATE OR REPLACE TRIGGER headgate_lock_released_by_death
    AFTER UPDATE OF status ON procrastinate_jobs FOR EACH ROW
    WHEN (OLD.status = 'doing' AND NEW.status <> 'doing') EXECUTE FUNCTION headgate_notify_lock_released();

-- Fetching looks for other jobs of the same lock, and a new job for the turn of its repository.
CREATE INDEX IF NOT EXISTS headgate_jobs_lock ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing');
CREATE INDEX IF NOT EXISTS headgate_jobs_turn ON procrastinate_jobs (queue_name, priority) WHERE status = 'todo';

-- A queue was empty when its statistics were taken: the planner would sort all that waits to find the first.
ALTER FUNCTION procrastinate_fetch_job_v2 SET enable_sort = off;
ALTER FUNCTION procrastinate_fetch_job_v2 SET jit = off;
"""

OURS_NAME = f"headgate-{hashlib.sha256(OURS.encode()).hexdigest()[:16]}"

RECORD = "INSERT INTO procrastinate_migrations SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"


async def install(connection: psycopg.AsyncConnection) -> None:
    """Run what is missing, one step after the other; several processes may do so at once. Needs autocommit."""
    await connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        for names, script in await _missing(connection):
            async with connection.transaction():  # one for each: a new value of an enumeration must be committed first
                await connection.execute(script)
                await connection.execute(RECORD, [names])
    finally:
        await connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


async def _missing(connection: psycopg.AsyncConnection) -> list[tuple[list[str], bytes]]:
    """Return the scripts to be run, each with the changes that it stands for."""
    cursor = await connection.execute("SELECT name FROM procrastinate_migrations")
    known = {name for (name,) in await cursor.fetchall()}
    ours = ([OURS_NAME], OURS.encode())
    if not known:
        return [([change.name for change in changes()], SchemaManager.get_schema().encode()), ours]
    missing = [([change.name], change.read_bytes()) for change in changes() if change.name not in known]
    return [*missing, ours] if missing or OURS_NAME not in known else []


def changes() -> list[Path]:
    """Return Procrastinate's changes in the order in which they are to be run."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
