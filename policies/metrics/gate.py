"""The gate: what a difference means for the merge, given the loss that the policy accepts.

A metric fails if it is significantly worse (one-sided, .05, Holm over the gated metrics) and worse by more than the
margin. It passes if the 95 % lower bound of the gain is above minus the margin. Otherwise it is inconclusive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from policies.metrics.comparison import Judgement
from policies.metrics.contrast import ALPHA, CONFIDENCE, FEWEST, common_unit, quantile
from policies.metrics.sample import Contrast, Method, MoreSeeds
from policies.metrics.settings import Tolerance

MOST_MORE = 100
"""Further runs that are thought of: nobody trains more often than that to merge a pull request."""


def margin(tolerance: Tolerance, baseline: float) -> float:
    """Return the loss that is accepted, in the metric's unit: the larger of the absolute and the relative one."""
    return max(tolerance.absolute or 0.0, (tolerance.relative or 0.0) * abs(baseline))


def holm(ps: Sequence[float]) -> list[float]:
    """Return p-values that may be held against .05 each although several metrics are tested (Holm 1979)."""
    adjusted, most = [0.0] * len(ps), 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        most = max(most, min(1.0, (len(ps) - rank) * ps[index]))
        adjusted[index] = most
    return adjusted


def judge(found: Contrast, accepted: float, adjusted: float | None) -> Judgement:
    """Say what a difference means; ``adjusted`` is its p-value after Holm, where it was tested at all."""
    beyond = is_beyond(found.gain, accepted)
    if found.lower is None or adjusted is None:
        return Judgement.FAIL if beyond else Judgement.PASS
    if beyond and adjusted < ALPHA:
        return Judgement.FAIL
    return Judgement.PASS if found.lower > -accepted else Judgement.INCONCLUSIVE


def is_beyond(gain: float, accepted: float) -> bool:
    """Say whether more is lost than is accepted. A loss of 2 % is not more than 2 %, whatever floats make of it."""
    return gain < -accepted and not math.isclose(gain, -accepted, rel_tol=1e-9)


def more_seeds(found: Contrast, accepted: float, alpha: float) -> MoreSeeds | None:
    """Return how many further runs would decide, if any reasonable number would; ``alpha`` is what p must be below.

    Of the candidate alone, which its author can start, or as many on each side where that takes fewer runs in all.
    """
    error = _paired(found) if found.method is Method.PAIRED else _apart(found)

    def decides(ours: int, theirs: int) -> bool:
        return found.candidate.n + ours >= FEWEST and _decides(found, error(ours, theirs), accepted, alpha)

    both = _fewest(lambda n: decides(n, n))
    alone = None if found.method is Method.PAIRED else _fewest(lambda n: decides(n, 0))
    if alone and (not both or alone <= 2 * both):
        return MoreSeeds(alone)
    return MoreSeeds(both, both) if both else None


def _fewest(decides: Callable[[int], bool]) -> int | None:
    """Return the smallest number for which this is so.

    Of one side alone it need not stay so: the more runs it has, the more the few of the other side count, and the
    wider Student's distribution becomes.
    """
    return next(filter(decides, range(1, MOST_MORE + 1)), None)


Error = tuple[float, float]
"""The standard error of the gain, and its degrees of freedom."""


def _decides(found: Contrast, error: Error, accepted: float, alpha: float) -> bool:
    """Say whether the same gain with this error passes or fails."""
    if is_beyond(found.gain, accepted):
        return found.gain + quantile(1 - alpha, error[1]) * error[0] < 0
    return found.gain - quantile(CONFIDENCE, error[1]) * error[0] > -accepted


def _paired(found: Contrast) -> Callable[[int, int], Error]:
    """Return the error for so many further seeds. The spread follows from the bound that was computed with it."""
    n = found.candidate.n
    spread = (found.gain - (found.lower or 0.0)) / quantile(CONFIDENCE, n - 1) * math.sqrt(n)
    return lambda more, _: (spread / math.sqrt(n + more), n + more - 1)


def _apart(found: Contrast) -> Callable[[int, int], Error]:
    """Return Welch's error for so many further runs; a single candidate is taken to vary as the baseline does."""
    unit = common_unit(found.candidate, found.baseline)
    spread = (found.baseline.spread or 0.0) / unit
    own = spread if found.candidate.spread is None else found.candidate.spread / unit

    def error(ours: int, theirs: int) -> Error:
        n, m = found.candidate.n + ours, found.baseline.n + theirs
        parts = own * own / n, spread * spread / m
        whole = sum(parts)
        freedom = whole * whole / (parts[0] * parts[0] / (n - 1) + parts[1] * parts[1] / (m - 1))
        return math.sqrt(whole) * unit, freedom

    return error
