"""Writes numbers with as many digits as their spread justifies; NaN is written, not hidden."""

from __future__ import annotations

import math
from collections.abc import Iterable

from policies.metrics.comparison import MetricComparison

SIGNIFICANT = 2
"""Digits of a spread, or of a difference, that say something."""

ALONE = 4
"""Significant digits of a value about whose spread nothing is known."""

MOST_DECIMALS = 12
LARGEST = 1e15
SMALLEST = 1e-9
"""Beyond these, powers of ten are read more easily."""


def decimals(scales: Iterable[float], values: Iterable[float] = ()) -> int:
    """Return after how many decimals to round; below zero before the point.

    The smallest of ``scales`` (spreads, differences, margins) that is not zero keeps two digits; where there is none
    the largest of ``values`` keeps four.
    """
    known = [abs(scale) for scale in scales if math.isfinite(scale) and scale]
    if known:
        return _bounded(SIGNIFICANT - 1 - _magnitude(min(known)))
    found = [abs(value) for value in values if math.isfinite(value) and value]
    return _bounded(ALONE - 1 - _magnitude(max(found))) if found else 0


def decimals_of(row: MetricComparison) -> int:
    """Return the decimals for all numbers of a line: the greater spread decides, without one the difference."""
    sides = [sample for sample in (row.candidate, row.baseline) if sample is not None]
    values = [sample.mean for sample in sides]
    spread = max((sample.spread or 0.0 for sample in sides), default=0.0)
    enough = decimals((), values)
    if spread and math.isfinite(spread):
        return decimals((spread,), values)
    return max(enough, decimals((row.difference or 0.0,), values))


def number(value: float, places: int) -> str:
    """Write a value.

    >>> number(12.3456, 2), number(12345.6, -2), number(float("nan"), 2), number(-float("inf"), 2)
    ('12.35', '12300', 'NaN', '-∞')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value and not SMALLEST <= abs(value) < LARGEST:
        return f"{value:.{ALONE - 1}e}"
    rounded = round(value, places) + 0.0  # no -0
    return f"{rounded:.{max(0, places)}f}"


def signed(value: float, places: int) -> str:
    """Write a difference with its sign.

    >>> signed(0.5, 1), signed(-0.5, 1), signed(0.0, 1)
    ('+0.5', '-0.5', '0.0')
    """
    text = number(value, places)
    return f"+{text}" if value > 0 and set(text) & set("123456789∞") else text


def percent(share: float) -> str:
    """Write a share of 1 in per cent, with two significant digits and at least one decimal.

    >>> percent(0.0213), percent(-0.1234), percent(0.00012), percent(0.0)
    ('+2.1 %', '-12.3 %', '+0.012 %', '0 %')
    """
    value = share * 100
    places = min(4, max(1, decimals((value,)))) if math.isfinite(value) and value else 0
    return f"{signed(value, places)} %"


def _magnitude(value: float) -> int:
    return math.floor(math.log10(value))


def _bounded(places: int) -> int:
    return max(-15, min(MOST_DECIMALS, places))
