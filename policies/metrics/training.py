"""What the workflows of a commit say of its training: whether a run may still come, or none will.

GitHub does not know which workflow trains. The policy may say so (`workflow`); where it does not, any of them may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.metrics.runs import Training, TrainingState
from policies.metrics.settings import Model

COMPLETED = "completed"

WELL = frozenset({"success", "neutral", "skipped"})
"""Conclusions that explain nothing where a run is missing."""


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """A run of a workflow for the head commit, in GitHub's words; ``file`` is the path of the workflow."""

    name: str
    file: str
    status: str
    conclusion: str | None = None
    url: str = ""


def training_of(model: Model, runs: Sequence[WorkflowRun], *, early: bool = False) -> Training:
    """Return how far the training of a model is. ``early``: GitHub may not have begun all workflows yet.

    That a workflow has ended without a run, or has not begun, means something only if it is known to train: because
    the policy names it, or because the policy says which changes need a run.
    """
    ours = [run for run in runs if _trains(model, run)]
    going = [run for run in ours if run.status != COMPLETED]
    if going:
        return _training(TrainingState.RUNNING, going[0])
    if not (model.workflow or model.training):
        return Training()
    if not ours:
        return Training(TrainingState.RUNNING) if early else Training()
    failed = [run for run in ours if run.conclusion not in WELL]
    return _training(TrainingState.ENDED, (failed or ours)[0])


def _trains(model: Model, run: WorkflowRun) -> bool:
    names = {run.name, run.file, run.file.rpartition("/")[2]}
    return not model.workflow or not names.isdisjoint(model.workflow)


def _training(state: TrainingState, run: WorkflowRun) -> Training:
    return Training(state, run.name, run.conclusion, run.url)
