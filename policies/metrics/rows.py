"""One metric of a candidate against one baseline: what can be compared with what, and how it differs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from policies.metrics.comparison import Judgement, MetricComparison
from policies.metrics.contrast import ALPHA, contrast
from policies.metrics.gate import holm, judge, margin, more_seeds
from policies.metrics.measured import Measure, Measured
from policies.metrics.runs import Dataset
from policies.metrics.sample import Contrast, Sample
from policies.metrics.settings import Metric

NAMELESS = "dataset"
"""What MLflow calls a data set that nobody has given a name."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a comparison; with ``contrast`` it is still to be judged, together with all others of the model."""

    said: MetricComparison
    contrast: Contrast | None = None


def rows(
    name: str, metric: Metric | None, ours: Measured, theirs: Measured, accepted: Collection[str] = ()
) -> Iterator[Row]:
    """Hold a metric against a baseline, each data set and set of scorers for itself.

    What the baseline was measured on and the candidate was not is incomparable: a hard data set must not be swapped for
    an easy one. That is no swap where the policy has ``accepted`` the new digest, nor where the baseline itself was
    measured on both. What the candidate was measured on besides is shown only.
    """
    after, before = ours.samples(name), {each: _usable(sample) for each, sample in theirs.samples(name).items()}
    new = [measure for measure in after if measure not in before]
    gone = [measure for measure in before if measure not in after]
    for measure, sample in after.items():
        data = ours.datasets(measure)
        if measure in before:
            yield _row(name, metric, sample, before[measure], data)
        elif gone and _is_accepted(measure, before, accepted):
            yield _line(name, metric, _first(metric), sample, before[gone[0]], data)
        elif gone:
            yield _line(name, metric, Judgement.INCOMPARABLE, sample, before[gone[0]], data)
        else:
            yield _line(name, metric, Judgement.SHOWN if before else _first(metric), sample, None, data)
    for measure in gone if not new else ():
        spared = not after or any(_stands_for(ours, each, theirs, measure, accepted) for each in after)
        judgement = Judgement.SHOWN if spared else Judgement.INCOMPARABLE
        yield _line(name, metric, judgement, None, before[measure], theirs.datasets(measure), absent=not after)
    if not after and not before:
        yield _line(name, metric, Judgement.SHOWN, None, None, ())


def _is_accepted(measure: Measure, before: Iterable[Measure], accepted: Collection[str]) -> bool:
    """Say whether nothing is new in a measure but data sets that the policy has accepted by their digests."""
    known = {digest for each in before for digest in each.datasets}
    new = set(measure.datasets) - known
    return bool(new) and new <= set(accepted) and measure.scorers in {each.scorers for each in before}


def _usable(sample: Sample) -> Sample:
    """Leave out of a baseline what is no number, if anything is: it cannot be mended any more."""
    if sample.finite:
        return sample
    kept = [place for place, value in enumerate(sample.values) if math.isfinite(value)]
    if not kept:
        return sample
    return Sample(tuple(sample.values[place] for place in kept), tuple(sample.seeds[place] for place in kept))


def _stands_for(ours: Measured, now: Measure, theirs: Measured, was: Measure, accepted: Collection[str]) -> bool:
    """Say whether what both were measured on makes up for what only the baseline was: it holds that, or is its heir."""
    if set(was.datasets) <= set(now.datasets) or _is_accepted(now, [was], accepted):
        return True
    names = _names(ours, now)
    return names == _names(theirs, was) and NAMELESS not in names


def _names(side: Measured, measure: Measure) -> list[str]:
    return sorted(dataset.name for dataset in side.datasets(measure))


def unseen(name: str, metric: Metric | None, ours: Measured) -> Iterator[Row]:
    """Return a metric of the candidate whose baseline could not be had."""
    otherwise = Judgement.UNKNOWN if _is_judged(metric) else Judgement.SHOWN
    after = ours.samples(name)
    for measure, sample in after.items():
        yield _line(name, metric, otherwise, sample, None, ours.datasets(measure))
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
