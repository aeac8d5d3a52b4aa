"""What of a comparison matters most: the worst model first, and of a model the worst metric."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from policies.facts import Absent, Unavailable
from policies.metrics.comparison import Against, Judgement, Limit, MetricComparison, ModelComparison
from policies.metrics.runs import Group
from policies.metrics.sample import Method
from policies.phrase import Phrase
from policies.words import models as words

FLOOR = "metric-below-floor"
_RULES = {
    Judgement.FAIL: "metric-regression",
    Judgement.INCONCLUSIVE: "metric-regression",
    Judgement.MISSING: "missing-metric",
    Judgement.INCOMPARABLE: "incomparable-run",
}
"""Who has the say in what is bad."""

_WORST_FIRST = (
    Judgement.FAIL,
    Judgement.MISSING,
    Judgement.INCOMPARABLE,
    Judgement.UNKNOWN,
    Judgement.INCONCLUSIVE,
    Judgement.FIRST,
    Judgement.PASS,
    Judgement.SHOWN,
)
_UNSEEN = _WORST_FIRST.index(Judgement.UNKNOWN)
_NOT_GATED = len(_WORST_FIRST)
_WITHOUT_RUNS = 2 * _NOT_GATED


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a comparison: a metric against one baseline, and the limit that it is beyond, if it is.

    ``apart``: the metric has other lines, for other data, so that its name alone does not tell. ``guest``: it stands
    among lines that are held against another baseline.
    """

    against: Against
    row: MetricComparison
    limit: Limit | None = None
    apart: bool = False
    guest: bool = False

    @property
    def metric(self) -> Phrase:
        return words.measured_on(self.row) if self.apart else words.short(self.row.name)

    @property
    def name(self) -> Phrase:
        return words.held_against(self.metric, self.against.baseline) if self.guest else self.metric

    @property
    def calm(self) -> bool:
        """True if nobody has to look at it."""
        return self.limit is None and self.row.judgement in (Judgement.PASS, Judgement.SHOWN, Judgement.FIRST)

    @property
    def rank(self) -> tuple[int, float]:
        """The less the worse; of metrics that fail, the one that has lost most by what is accepted."""
        row = self.row
        if self.limit is not None:
            return 0, -math.inf
        worst = _WORST_FIRST.index(row.judgement) + (0 if row.gated else _NOT_GATED)
        if row.judgement is not Judgement.FAIL:
            return worst, 0.0
        return worst, (row.gain or 0.0) / row.margin if row.margin else -math.inf

    @property
    def sentence(self) -> Phrase | None:
        return words.said_of(self.row, self.against.baseline, self.limit)


def places(model: ModelComparison, against: Against) -> Iterator[Place]:
    """Yield the lines of a model against one baseline; a limit belongs to the first baseline, if there are two."""
    limits = {limit.name: limit for limit in reversed(model.limits)} if against is model.against[0] else {}
    lines = Counter(row.name for row in against.metrics)
    for row in against.metrics:
        yield Place(against, row, limits.get(row.name) if row.candidate else None, lines[row.name] > 1)


def worst_of(model: ModelComparison) -> Place | None:
    """Return the line that decides."""
    found = (place for against in model.against for place in places(model, against))
    worst = min(found, key=lambda place: place.rank, default=None)
    return replace(worst, guest=worst.against is not model.against[0]) if worst else None


def worst_first(compared: Sequence[ModelComparison]) -> list[ModelComparison]:
    return sorted(compared, key=lambda model: (_rank(model), model.name))


def _rank(model: ModelComparison) -> tuple[int, float]:
    if isinstance(model.candidate, Unavailable):
        return _UNSEEN, 0.0
    worst = worst_of(model)
    return (_WITHOUT_RUNS, 0.0) if isinstance(model.candidate, Absent) or worst is None else worst.rank


def measured(compared: Sequence[ModelComparison]) -> list[ModelComparison]:
    """Return the models that have runs, the worst first."""
    return [model for model in worst_first(compared) if isinstance(model.candidate, Group)]


@dataclass(frozen=True, slots=True)
class Matter:
    """The one number that matters most, in a ``sentence``; ``rule`` is who judges it where it is bad."""

    sentence: Phrase
    rule: str | None


def what_matters(compared: Sequence[ModelComparison]) -> Matter | None:
    """Return what matters most; None where there is nothing of which to say something."""
    for model in measured(compared):
        worst = worst_of(model)
        sentence = worst.sentence if worst else None
        if worst is not None and sentence is not None:
            said = words.of_several(model.name, sentence) if len(compared) > 1 else sentence
            return Matter(said, FLOOR if worst.limit else _RULES.get(worst.row.judgement))
    return None


def sign(place: Place, model: ModelComparison, blocking: frozenset[str]) -> str:
    """Return a sign as rules have it, ✗ only for what blocks; none for what nobody judges."""
    row = place.row
    if place.limit is None and row.judgement not in (Judgement.FAIL, Judgement.MISSING):
        return _SIGNS.get(row.judgement, "?")
    forgiven = row.method is Method.THRESHOLD and model.found.settings.single_run == "warning"
    rule = FLOOR if place.limit else _RULES[row.judgement]
    return "✗" if rule in blocking and (place.limit or (row.gated and not forgiven)) else "!"


_SIGNS = {Judgement.PASS: "✓", Judgement.FIRST: "·", Judgement.SHOWN: ""}
