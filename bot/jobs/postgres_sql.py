"""What we ask of Procrastinate's table beside its own functions, and why it has to be asked in SQL.

Procrastinate has no call that gives a waiting job new arguments or an earlier time, and its ``retry`` fails when
another job with the same queueing lock waits (https://github.com/procrastinate-org/procrastinate/issues/1446). So every
job that comes to wait, whether asked for, repeated, taken over or redone, comes through the one upsert below.
"""

from __future__ import annotations

TASK = "headgate"

_PUT = """
    INSERT INTO procrastinate_jobs AS waiting
        (task_name, queue_name, priority, lock, queueing_lock, attempts, scheduled_at, args)
    SELECT '{task}', asked.queue, least(front.priority, lowest.priority)
            - row_number() OVER (PARTITION BY asked.queue ORDER BY asked.key)::integer,
        asked.key, asked.key, asked.attempts, asked.run_at,
        jsonb_build_object('target', asked.target, 'delivery', asked.delivery)
    FROM asked
    CROSS JOIN (
        SELECT coalesce(max(priority), 0) + 1 AS priority FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
    ) AS front
    CROSS JOIN LATERAL (
        SELECT min(priority) AS priority FROM procrastinate_jobs
        WHERE status = 'todo' AND queue_name = asked.queue
    ) AS lowest
    ORDER BY asked.key
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET
        args = CASE WHEN {newest} THEN excluded.args ELSE waiting.args END,
        attempts = greatest(waiting.attempts, excluded.attempts),
        scheduled_at = CASE WHEN waiting.scheduled_at IS NOT NULL AND excluded.scheduled_at IS NOT NULL
            THEN least(waiting.scheduled_at, excluded.scheduled_at) END
    RETURNING id
"""
"""Let jobs wait, or fold them into those that do.

A queue is a repository. Workers take the highest priority first, so a job gets one less than the last of its
repository that waits, and no more than what is next: a repository with a thousand jobs and one with a single job
alternate. A job that may run at once has no time (NULL).
"""


_NEWER = _PUT.format(task=TASK, newest="true")
_OLDER = _PUT.format(task=TASK, newest="false")

ACCEPT = f"""
    WITH fresh AS (
        INSERT INTO deliveries
        SELECT guid, extract(epoch FROM now()) FROM unnest(%(deliveries)s::text[]) AS guid ORDER BY guid
        ON CONFLICT DO NOTHING RETURNING guid
    ), asked AS (
        SELECT DISTINCT ON (key) key, queue, target, delivery, 0 AS attempts, NULL::timestamptz AS run_at
        FROM unnest(%(keys)s::text[], %(queues)s::text[], %(targets)s::text[], %(askers)s::text[]) WITH ORDINALITY
            AS hint (key, queue, target, delivery, position)
        JOIN fresh ON guid = delivery
        ORDER BY key, position DESC
    ), put AS ({_NEWER})
    SELECT guid FROM fresh
"""  # noqa: S608  # a constant of ours
"""Note deliveries, and let the jobs that the new ones ask for wait; return the new ones."""

_ONE = """
    WITH asked AS (
        SELECT %(key)s::text AS key, %(queue)s::text AS queue, %(target)s::text AS target,
            %(delivery)s::text AS delivery, %(attempts)s::integer AS attempts, %(run_at)s::timestamptz AS run_at
    )
"""
ENQUEUE = _ONE + _NEWER
REPEAT = _ONE + _OLDER

_FROM = """
    WITH asked AS (
        DELETE FROM procrastinate_jobs WHERE id = %(id)s AND status = '{status}'
        RETURNING lock AS key, queue_name AS queue, args->>'target' AS target, args->>'delivery' AS delivery,
            {attempts} AS attempts, NULL::timestamptz AS run_at
    )
"""
TAKE_OVER = _FROM.format(status="doing", attempts="attempts + 1") + _OLDER
REDO = _FROM.format(status="failed", attempts="0") + _OLDER

DIE = """
    WITH earlier AS (DELETE FROM procrastinate_jobs WHERE lock = %(key)s AND status = 'failed')
    UPDATE procrastinate_jobs SET args = args || jsonb_build_object('error', %(error)s::text) WHERE id = %(id)s
"""

COUNTS = """
    SELECT count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())),
        count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()),
        count(*) FILTER (WHERE status = 'doing'),
        count(*) FILTER (WHERE status = 'failed')
    FROM procrastinate_jobs
"""

DEAD = """
    SELECT id::text, coalesce(args->>'target', ''), coalesce(args->>'delivery', ''), attempts,
        coalesce(args->>'error', 'Procrastinate could not start it; the log says why.'),
        (SELECT max(at) FROM procrastinate_events WHERE job_id = procrastinate_jobs.id)
    FROM procrastinate_jobs WHERE status = 'failed' ORDER BY id
"""

FORGET = "DELETE FROM deliveries WHERE accepted_at < extract(epoch FROM now()) - %(seconds)s"
