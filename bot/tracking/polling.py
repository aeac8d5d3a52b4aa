"""When to look for runs again: MLflow tells nobody that a run has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.tracking.words import NotNow
from policies.facts import Absent, Unavailable
from policies.metrics.runs import UNDER_WAY, Group, ModelRuns, TrainingState

SOONEST, LATEST = timedelta(seconds=30), timedelta(minutes=10)

GIVE_UP = timedelta(hours=24)
"""Then the sweep over all open pull requests, once a day, is often enough."""


def look_again(
    metrics: tuple[ModelRuns, ...] | Absent | Unavailable, since: datetime, now: datetime, *, missed: bool = False
) -> datetime | None:
    """Return when to look for runs again; None if nothing is to be waited for, or was waited for too long.

    ``since`` is when this head was looked at first. ``missed``: a run is wanted, which somebody may start by hand. The
    longer the wait, the rarer the looks, each after a quarter of what was waited already: at most some 160 until it is
    given up.
    """
    waited = now - since
    if waited >= GIVE_UP or not (missed or waits(metrics)):
        return None
    return now + min(max(waited / 4, SOONEST), LATEST)


def waits(metrics: tuple[ModelRuns, ...] | Absent | Unavailable) -> bool:
    """Say whether time may change what was found: training goes on, or the server did not answer."""
    return any(map(_waits, metrics)) if isinstance(metrics, tuple) else isinstance(metrics, NotNow)


def _waits(model: ModelRuns) -> bool:
    groups = [model.candidate, *(each.group for each in (model.baseline, model.also) if each is not None)]
    return trains(model) or any(isinstance(each, NotNow) for each in groups)


def trains(model: ModelRuns) -> bool:
    """Say whether training goes on, as far as GitHub and MLflow know.

    A run that its workflow has left stays RUNNING for ever, so MLflow counts only where no workflow is known.
    """
    state = model.training.state
    return state is TrainingState.RUNNING or (state is TrainingState.NONE and _goes_on(model.candidate))


def _goes_on(group: Group | Absent | Unavailable) -> bool:
    runs: Iterable[str] = (run.status for run in group.runs) if isinstance(group, Group) else ()
    return any(status in UNDER_WAY for status in runs)
