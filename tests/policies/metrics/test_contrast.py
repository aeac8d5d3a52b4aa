"""The numbers: each test against SciPy called by hand, and against what a textbook says."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from policies.metrics.comparison import Judgement
from policies.metrics.contrast import contrast, quantile
from policies.metrics.gate import MOST_MORE, holm, judge, margin, more_seeds
from policies.metrics.sample import Contrast, Method, MoreSeeds, Sample
from policies.metrics.settings import Tolerance

OURS = (12.31, 12.44, 12.28, 12.51)
THEIRS = (11.87, 11.91, 11.80, 12.02)
FIVE = (0.912, 0.908, 0.915, 0.910, 0.906)


def sample(*values: float, seeded: bool = False) -> Sample:
    return Sample(values, tuple(str(place) if seeded else None for place in range(len(values))))


def test_at_least_three_on_each_side_is_welch() -> None:
    said = contrast(sample(*OURS), sample(*THEIRS), -1)
    by_hand = stats.ttest_ind(OURS, THEIRS, equal_var=False, alternative="greater")
    assert said.method is Method.WELCH
    assert said.p == pytest.approx(by_hand.pvalue)
    assert said.gain == pytest.approx(-0.485)
    two_sided = stats.ttest_ind(THEIRS, OURS, equal_var=False).confidence_interval(0.90)
    assert said.lower == pytest.approx(two_sided.low)


def test_shared_seeds_are_paired() -> None:
    said = contrast(sample(*OURS, seeded=True), sample(*THEIRS, seeded=True), -1)
    by_hand = stats.ttest_rel(OURS, THEIRS, alternative="greater")
    assert said.method is Method.PAIRED
    assert said.p == pytest.approx(by_hand.pvalue)
    differences = [b - a for a, b in zip(OURS, THEIRS, strict=True)]
    error = stats.sem(differences)
    assert said.lower == pytest.approx(-0.485 - stats.t.ppf(0.95, 3) * error)


def test_only_the_seeds_that_both_have_are_paired() -> None:
    ours = Sample((12.31, 12.44, 12.28, 99.0), ("1", "2", "3", "7"))
    theirs = Sample((11.80, 11.87, 11.91, 50.0), ("3", "1", "2", None))
    said = contrast(ours, theirs, -1)
    assert said.method is Method.PAIRED
    assert said.candidate.values == (12.31, 12.44, 12.28)
    assert said.baseline.values == (11.87, 11.91, 11.80)
    assert said.p == pytest.approx(stats.ttest_rel((12.31, 12.44, 12.28), (11.87, 11.91, 11.80)).pvalue / 2)


def test_two_shared_seeds_are_too_few() -> None:
    said = contrast(Sample((1.0, 2.0, 3.0), ("1", "2", "3")), Sample((1.5, 2.0, 2.5), ("1", "2", "4")), 1)
    assert said.method is Method.WELCH


def test_one_against_five_is_a_prediction() -> None:
    said = contrast(sample(0.871), sample(*FIVE), 1)
    mean, spread = stats.tmean(FIVE), stats.tstd(FIVE)
    error = spread * math.sqrt(1 + 1 / 5)
    assert said.method is Method.PREDICTION
    assert said.p == pytest.approx(stats.t.cdf((0.871 - mean) / error, 4))
    assert said.lower == pytest.approx(0.871 - mean - stats.t.ppf(0.95, 4) * error)


@pytest.mark.parametrize(("ours", "theirs"), [(1, 1), (1, 4), (2, 5), (2, 2), (3, 2), (5, 1), (2, 9)])
def test_fewer_runs_say_nothing_of_the_noise(ours: int, theirs: int) -> None:
    said = contrast(sample(*range(1, ours + 1)), sample(*range(2, theirs + 2)), 1)
    assert said.method is Method.THRESHOLD
    assert said.lower is said.p is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (sample(10.0, 10.0, 10.0), sample(10.2, 10.2, 10.2)),
        (sample(10.0), sample(10.2, 10.2, 10.2, 10.2, 10.2)),
        (sample(10.0, 11.0, 12.0, seeded=True), sample(10.2, 11.2, 12.2, seeded=True)),
    ],
)
def test_without_variance_values_are_compared_exactly(ours: Sample, theirs: Sample) -> None:
    said = contrast(ours, theirs, 1)
    assert said.method is Method.EXACT
    assert said.gain == pytest.approx(-0.2)
    assert said.p is None
    assert judge(said, 0.1, None) is Judgement.FAIL
    assert judge(said, 0.2, None) is Judgement.PASS


@pytest.mark.parametrize("constant", ["ours", "theirs"])
def test_one_side_without_variance_is_still_welch(constant: str) -> None:
    steady, noisy = (10.0, 10.0, 10.0), (9.7, 9.9, 9.6, 9.8)
    ours, theirs = (steady, noisy) if constant == "ours" else (noisy, steady)
    said = contrast(sample(*ours), sample(*theirs), 1)
    error = stats.sem(noisy)
    assert said.method is Method.WELCH
    assert said.p == pytest.approx(stats.t.cdf(said.gain / error, 3))
    assert said.lower == pytest.approx(said.gain - stats.t.ppf(0.95, 3) * error)


def test_rounding_errors_are_no_variance() -> None:
    said = contrast(sample(0.1 + 0.2, 0.3, 0.3), sample(0.3, 0.3, 0.1 + 0.2), 1)
    assert said.method is Method.EXACT
    assert said.gain == 0


def test_student_is_student() -> None:
    assert quantile(0.95, 4) == pytest.approx(2.131847)  # as in any table


def test_holm_is_what_holm_wrote() -> None:
    """The example of Wikipedia's article on the Holm-Bonferroni method."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_stricter_than_nothing_and_laxer_than_bonferroni(ps: list[float]) -> None:
    for p, adjusted in zip(ps, holm(ps), strict=True):
        assert p <= adjusted <= min(1.0, p * len(ps))


