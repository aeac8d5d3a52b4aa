"""A run lacks a metric that the policy gates, or the metric is no number.

## What it does

Looks for each metric with `gate: true` in the finished runs of the commit. It is an offence if none of them has it, or
if the value of one of them is NaN or infinite.

## Why it matters

A gate that finds nothing to judge is open. NaN is what a training that diverged leaves behind, and compares as neither
better nor worse.

## How to fix it

Log the metric at the end of the training, under the name that stands in the policy.
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
    if not any(metric.gate for metric in metrics_of(mlflow)):
        return reasons.no_gate()
    return None


def check(metrics: tuple[ModelRuns, ...]) -> Findings:
    yield from without_runs(metrics)
    for compared, _ in with_runs(metrics):
        for name, sample in compared.missing:
            message = words.no_value(name) if sample is None else words.no_number(name, sample)
            yield named(metrics, compared, Finding(message, words.log_metric(name)))


RULE = Rule(name="missing-metric", since="0.1.0", check=check, applies=applies)
