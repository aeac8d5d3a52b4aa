"""What came of holding a candidate against its baselines: read by the rules, by the comment and by the command line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from policies.facts import Absent, Unavailable
from policies.metrics.runs import BaselineRuns, Column, Dataset, Group, ModelRuns, Run
from policies.metrics.sample import Method, MoreSeeds, Sample
from policies.metrics.settings import Metric


class Judgement(Enum):
    """What is said of one metric."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """Too noisy to tell."""
    INCOMPARABLE = "incomparable"
    """Measured on other data, or by other scorers."""
    MISSING = "missing"
    """The candidate has no such value, or one that is no finite number."""
    FIRST = "first measurement"
    """The baseline has none, or one that is no finite number."""
    UNKNOWN = "unknown"
    """The baseline could not be had."""
    SHOWN = "shown"
    """There is no tolerance to judge it by."""


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric, as it was measured on one data set by one set of scorers, against one baseline.

    ``candidate`` and ``baseline`` hold the values that were used: of the seeds that both have, where the method is
    paired. ``gain`` is positive where the candidate is better; None where nobody says which way is better. ``margin``
    is the loss that the policy accepts, ``lower`` the one-sided 95 % bound of the gain, ``p`` the one-sided chance of a
    loss as great as this without any change, ``adjusted`` the same after Holm.
    """

    name: str
    metric: Metric | None
    judgement: Judgement
    candidate: Sample | None = None
    baseline: Sample | None = None
    datasets: tuple[Dataset, ...] = ()
    method: Method | None = None
    gain: float | None = None
    margin: float | None = None
    lower: float | None = None
    p: float | None = None
    adjusted: float | None = None
    more: MoreSeeds | None = None
    """For an inconclusive one; None if no reasonable number of further runs decides."""

    @property
    def gated(self) -> bool:
        """True if the policy lets it block for being worse than the baseline."""
        return self.metric is not None and self.metric.gate and self.metric.tolerance is not None

    @property
    def difference(self) -> float | None:
        """Candidate minus baseline, in the metric's unit."""
        if self.candidate is None or self.baseline is None:
            return None
        return self.candidate.mean - self.baseline.mean

    @property
    def relative(self) -> float | None:
        """The difference as a share of the baseline's value: 0.02 is 2 %. None where that is zero."""
        if self.difference is None or self.baseline is None or not self.baseline.mean:
            return None
        return self.difference / abs(self.baseline.mean)


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter, a data set or a requirement that is another now. Empty: it was not there, or is not any more.

    Repeated runs may have several values; these are sorted.
    """

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Breach(Enum):
    """What a change of the signature does to those who call the model."""

    NONE = "none"
    REMOVED = "removed"
    RETYPED = "retyped"
    REQUIRED = "required"
    """It must be sent now."""


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of the signature that is another now; ``part`` is inputs, outputs or params, ``place`` counts from 1."""

    part: str
    place: int
    before: Column | None
    after: Column | None
    breach: Breach


@dataclass(frozen=True, slots=True)
class ExampleComparison:
    """One scorer's scores of the same examples, paired; a higher score is better.

    ``p`` is the two-sided one of the exact sign test, which is McNemar's for yes and no. ``lost`` are the keys of the
    examples that got worse, sorted. ``failed`` have no score on one side, ``unpaired`` are on one side only.
    """

    scorer: str
    better: int
    same: int
    lost: tuple[str, ...]
    failed: int
    unpaired: int
    p: float

    @property
    def worse(self) -> int:
        return len(self.lost)


@dataclass(frozen=True, slots=True)
class Against:
    """A candidate against one baseline; ``metrics`` in the order in which people read them, gated ones first.

    The diffs are empty where nothing changed.
    """

    baseline: BaselineRuns
    metrics: tuple[MetricComparison, ...]
    params: tuple[Change, ...] = ()
    datasets: tuple[Change, ...] = ()
    scorers: tuple[Change, ...] = ()
    signature: tuple[ColumnChange, ...] | Absent | Unavailable = ()
    requirements: tuple[Change, ...] | Absent | Unavailable = ()
    examples: tuple[ExampleComparison, ...] | Absent | Unavailable = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A floor or a ceiling that the candidate's value is beyond."""

    name: str
    metric: Metric
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """All that is said of one model.

    ``name`` is the policy's, or the runs' own where the policy's entry has runs of several models. ``candidate`` holds
    the runs that count: finished ones of the head. ``adopted``: they are of an older commit, after which nothing
    changed that training depends on. ``unfinished`` are runs of the head that have not ended yet, or not well.
    ``missing`` are the gated metrics that have no value, or one that is no finite number, in some run.
    """

    name: str
    found: ModelRuns
    candidate: Group | Absent | Unavailable
    against: tuple[Against, ...] = ()
    limits: tuple[Limit, ...] = ()
    missing: tuple[tuple[str, Sample | None], ...] = ()
    adopted: bool = False
    unfinished: tuple[Run, ...] = ()