@pytest.mark.parametrize(
    ("relative", "absolute", "expected"),
    [(0.02, None, 0.2), (None, 0.5, 0.5), (0.02, 0.5, 0.5), (0.1, 0.5, 1.0), (None, None, 0.0), (0.0, None, 0.0)],
)
def test_the_margin_is_the_larger_of_both(relative: float | None, absolute: float | None, expected: float) -> None:
    for baseline in (10.0, -10.0):
        assert margin(Tolerance(relative=relative, absolute=absolute), baseline) == pytest.approx(expected)


def test_a_significant_loss_within_the_margin_does_not_fail() -> None:
    said = contrast(sample(*OURS), sample(*THEIRS), -1)
    assert judge(said, 0.48, said.p) is Judgement.FAIL
    assert judge(said, 0.49, said.p) is Judgement.INCONCLUSIVE
    assert said.lower is not None
    assert judge(said, -said.lower * 1.01, said.p) is Judgement.PASS


def test_a_loss_that_is_not_significant_does_not_fail() -> None:
    noisy = contrast(sample(9.0, 12.0, 10.0), sample(10.5, 12.5, 11.0), 1)
    assert noisy.gain < -0.2
    assert judge(noisy, 0.2, noisy.p) is Judgement.INCONCLUSIVE


SPREAD = st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=3, max_size=6)


@settings(deadline=None)
@given(SPREAD, SPREAD, st.booleans(), st.floats(0, 0.2), st.sampled_from((0.05, 0.005)))
def test_as_many_more_seeds_as_it_says_do_decide_and_no_fewer(
    ours: list[float], theirs: list[float], seeded: bool, accepted: float, alpha: float
) -> None:
    """More seeds with the very same mean and spread: the first number that decides is the one that was named."""
    size = min(len(ours), len(theirs))
    said = contrast(sample(*ours[:size], seeded=seeded), sample(*theirs[:size], seeded=seeded), 1)
    assume(judge(said, accepted, said.p) is Judgement.INCONCLUSIVE)
    assume(abs(said.gain + accepted) > 1e-6)
    more = more_seeds(said, accepted, alpha)
    sides = [1] if said.method is Method.PAIRED else [0, 1]
    cheaper = [
        (n, n * side)
        for side in sides
        for n in range(1, MOST_MORE + 1)
        if (more is None or n * (1 + side) < more.candidate + more.baseline)
        and decided(said, n, n * side, accepted, alpha)
    ]
    assert cheaper == []
    if more is not None:
        assert decided(said, more.candidate, more.baseline, accepted, alpha)


