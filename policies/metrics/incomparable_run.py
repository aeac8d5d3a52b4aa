"""A gated metric was measured on other data, or by other scorers, than the baseline's.

## What it does

Compares the digests of the data sets that the runs were given, and of the scorers of an evaluation
(`mlflow.genai.evaluate`), with those of the baseline. A metric that the baseline has on a data set, and the candidate
only on others, is not compared at all. A run on the baseline's data and a run on new data are fine together, and so
are runs on new data alone if the baseline was measured on both.

## Why it matters

On an easier test set every model is better. A number that was measured on something else says nothing about the
change.

## How to fix it

Measure on the baseline's data too, or train the baseline once on the new data. If the new data is meant to replace the
old, somebody who may change the policy writes its digest under `accept_new_dataset`; the message has the line. The
first measurement on it is then a warning, and the next pull request is compared on it as usual.
"""

from __future__ import annotations

from policies.metrics.comparison import Judgement
from policies.metrics.runs import ModelRuns
from policies.metrics.settings import Model
from policies.metrics.subject import metrics_of, named, with_runs, without_runs
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import metrics as words
from policies.words import runs as reasons


def applies(mlflow: Model) -> Phrase | None:
    if not any(metric.gate and metric.tolerance for metric in metrics_of(mlflow)):
        return reasons.nothing_gates()
    return None


def check(metrics: tuple[ModelRuns, ...]) -> Findings:
    yield from without_runs(metrics)
    for compared, _ in with_runs(metrics):
        for against in compared.against:
            rows = [row for row in against.metrics if row.gated and row.judgement is Judgement.INCOMPARABLE]
            names, held = list(dict.fromkeys(row.name for row in rows)), against.baseline
            if names:
                said = Finding(
                    words.incomparable(names, held),
                    words.measure_alike(held, against),
                    words.measured_otherwise(against),
                )
                yield named(metrics, compared, said)


RULE = Rule(name="incomparable-run", since="0.1.0", check=check, applies=applies)
