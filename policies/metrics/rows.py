"""One metric of a candidate against one baseline: what can be compared with what, and how it differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policies.metrics.comparison import Judgement, MetricComparison
from policies.metrics.contrast import ALPHA, contrast
from policies.metrics.gate import holm, judge, margin, more_seeds
from policies.metrics.measured import Measure, samples
from policies.metrics.runs import Dataset, Run
from policies.metrics.sample import Contrast, Sample
from policies.metrics.settings import Metric


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a comparison; with ``contrast`` it is still to be judged, together with all others of the model."""

    said: MetricComparison
    contrast: Contrast | None = None


def rows(name: str, metric: Metric | None, ours: Sequence[Run], theirs: Sequence[Run]) -> Iterator[Row]:
    """Hold a metric against a baseline, each data set and set of scorers for itself.

    What the baseline was measured on and the candidate was not is incomparable: a hard data set must not be swapped for
    an easy one. What the candidate was measured on besides is shown only.
    """
    after, before = samples(ours, name), samples(theirs, name)
    new = [measure for measure in after if measure not in before]
    gone = [measure for measure in before if measure not in after]
    for measure, sample in after.items():
        data = _datasets(ours, measure)
        if measure in before:
            yield _row(name, metric, sample, before[measure], data)
        elif gone:
            yield _line(name, metric, Judgement.INCOMPARABLE, sample, before[gone[0]], data)
        else:
            yield _line(name, metric, Judgement.SHOWN if before else _first(metric), sample, None, data)
    for measure in gone if not new else ():
        judgement = Judgement.INCOMPARABLE if after else Judgement.SHOWN
        yield _line(name, metric, judgement, None, before[measure], _datasets(theirs, measure), absent=not after)
    if not after and not before:
        yield _line(name, metric, Judgement.SHOWN, None, None, ())


def unseen(name: str, metric: Metric | None, ours: Sequence[Run]) -> Iterator[Row]:
    """Return a metric of the candidate whose baseline could not be had."""
    otherwise = Judgement.UNKNOWN if _is_judged(metric) else Judgement.SHOWN
    after = samples(ours, name)
    for measure, sample in after.items():
        yield _line(name, metric, otherwise, sample, None, _datasets(ours, measure))
    if not after:
        yield _line(name, metric, otherwise, None, None, ())


def _line(  # noqa: PLR0913  # a line of a table
    name: str,
    metric: Metric | None,
    judgement: Judgement,
    ours: Sample | None,
    theirs: Sample | None,
    data: tuple[Dataset, ...],
    *,
    absent: bool = True,
) -> Row:
    """Return a line that nothing was computed for; a metric that the policy names must be there and be a number."""
    if metric is not None and ((ours is None and absent) or (ours is not None and not ours.finite)):
        judgement = Judgement.MISSING
    return Row(MetricComparison(name, metric, judgement, ours, theirs, data))


def _is_judged(metric: Metric | None) -> bool:
    return metric is not None and metric.tolerance is not None


def _first(metric: Metric | None) -> Judgement:
    return Judgement.FIRST if _is_judged(metric) else Judgement.SHOWN


def _row(name: str, metric: Metric | None, ours: Sample, theirs: Sample, data: tuple[Dataset, ...]) -> Row:
    if metric is None or not ours.finite or not theirs.finite:
        return _line(name, metric, _first(metric), ours, theirs, data)
    if metric.tolerance is None:
        gain = metric.sign * (ours.mean - theirs.mean)
        return Row(MetricComparison(name, metric, Judgement.SHOWN, ours, theirs, data, gain=gain))
    found = contrast(ours, theirs, metric.sign)
    said = MetricComparison(
        name,
        metric,
        Judgement.UNKNOWN,
        found.candidate,
        found.baseline,
        data,
        found.method,
        found.gain,
        margin(metric.tolerance, found.baseline.mean),
        found.lower,
        found.p,
    )
    return Row(said, found)


def judged(rows: Iterable[Row]) -> list[MetricComparison]:
    """Judge all rows of one model, in their order: the more gated metrics are tested, the more chance has to prove."""
    listed = list(rows)
    tested = [index for index, row in enumerate(listed) if row.said.gated and row.said.p is not None]
    adjusted = dict(zip(tested, holm([listed[index].said.p or 0.0 for index in tested]), strict=True))
    return [_judged(row, adjusted.get(index, row.said.p), max(1, len(tested))) for index, row in enumerate(listed)]


def _judged(row: Row, adjusted: float | None, tests: int) -> MetricComparison:
    said = row.said
    if row.contrast is None or said.margin is None:
        return said
    judgement = judge(row.contrast, said.margin, adjusted)
    more = None
    if judgement is Judgement.INCONCLUSIVE:
        more = more_seeds(row.contrast, said.margin, ALPHA / (tests if said.gated else 1))
    return replace(said, judgement=judgement, adjusted=adjusted, more=more)


def _datasets(runs: Sequence[Run], measure: Measure) -> tuple[Dataset, ...]:
    """Return the data sets that a measure's digests are of, each once."""
    found: Mapping[str, Dataset] = {
        dataset.digest: dataset
        for run in sorted(runs, key=lambda run: run.id, reverse=True)
        for dataset in run.datasets
        if dataset.digest in measure.datasets
    }
    return tuple(found[digest] for digest in measure.datasets)
