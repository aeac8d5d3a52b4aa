"""A metric is beyond the limit that the policy sets for its value.

## What it does

Compares the candidate's value (the mean of repeated runs) with the `floor` and the `ceiling` of each metric in the
policy, whatever the baseline is. It blocks for metrics with `gate: true`; for others it is a warning.

## Why it matters

A model can get worse a little with each change, each time within the tolerance. A limit says where that ends.

## How to fix it

Get the metric back to where the policy wants it.
"""

from __future__ import annotations

from policies.metrics.runs import ModelRuns
from policies.metrics.settings import Model
from policies.metrics.subject import metrics_of, named, with_runs, without_runs
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import metrics as words
from policies.words import runs as reasons


def applies(mlflow: Model) -> Phrase | None:
    if all(metric.floor is metric.ceiling is None for metric in metrics_of(mlflow)):
        return reasons.no_limits()
    return None


def check(metrics: tuple[ModelRuns, ...]) -> Findings:
    yield from without_runs(metrics)
    for compared, _ in with_runs(metrics):
        for broken in compared.limits:
            said = Finding(words.beyond_limit(broken), words.keep_limit(broken), advisory=not broken.metric.gate)
            yield named(metrics, compared, said)


RULE = Rule(name="metric-below-floor", since="0.1.0", check=check, applies=applies)
