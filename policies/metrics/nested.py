"""Nested runs: what a run says holds for those within it, too.

MLflow's client marks a run as nested by a tag, and copies nothing: a tag, a data set or a model that was logged to the
run around a loop over seeds is not in the runs of the seeds.
https://mlflow.org/docs/latest/ml/traditional-ml/tutorials/hyperparameter-tuning/part1-child-runs/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from policies.metrics.runs import Group, LoggedModel, Run

MODEL_TAG = "headgate.model"
"""The tag by which a run says which model it is about, where the registry does not know."""


def model_name(run: Run) -> str | None:
    """Return which model a run is about, if it says so: the one it registered, else the one that its tag names."""
    if isinstance(run.model, LoggedModel) and run.model.registered:
        return run.model.registered
    return run.tags.get(MODEL_TAG)


def inherited(group: Group) -> Group:
    """Return the runs with what they have from those around them; these are about the only model within them."""
    known = {run.id: run for run in group.runs}
    within: dict[str, set[str]] = {}
    for run in group.runs:
        if name := model_name(run):
            for outer in around(run, known):
                within.setdefault(outer.id, set()).add(name)
    about = {run.id: _about(run, within.get(run.id, set())) for run in group.runs}
    return replace(group, runs=tuple(_filled(run, tuple(around(run, about))) for run in about.values()))


def around(run: Run, known: Mapping[str, Run]) -> Iterator[Run]:
    """Yield the runs that this one is nested in, from the inside out; tags may run in a circle."""
    seen, outer = {run.id}, known.get(run.parent or "")
    while outer is not None and outer.id not in seen:
        yield outer
        seen.add(outer.id)
        outer = known.get(outer.parent or "")


def _filled(run: Run, around: Sequence[Run]) -> Run:
    for outer in around:
        name = None if model_name(run) else model_name(outer)
        run = replace(
            run,
            commits=run.commits or outer.commits,
            params={**outer.params, **run.params},
            tags={**run.tags, MODEL_TAG: name} if name else run.tags,
            datasets=run.datasets or outer.datasets,
            model=run.model if isinstance(run.model, LoggedModel) else outer.model,
        )
    return run


def _about(run: Run, within: set[str]) -> Run:
    if model_name(run) or len(within) != 1:
        return run
    return replace(run, tags={**run.tags, MODEL_TAG: next(iter(within))})
