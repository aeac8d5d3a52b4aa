"""What the rules about metrics have in common: which models they look at, and what they say where there is no run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.facts import Absent, Unavailable
from policies.metrics.compare import comparisons
from policies.metrics.comparison import ModelComparison
from policies.metrics.runs import Group, ModelRuns
from policies.metrics.settings import Metric, Model
from policies.verdict import Finding
from policies.words import runs as words


def metrics_of(mlflow: Model) -> Iterator[Metric]:
    """Yield every metric that the policy names."""
    return (metric for part in mlflow.parts() for metric in part.metrics.values())


def with_runs(metrics: tuple[ModelRuns, ...]) -> Iterator[tuple[ModelComparison, Group]]:
    """Yield the models that have runs of this commit, with these."""
    for each in comparisons(metrics):
        if isinstance(each.candidate, Group):
            yield each, each.candidate


def without_runs(metrics: tuple[ModelRuns, ...]) -> Iterator[Unavailable | Absent]:
    """Yield why models could not be looked at; that there are no runs is said only if no model has any."""
    candidates = [each.candidate for each in comparisons(metrics)]
    yield from (each for each in candidates if isinstance(each, Unavailable))
    if not any(isinstance(each, Group) for each in candidates):
        yield from (each for each in candidates if isinstance(each, Absent))


def named(metrics: tuple[ModelRuns, ...], model: ModelComparison, said: Finding | Unavailable) -> Finding | Unavailable:
    """Say which model it is about, where there are several."""
    if len(comparisons(metrics)) < 2:
        return said
    if isinstance(said, Finding):
        return replace(said, message=words.of_model(model.name, said.message))
    return replace(said, why=words.of_model(model.name, said.why))
