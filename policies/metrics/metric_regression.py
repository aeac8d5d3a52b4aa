"""A metric that the policy gates is worse than that of the baseline, by more than is accepted.

## What it does

Holds each metric that has `gate: true` and a `tolerance` against the baseline, and against a second one where the
policy names one (`also`). Repeated runs of a commit (seeds) show how much the metric varies by itself:

| Runs | Test |
|---|---|
| at least 3 seeds that both sides have | paired t-test |
| at least 3 against at least 3 | Welch's t-test |
| 1 against at least 5 | Student's prediction interval |
| fewer | none: the difference alone, *noise unknown* |

It **fails** if the metric is significantly worse (one-sided, .05, Holm over the gated metrics of the model) and more is
lost than the tolerance accepts: the larger of the absolute and the relative one. It **passes** if the 95 % lower bound
of the gain is above minus the tolerance. Otherwise it is **inconclusive**, a warning unless the policy says
`inconclusive: error`, and says how many more seeds would decide. Without a test, a loss beyond the tolerance fails
unless the policy says `single_run: warning`. Repeated runs that do not differ are compared exactly.

A first measurement, which has no baseline, is an error on releases and hotfixes and a warning elsewhere, unless the
policy says otherwise (`when_missing`). On a new data set that the policy accepts (`accept_new_dataset`) it is a
warning. Metrics without a value, or measured on other data, are never passed; the rules `missing-metric` and
`incomparable-run` have the say in these.

A loop over seeds may be one run with a nested run for each seed; then the nested runs count. Of a search for
hyperparameters, whose trials are nested runs too, the run around them counts.

## Why it matters

A model that got worse by accident is found in production, by its users. "Any drop blocks" is no way out: it blocks
every other innocent pull request, and is switched off.

## How to fix it

Find out what made the metric worse. If it is too noisy to tell, train with more seeds; the message says how many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.facts import PullRequest, Unavailable
from policies.gitflow.model import BranchModel
from policies.metrics.comparison import Against, Judgement, MetricComparison, ModelComparison
from policies.metrics.runs import BaselineRuns, ModelRuns
from policies.metrics.sample import Method
from policies.metrics.settings import Model
from policies.metrics.subject import metrics_of, named, with_runs, without_runs
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import metrics as words
from policies.words import runs as reasons

ELSEWHERE = ((Judgement.MISSING, "missing-metric"), (Judgement.INCOMPARABLE, "incomparable-run"))
"""What other rules have the say in."""

STRICT = frozenset({"release", "hotfix"})
"""Types of branches that need a baseline, unless the policy says otherwise."""


def applies(mlflow: Model) -> Phrase | None:
    if not any(metric.gate and metric.tolerance for metric in metrics_of(mlflow)):
        return reasons.nothing_gates()
    return None


def check(pull_request: PullRequest, model: BranchModel, metrics: tuple[ModelRuns, ...]) -> Findings:
    kind = model.head(pull_request)
    usual = "error" if kind is not None and kind.name in STRICT else "warning"
    yield from without_runs(metrics)
    for compared, _ in with_runs(metrics):
        for against in compared.against:
            for said in _against(compared, against, compared.found.settings.when_missing or usual):
                yield named(metrics, compared, said)


def _against(compared: ModelComparison, against: Against, when_missing: str) -> Iterator[Finding | Unavailable]:
    settings, held = compared.found.settings, against.baseline
    gated = [row for row in against.metrics if row.gated]
    if gated and isinstance(held.group, Unavailable):
        yield held.group
        return
    for row in gated:
        if row.judgement is Judgement.FAIL:
            yield _worse(row, against, single_run=settings.single_run)
        elif row.judgement is Judgement.INCONCLUSIVE:
            yield replace(words.inconclusive(row, held), advisory=settings.inconclusive == "warning")
    if held is compared.against[0].baseline:
        yield from _first(gated, held, when_missing)
    for judgement, rule in ELSEWHERE:
        names = _named(gated, judgement)
        if names:
            yield Unavailable(words.not_compared(names, held, rule), advisory=True)


def _first(gated: list[MetricComparison], held: BaselineRuns, when_missing: str) -> Iterator[Finding]:
    """Say of which metrics the baseline has no value to hold them against, and why."""
    rows = [row for row in gated if row.judgement is Judgement.FIRST]
    accepted = {row.name for row in rows if row.baseline is not None and row.baseline.finite}
    if accepted:  # somebody who may change the policy has said so
        yield Finding(words.on_new_data(held, sorted(accepted)), words.measure_baseline_on_it(held), advisory=True)
    advisory = when_missing == "warning"
    none = [row.name for row in rows if row.baseline is None]
    if none and when_missing != "pass":
        yield Finding(words.first_measurement(held, none), words.measure_baseline(held), advisory=advisory)
    for row in rows if when_missing != "pass" else ():
        if row.baseline is not None and not row.baseline.finite:
            said = words.baseline_is_no_number(held, row.name, row.baseline)
            yield Finding(said, words.measure_baseline(held), advisory=advisory)


def _worse(row: MetricComparison, against: Against, *, single_run: str) -> Finding:
    advisory = row.method is Method.THRESHOLD and single_run == "warning"
    said = words.worse(row, against.baseline)
    return Finding(said, words.get_better(row), (words.method(row),), advisory=advisory)


def _named(rows: list[MetricComparison], judgement: Judgement) -> list[str]:
    return list(dict.fromkeys(row.name for row in rows if row.judgement is judgement))


RULE = Rule(name="metric-regression", since="0.1.0", check=check, applies=applies)
