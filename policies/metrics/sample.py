"""The values of one metric in repeated runs, and how two such samples differ."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Sample:
    """Values, finite or not, in any order; at least one.

    ``seeds`` stand beside them, None where a run names none; it is empty where nobody asks for seeds.
    """

    values: tuple[float, ...]
    seeds: tuple[str | None, ...] = ()

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def finite(self) -> bool:
        return all(map(math.isfinite, self.values))

    @property
    def unit(self) -> float:
        """A power of two of the size of the values: sums and squares of values divided by it do not overflow."""
        return unit_of(self.values)

    @property
    def mean(self) -> float:
        if not self.finite:
            return math.fsum(self.values) if not {math.inf, -math.inf} <= set(self.values) else math.nan
        return statistics.fmean(value / self.unit for value in sorted(self.values)) * self.unit

    @property
    def spread(self) -> float | None:
        """The standard deviation; None for a single run, of which nobody knows how it varies."""
        if self.n < 2 or not self.finite:
            return None
        return statistics.stdev(value / self.unit for value in sorted(self.values)) * self.unit

    def is_constant(self, unit: float) -> bool:
        """Say whether repetitions differ by no more than rounding errors of values of the size of ``unit``."""
        return self.spread is not None and self.spread <= ROUNDING * unit


ROUNDING = 1e-12
"""Share of a value that is taken for a rounding error; SciPy warns that it cannot compute below a hundredth of it."""


def unit_of(values: tuple[float, ...]) -> float:
    """Return a power of two of the size of the values, which are finite; 1 where all are zero."""
    most = max(map(abs, values))
    return math.ldexp(1.0, math.frexp(most)[1] - 1) if most else 1.0


class Method(Enum):
    """How two samples were compared; which one is decided by how many runs there are."""

    PAIRED = "paired t-test"
    """At least three seeds that both sides have."""
    WELCH = "Welch's t-test"
    """At least three runs on each side."""
    PREDICTION = "prediction interval"
    """One run against at least five."""
    EXACT = "exact"
    """Repetitions that do not differ: there is no noise."""
    THRESHOLD = "threshold"
    """Too few runs to know the noise: the difference alone."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """How a candidate differs from a baseline, in the values that ``method`` uses.

    ``gain`` is positive where the candidate is better, ``lower`` its one-sided 95 % bound, ``p`` the one-sided chance
    of a loss as great as this without any change; both are None where the noise is not known, or there is none.
    """

    method: Method
    candidate: Sample
    baseline: Sample
    gain: float
    lower: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class MoreSeeds:
    """How many further runs would decide if means and spreads stay as they are."""

    candidate: int
    baseline: int = 0
