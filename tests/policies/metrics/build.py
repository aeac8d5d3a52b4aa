"""Runs as short as tests want them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policies.facts import Absent, Sha, Unavailable
from policies.metrics import runs as world
from policies.metrics.compare import comparisons
from policies.metrics.comparison import MetricComparison, ModelComparison
from policies.metrics.settings import Metric, Model, Tolerance
from policies.phrase import say

HEAD, BASE = Sha("f" * 40), Sha("b" * 40)
NO_RUN = Absent(say("no run was found"))
BLIND = Unavailable(say("The tracking server did not answer."))


def gate(goal: str = "minimize", relative: float | None = 0.02, **given: Any) -> Metric:
    """Return a gated metric; ``absolute`` is a tolerance too."""
    tolerance = Tolerance(relative=relative, absolute=given.pop("absolute", None))
    return Metric.model_validate({"goal": goal, "tolerance": tolerance, "gate": True, **given})


def run(name: str, metrics: dict[str, float], **given: Any) -> world.Run:
    given.setdefault("commits", frozenset({HEAD}))
    given.setdefault("experiment", "sales")
    return world.Run(id=name, metrics=metrics, **given)


def group(*runs: world.Run, commit: Sha = HEAD, **given: Any) -> world.Group:
    return world.Group(commit, runs, **given)


def seeds(values: Sequence[float], prefix: str = "c", metric: str = "rmse", **given: Any) -> world.Group:
    """Return repeated runs without seeds."""
    return group(*(run(f"{prefix}{place}", {metric: value}, **given) for place, value in enumerate(values)))


def target(found: world.Group | Absent | Unavailable, **given: Any) -> world.BaselineRuns:
    return world.BaselineRuns(given.pop("kind", world.BaselineKind.TARGET), given.pop("name", "dev"), found)


def found(
    candidate: world.Group | Absent | Unavailable,
    baseline: world.Group | Absent | Unavailable = NO_RUN,
    metrics: dict[str, Metric] | None = None,
    **given: Any,
) -> world.ModelRuns:
    settings = Model(metrics={"rmse": gate()} if metrics is None else metrics, **given.pop("settings", {}))
    return world.ModelRuns(given.pop("model", "sales"), settings, candidate, target(baseline), **given)


def compared(*args: Any, **given: Any) -> ModelComparison:
    (only,) = comparisons((found(*args, **given),))
    return only


def row(said: ModelComparison, name: str = "rmse", place: int = 0) -> MetricComparison:
    """Return the line of a metric; there is just one."""
    (only,) = [each for each in said.against[place].metrics if each.name == name]
    return only
