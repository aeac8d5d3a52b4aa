"""What the logged models of some runs say: of repeated runs, the first by id that says anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from policies.facts import Absent, Unavailable
from policies.metrics.runs import NO_MODEL, LoggedModel, Run, Signature

Known = TypeVar("Known")


def signature_of(runs: Sequence[Run]) -> Signature | Absent | Unavailable:
    """Return the signature of the model that these runs logged."""
    return _first(run.model.signature if isinstance(run.model, LoggedModel) else run.model for run in _by_id(runs))


def requirements_of(runs: Sequence[Run]) -> tuple[str, ...] | Absent | Unavailable:
    """Return the requirements of the model that these runs logged."""
    return _first(run.model.requirements if isinstance(run.model, LoggedModel) else run.model for run in _by_id(runs))


def logs_model(runs: Iterable[Run]) -> bool:
    return any(isinstance(run.model, LoggedModel) for run in runs)


def _by_id(runs: Sequence[Run]) -> list[Run]:
    return sorted(runs, key=lambda run: run.id)


def _first(answers: Iterable[Known | Absent | Unavailable]) -> Known | Absent | Unavailable:
    """Return the first answer; if there is none, why it could not be had rather than that there is none."""
    without: Absent | Unavailable = NO_MODEL
    for answer in answers:
        if isinstance(answer, Unavailable):
            without = answer
        elif not isinstance(answer, Absent):
            return answer
        elif without is NO_MODEL:
            without = answer
    return without