def decided(said: Contrast, ours: int, theirs: int, accepted: float, alpha: float) -> bool:
    """Ask SciPy, by means, spreads and numbers of runs."""
    if said.method is Method.PAIRED:
        gains = [a - b for a, b in zip(said.candidate.values, said.baseline.values, strict=True)]
        n = len(gains) + ours
        error, freedom = statistics.stdev(gains) / math.sqrt(n), float(n - 1)
    else:
        n, m = said.candidate.n + ours, said.baseline.n + theirs
        parts = statistics.variance(said.candidate.values) / n, statistics.variance(said.baseline.values) / m
        error = math.sqrt(sum(parts))
        freedom = sum(parts) ** 2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1))
    if said.gain < -accepted:
        return bool(stats.t.cdf(said.gain / error, freedom) < alpha)
    return bool(said.gain - stats.t.ppf(0.95, freedom) * error > -accepted)


def test_more_runs_on_one_side_alone_do_not_always_help() -> None:
    """Two more decide, and so do ten; a hundred do not: the three of the other side count for more and more."""
    said = contrast(sample(0.0, 1.0, -1.0), sample(0.0, 1.0, -1.0), 1)
    assert [decided(said, more, 0, 1.53, 0.05) for more in (1, 2, 10, 100)] == [False, True, True, False]
    assert more_seeds(said, 1.53, 0.05) == MoreSeeds(2)


def test_one_run_that_is_too_noisy_asks_for_more_of_its_own() -> None:
    said = contrast(sample(0.900), sample(*FIVE), 1)
    assert judge(said, 0.012, said.p) is Judgement.INCONCLUSIVE
    more = more_seeds(said, 0.012, 0.05)
    assert more is not None
    assert more.candidate >= 2, "three runs are the least whose spread is known"


def test_what_lies_on_the_margin_is_never_decided() -> None:
    said = contrast(sample(9.7, 9.8, 9.9), sample(9.9, 10.0, 10.1), 1)
    assert more_seeds(said, -said.gain, 0.05) is None


VALUES = st.lists(st.floats(1, 100).map(lambda value: round(value, 3)), min_size=1, max_size=7)


@settings(deadline=None)
@given(VALUES, VALUES, st.booleans())
def test_less_is_better_is_the_mirror_of_more_is_better(ours: list[float], theirs: list[float], seeded: bool) -> None:
    up = contrast(sample(*ours, seeded=seeded), sample(*theirs, seeded=seeded), 1)
    down = contrast(
        sample(*(-value for value in ours), seeded=seeded), sample(*(-value for value in theirs), seeded=seeded), -1
    )
    assert (up.method, up.gain, up.lower, up.p) == (down.method, down.gain, down.lower, down.p)


@settings(deadline=None)
@given(VALUES, VALUES, st.booleans(), st.sampled_from((2.0**-900, 2.0**-20, 8.0, 2.0**900)))
def test_the_unit_does_not_matter(ours: list[float], theirs: list[float], seeded: bool, unit: float) -> None:
    small = contrast(sample(*ours, seeded=seeded), sample(*theirs, seeded=seeded), 1)
    large = contrast(
        sample(*(value * unit for value in ours), seeded=seeded),
        sample(*(value * unit for value in theirs), seeded=seeded),
        1,
    )
    assert (small.method, small.p) == (large.method, large.p)
    assert large.gain == pytest.approx(small.gain * unit, rel=1e-9)


@settings(deadline=None)
@given(VALUES, VALUES)
def test_the_order_of_runs_does_not_matter(ours: list[float], theirs: list[float]) -> None:
    straight = contrast(sample(*ours), sample(*theirs), 1)
    turned = contrast(sample(*reversed(ours)), sample(*reversed(theirs)), 1)
    assert turned.method is straight.method
    assert turned.gain == straight.gain
    assert (turned.p or 0.0) == pytest.approx(straight.p or 0.0)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=7), VALUES)
def test_no_size_of_a_value_is_too_much(ours: list[float], theirs: list[float]) -> None:
    said = contrast(sample(*ours), sample(*theirs), 1)
    assert not math.isnan(said.gain)
    assert said.p is None or 0 <= said.p <= 1
    if judge(said, 0.1, said.p) is Judgement.INCONCLUSIVE:
        more = more_seeds(said, 0.1, 0.05)
        assert more is None or more.candidate > 0
