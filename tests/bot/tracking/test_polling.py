"""When runs are looked for again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.tracking.polling import GIVE_UP, LATEST, SOONEST, look_again
from bot.tracking.words import forbidden, no_release, no_such_server, not_looked_for, runs, timed_out
from policies.facts import Absent, Unavailable
from policies.metrics.runs import BaselineKind, BaselineRuns, Group, ModelRuns, Run, Training, TrainingState
from policies.metrics.settings import Model
from policies.phrase import say
from tests.bot.tracking.lab import NOW, sha

NO_RUN = Absent(say("no run"))
RUNNING, NONE, ENDED = Training(TrainingState.RUNNING), Training(), Training(TrainingState.ENDED)


def found(
    candidate: Group | Absent | Unavailable = NO_RUN,
    training: Training = NONE,
    baseline: Group | Absent | Unavailable = NO_RUN,
) -> tuple[ModelRuns, ...]:
    return (ModelRuns("m", Model(), candidate, BaselineRuns(BaselineKind.TARGET, "main", baseline), training=training),)


def run(status: str) -> Group:
    return Group(sha("head"), (Run("1" * 32, "e", status=status),))


@pytest.mark.parametrize(
    ("metrics", "waits"),
    [
        (found(training=RUNNING), True),
        (found(run("FINISHED"), RUNNING), True),
        (found(training=ENDED), False),
        (found(), False),
        (found(run("FINISHED")), False),
        (found(run("RUNNING")), True),
        (found(run("SCHEDULED")), True),
        (found(run("RUNNING"), ENDED), False),
        (found(run("KILLED")), False),
        (found(timed_out("main", 20)), True),
        (found(run("FINISHED"), baseline=timed_out("main", 20)), True),
        (found(baseline=not_looked_for()), False),
        (found(forbidden("main", runs())), False),
        (timed_out("main", 20), True),
        (no_such_server("main", "a/b"), False),
        (no_release(), False),
        ((), False),
    ],
)
def test_what_is_waited_for(metrics: tuple[ModelRuns, ...] | Absent | Unavailable, *, waits: bool) -> None:
    assert (look_again(metrics, NOW, NOW) is not None) is waits


def test_the_longer_the_wait_the_rarer_the_looks_and_then_none() -> None:
    moment, looks = NOW, []
    while (later := look_again(found(training=RUNNING), NOW, moment)) is not None:
        looks.append(later - moment)
        moment = later
    assert looks[0] == SOONEST
    assert looks == sorted(looks)
    assert looks[-1] == LATEST
    assert GIVE_UP <= moment - NOW <= GIVE_UP + LATEST
    assert 100 < len(looks) < 165


def test_a_short_training_is_noticed_soon() -> None:
    """Within half a minute, or a quarter of what it took."""
    for minutes in (0, 1, 2, 10, 30):
        waited = timedelta(minutes=minutes)
        later = look_again(found(training=RUNNING), NOW, NOW + waited)
        assert later is not None
        assert later - NOW - waited == min(max(waited / 4, SOONEST), LATEST)
