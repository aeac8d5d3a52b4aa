"""What is logged about a job, and when one is not run any more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.jobs.port import MOST_ATTEMPTS, Job, Later
from bot.jobs.run import Died, Done, KilledAgain, Runner
from bot.jobs.stored import Held, hint
from tests.bot.jobs.workshop import Funeral, open_gate, pull_request


def held(attempts: int = 0) -> Held:
    asked = hint(pull_request(1))
    return Held("17", asked.key, asked.target, "guid-1", attempts)


async def test_a_job_that_was_killed_with_its_worker_each_time_is_not_run_any_more() -> None:
    """A job that eats all memory must not end the server for ever."""
    recorder, funeral = open_gate(), Funeral()
    outcome = await Runner(recorder, funeral, float).run(held(MOST_ATTEMPTS))
    assert outcome == Died("KilledAgain: The worker was killed 8 times while it ran.", MOST_ATTEMPTS)
    assert recorder.runs == []
    ((_, problem),) = funeral.deaths
    assert isinstance(problem, KilledAgain)


async def test_the_last_attempt_is_still_made() -> None:
    recorder = open_gate()
    assert await Runner(recorder, Funeral(), float).run(held(MOST_ATTEMPTS - 1)) == Done()
    assert [job.attempt for job in recorder.runs] == [MOST_ATTEMPTS]


@pytest.mark.parametrize(
    ("raised", "attempts", "events"),
    [
        (None, 0, ["job.claimed", "job.done"]),
        (Later(datetime(2030, 1, 1, tzinfo=UTC), "rate limit"), 0, ["job.claimed", "job.later"]),
        (ValueError("x"), 0, ["job.claimed", "job.failed"]),
        (ValueError("x"), MOST_ATTEMPTS - 1, ["job.claimed", "job.dead"]),
    ],
)
async def test_each_step_is_logged(raised: Exception | None, attempts: int, events: list[str]) -> None:
    async def handle(_job: Job) -> None:
        if raised:
            raise raised

    with capture_logs() as logs:
        await Runner(handle, Funeral(), float).run(held(attempts))
    assert [entry["event"] for entry in logs] == events
