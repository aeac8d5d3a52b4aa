"""Simulates pull requests to see how often the gate for metrics is wrong, beside rules that teams use instead.

Limit: of pull requests that change nothing, at most 5 % fail, however many seeds and metrics there are. Each metric
varies by one unit from seed to seed, and a loss of one unit is accepted. SciPy computes all pull requests at once; the
gate itself (policies/metrics/) judges some of them again and must agree.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from policies.metrics.comparison import Judgement
from policies.metrics.contrast import ALPHA, CONFIDENCE, contrast
from policies.metrics.gate import holm, judge, more_seeds
from policies.metrics.sample import Sample

SEED = 20240603
PULL_REQUESTS = 40_000
JUDGED_AGAIN = 200
MARGIN = 1.0
LIMIT = 0.05
DOUBT = 3 * math.sqrt(LIMIT * (1 - LIMIT) / PULL_REQUESTS)
"""What so many pull requests leave open; the prediction interval errs in just 5 % of cases, by its definition."""

Values = npt.NDArray[np.float64]
"""By pull request, metric and run."""

Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Design:
    """How many runs there are on each side, and how many metrics gate."""

    name: str
    ours: int
    theirs: int
    paired: bool = False
    metrics: int = 1


DESIGNS = (
    Design("3 seeds against 3", 3, 3),
    Design("5 seeds against 5", 5, 5),
    Design("3 shared seeds", 3, 3, paired=True),
    Design("5 shared seeds", 5, 5, paired=True),
    Design("1 run against 5", 1, 5),
    Design("1 run against 10", 1, 10),
)
MANY = (Design("ten metrics, 3 against 3", 3, 3, metrics=10), Design("ten metrics, 5 against 5", 5, 5, metrics=10))


@dataclass(frozen=True)
class Outcome:
    """Gains, one-sided p-values of a loss and lower bounds, by pull request and metric."""

    gain: Values
    p: Values
    lower: Values

    @property
    def failed(self) -> Truth:
        """Our rule, with Holm over the metrics of a pull request."""
        return (corrected(self.p) < ALPHA) & (self.gain < -MARGIN)

    @property
    def uncorrected(self) -> Truth:
        return (self.p < ALPHA) & (self.gain < -MARGIN)

    @property
    def significant(self) -> Truth:
        """Neither Holm nor a tolerance."""
        return self.p < ALPHA

    @property
    def passed(self) -> Truth:
        return self.lower > -MARGIN


def simulated(chance: np.random.Generator, design: Design, loss: float) -> tuple[Values, Values]:
    """Return the values of candidates and baselines; candidates are worse by ``loss``. More is better."""
    shape = (PULL_REQUESTS, design.metrics)
    ours, theirs = (chance.normal(size=(*shape, count)) for count in (design.ours, design.theirs))
    if design.paired:  # half of the variance is the seed's, and the same on both sides
        common = chance.normal(size=(*shape, design.ours))
        ours, theirs = (np.sqrt(0.5) * (side + common) for side in (ours, theirs))
    return ours - loss, theirs


def tested(ours: Values, theirs: Values, design: Design) -> Outcome:
    gain = ours.mean(axis=-1) - theirs.mean(axis=-1)
    if design.ours == 1:
        error = theirs.std(axis=-1, ddof=1) * np.sqrt(1 + 1 / design.theirs)
        student = stats.t(design.theirs - 1)
        return Outcome(gain, np.asarray(student.cdf(gain / error)), gain - float(student.ppf(CONFIDENCE)) * error)
    if design.paired:
        worse = stats.ttest_rel(ours, theirs, axis=-1, alternative="less")
        better = stats.ttest_rel(ours, theirs, axis=-1, alternative="greater")
    else:
        worse = stats.ttest_ind(ours, theirs, axis=-1, equal_var=False, alternative="less")
        better = stats.ttest_ind(ours, theirs, axis=-1, equal_var=False, alternative="greater")
    return Outcome(gain, np.asarray(worse.pvalue), np.asarray(better.confidence_interval(CONFIDENCE).low))


def corrected(p: Values) -> Values:
    """Return p-values after Holm, for all pull requests at once."""
    order = p.argsort(axis=-1)
    factors = np.arange(p.shape[-1], 0, -1)
    stepped = np.minimum(1, np.maximum.accumulate(np.take_along_axis(p, order, axis=-1) * factors, axis=-1))
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, stepped, axis=-1)
    return adjusted


def check(ours: Values, theirs: Values, design: Design, found: Outcome) -> None:
    """Have the gate itself judge the first pull requests; it must say the same."""
    for index in range(JUDGED_AGAIN):
        said = judgements(ours[index], theirs[index], design)
        assert [each is Judgement.FAIL for each in said] == found.failed[index].tolist()
        assert [each is Judgement.PASS for each in said] == found.passed[index].tolist()


def judgements(ours: Values, theirs: Values, design: Design) -> list[Judgement]:
    contrasts = [contrast(sample(a, design), sample(b, design), 1) for a, b in zip(ours, theirs, strict=True)]
    adjusted = holm([each.p or 0.0 for each in contrasts])
    return [judge(each, MARGIN, p) for each, p in zip(contrasts, adjusted, strict=True)]


def sample(values: Values, design: Design) -> Sample:
    seeds = tuple(map(str, range(len(values)))) if design.paired else (None,) * len(values)
    return Sample(tuple(values.tolist()), seeds)


def share(truth: Truth) -> float:
    """Return the share of pull requests in which this is true of some metric."""
    return float(truth.any(axis=-1).mean())


def print_row(name: str, shares: Iterable[float]) -> None:
    print(f"{name:<28}" + "".join(f"{100 * each:>13.1f} %" for each in shares))


def print_head(*heads: str) -> None:
    print(f"{'':<28}" + "".join(f"{head:>15}" for head in heads))


def main() -> int:
    chance, started = np.random.default_rng(SEED), time.perf_counter()
    print(
        f"{PULL_REQUESTS:,} pull requests each. Metrics vary by 1 from seed to seed; a loss of {MARGIN:g} is accepted."
    )
    print("\nThat change nothing: share that")
    print_head("fails", "inconclusive", "any drop", "non-inferior.")
    alarms = [innocent(chance, design) for design in DESIGNS]
    print("\nTen metrics that change nothing: share that fails because of one of them")
    print_head("Holm", "uncorrected", "no tolerance")
    alarms += [several(chance, design) for design in MANY]
    print("\nThat make a metric worse by 2, 3 and 4: share that fails")
    for design in DESIGNS:
        print_row(design.name, [share(tested(*simulated(chance, design, loss), design).failed) for loss in (2, 3, 4)])
    print("\nThat are inconclusive: share that the named number of further seeds decides, and twice as many")
    for design in DESIGNS[:2]:
        print_row(design.name, decided(chance, design))
    print(f"\nMost false alarms: {100 * max(alarms):.2f} % (limit {100 * LIMIT:g} % ± {100 * DOUBT:.2f})")
    print(f"Took {time.perf_counter() - started:.0f} s")
    return int(max(alarms) > LIMIT + DOUBT)


def innocent(chance: np.random.Generator, design: Design) -> float:
    """Print how pull requests fare that change nothing, by our rule and by others; return the share of false alarms."""
    ours, theirs = simulated(chance, design, 0.0)
    found = tested(ours, theirs, design)
    check(ours, theirs, design, found)
    undecided = ~found.failed & ~found.passed
    print_row(design.name, [share(each) for each in (found.failed, undecided, found.gain < 0, ~found.passed)])
    return share(found.failed)


def several(chance: np.random.Generator, design: Design) -> float:
    """Print how pull requests with several metrics fare that change nothing; return the share of false alarms."""
    ours, theirs = simulated(chance, design, 0.0)
    found = tested(ours, theirs, design)
    check(ours, theirs, design, found)
    print_row(design.name, [share(each) for each in (found.failed, found.uncorrected, found.significant)])
    return share(found.failed)


def decided(chance: np.random.Generator, design: Design) -> tuple[float, float]:
    """Train as many further seeds as the message names, or twice as many, whose means and spreads are those before."""
    counts = [0, 0, 0]
    for ours, theirs in zip(*simulated(chance, design, 0.0), strict=True):
        found = contrast(sample(ours[0], design), sample(theirs[0], design), 1)
        more = more_seeds(found, MARGIN, ALPHA) if judge(found, MARGIN, found.p) is Judgement.INCONCLUSIVE else None
        if more is None:
            continue
        counts[0] += 1
        for times in (1, 2):
            candidate = sample(further(chance, ours[0], times * more.candidate), design)
            baseline = sample(further(chance, theirs[0], times * more.baseline), design)
            now = contrast(candidate, baseline, 1)
            counts[times] += judge(now, MARGIN, now.p) is not Judgement.INCONCLUSIVE
        if counts[0] == JUDGED_AGAIN:
            break
    return counts[1] / counts[0], counts[2] / counts[0]


def further(chance: np.random.Generator, values: Values, count: int) -> Values:
    return np.concatenate([values, chance.normal(values.mean(), values.std(ddof=1), size=count)])


if __name__ == "__main__":
    sys.exit(main())
