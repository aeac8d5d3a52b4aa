"""Holds what was found of each model against its baselines: once for all rules, the comment and the command line."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from policies.facts import Absent, Unavailable
from policies.metrics import changes
from policies.metrics.comparison import Against, Limit, MetricComparison, ModelComparison
from policies.metrics.examples import examples
from policies.metrics.gate import is_beyond
from policies.metrics.grouping import by_model
from policies.metrics.measured import FINISHED, Measured, finished, samples
from policies.metrics.rows import Row, judged, rows, unseen
from policies.metrics.runs import BaselineRuns, Group, ModelRuns, PrimaryMetric, Run
from policies.metrics.sample import Sample
from policies.metrics.settings import Metric
from policies.metrics.signature import signature_changes
from policies.phrase import say

NOT_FINISHED = Absent(say("no run of this commit has finished"))
NO_BASELINE = Absent(say("no run of the baseline has finished"))


@functools.lru_cache(maxsize=4)
def comparisons(metrics: tuple[ModelRuns, ...]) -> tuple[ModelComparison, ...]:
    """Compare every model, in the order of their names. Remembered for a while, since each rule asks anew."""
    parts = by_model(sorted(metrics, key=lambda found: found.name))
    return tuple(sorted(map(_compared, parts), key=lambda compared: compared.name))


def _compared(found: ModelRuns) -> ModelComparison:
    candidate, unfinished = _candidate(found)
    adopted = None
    if isinstance(candidate, Absent) and not unfinished:
        adopted = _adopted(found)
        candidate = adopted or candidate
    said = ModelComparison(found.name, found, candidate, adopted=adopted is not None, unfinished=unfinished)
    if not isinstance(candidate, Group):
        return said
    return replace(
        said,
        against=_against(found, candidate.runs),
        limits=tuple(_limits(found, candidate.runs)),
        missing=tuple(_missing(found, candidate.runs)),
    )


def _candidate(found: ModelRuns) -> tuple[Group | Absent | Unavailable, tuple[Run, ...]]:
    """Return the runs of the head that count, and those that are not finished."""
    group = found.candidate
    if not isinstance(group, Group):
        return group, ()
    done = finished(group, found.settings.metrics)
    ended = {run.id for run in done}
    unfinished = tuple(sorted((run for run in group.runs if run.status != FINISHED), key=lambda run: run.id))
    return (replace(group, runs=done) if ended else NOT_FINISHED), unfinished


def _adopted(found: ModelRuns) -> Group | None:
    """Return the runs of an older commit that say as much as runs of the head would: nothing changed that matters."""
    for group in found.older if isinstance(found.older, tuple) else ():
        done = finished(group, found.settings.metrics)
        if done and found.settings.training and group.changed_since is not None:
            return None if found.settings.depends_on(group.changed_since) else replace(group, runs=done)
    return None


def _against(found: ModelRuns, ours: Sequence[Run]) -> tuple[Against, ...]:
    """Judge the metrics against all baselines together: each test is one more chance to be wrong."""
    baselines = [_settled(each, found.settings.metrics) for each in (found.baseline, found.also) if each is not None]
    lines = [list(_rows(found, ours, baseline)) for baseline in baselines]
    said = iter(judged(row for each in lines for row in each))
    return tuple(
        _diffed(baseline, ours, tuple(next(said) for _ in each))
        for baseline, each in zip(baselines, lines, strict=True)
    )


def _settled(baseline: BaselineRuns, names: Iterable[str]) -> BaselineRuns:
    """Leave the runs that count."""
    if not isinstance(baseline.group, Group):
        return baseline
    runs = finished(baseline.group, names)
    return replace(baseline, group=replace(baseline.group, runs=runs) if runs else NO_BASELINE)


def _rows(found: ModelRuns, ours: Sequence[Run], baseline: BaselineRuns) -> Iterator[Row]:
    theirs = baseline.group.runs if isinstance(baseline.group, Group) else ()
    candidate, against = Measured(ours), Measured(theirs)
    for name, metric in _metrics(found, ours, theirs).items():
        if isinstance(baseline.group, Unavailable):
            yield from unseen(name, metric, candidate)
        else:
            yield from rows(name, metric, candidate, against, found.settings.accept_new_dataset)


def _metrics(found: ModelRuns, ours: Sequence[Run], theirs: Sequence[Run]) -> dict[str, Metric | None]:
    """Return all metrics in the order in which people read them: those that gate, named ones, all others."""
    named: dict[str, Metric | None] = dict(found.settings.metrics)
    if found.primary is not None:
        named.setdefault(found.primary.name, _of_experiment(found.primary))
    ordered = sorted(named, key=lambda name: not (metric := named[name]) or not metric.gate)
    others = sorted({name for run in (*ours, *theirs) for name in run.metrics if _is_told(name)} - named.keys())
    return {name: named.get(name) for name in (*ordered, *others)}


def _is_told(name: str) -> bool:
    """Leave out what MLflow measures of the machine: https://mlflow.org/docs/latest/ml/tracking/system-metrics/"""
    return not name.startswith("system/")


def _of_experiment(primary: PrimaryMetric) -> Metric | None:
    """Return what an experiment's tags say of a metric that the policy does not name."""
    if primary.greater_is_better is None:
        return None
    return Metric(goal="maximize" if primary.greater_is_better else "minimize")


def _diffed(baseline: BaselineRuns, ours: Sequence[Run], metrics: tuple[MetricComparison, ...]) -> Against:
    if isinstance(baseline.group, Absent | Unavailable):
        unseen = baseline.group
        return Against(baseline, metrics, signature=unseen, requirements=unseen, examples=unseen)
    theirs = baseline.group.runs
    return Against(
        baseline,
        metrics,
        params=changes.params(ours, theirs),
        datasets=changes.datasets(ours, theirs),
        scorers=changes.scorers(ours, theirs),
        signature=signature_changes(ours, theirs),
        requirements=changes.requirements(ours, theirs),
        examples=examples(ours, theirs),
    )


def _limits(found: ModelRuns, ours: Sequence[Run]) -> Iterator[Limit]:
    for name, metric in found.settings.metrics.items():
        for sample in samples(ours, name).values():
            if metric.floor is not None and sample.finite and is_beyond(sample.mean, -metric.floor):
                yield Limit(name, metric, sample.mean, metric.floor)
            if metric.ceiling is not None and sample.finite and is_beyond(-sample.mean, metric.ceiling):
                yield Limit(name, metric, sample.mean, metric.ceiling)


def _missing(found: ModelRuns, ours: Sequence[Run]) -> Iterator[tuple[str, Sample | None]]:
    for name, metric in found.settings.metrics.items():
        measured = samples(ours, name).values()
        if metric.gate and not measured:
            yield name, None
        if metric.gate:
            yield from ((name, sample) for sample in measured if not sample.finite)
