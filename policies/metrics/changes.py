"""What else is another than in the baseline: parameters, data sets, scorers, and logged requirements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from policies.facts import Absent, Unavailable
from policies.metrics.comparison import Change
from policies.metrics.logged import requirements_of
from policies.metrics.measured import SEEDS
from policies.metrics.requirements import pins
from policies.metrics.runs import Run

Values = Mapping[str, tuple[str, ...]]
"""Sorted values by name; repeated runs may have several."""

Runs = Sequence[Run]


def params(ours: Runs, theirs: Runs) -> tuple[Change, ...]:
    """Compare parameters. Seeds are left out: they are what repetitions differ in."""
    return changes(_params(theirs), _params(ours))


def datasets(ours: Runs, theirs: Runs) -> tuple[Change, ...]:
    """Compare the digests of data sets by the names of these."""
    return changes(_digests(theirs), _digests(ours))


def scorers(ours: Runs, theirs: Runs) -> tuple[Change, ...]:
    """Compare the digests of the scorers of evaluations."""
    return changes(_scorers(theirs), _scorers(ours))


def requirements(ours: Runs, theirs: Runs) -> tuple[Change, ...] | Absent | Unavailable:
    """Compare the requirements that the models were logged with."""
    before, after = requirements_of(theirs), requirements_of(ours)
    if isinstance(before, Absent | Unavailable):
        return before
    if isinstance(after, Absent | Unavailable):
        return after
    return changes(_single(pins(before)), _single(pins(after)))


def changes(before: Values, after: Values) -> tuple[Change, ...]:
    """Return what differs, by name."""
    pairs = ((name, before.get(name, ()), after.get(name, ())) for name in sorted({*before, *after}))
    return tuple(Change(name, old, new) for name, old, new in pairs if old != new)


def _params(runs: Runs) -> Values:
    return _values((name, value) for run in runs for name, value in run.params.items() if name not in SEEDS)


def _digests(runs: Runs) -> Values:
    return _values((dataset.name, dataset.digest) for run in runs for dataset in run.datasets)


def _scorers(runs: Runs) -> Values:
    evaluations = (run.evaluation for run in runs if run.evaluation is not None)
    return _values(("scorers", each.scorers) for each in evaluations if each.scorers is not None)


def _values(pairs: Iterable[tuple[str, str]]) -> Values:
    found: dict[str, set[str]] = {}
    for name, value in pairs:
        found.setdefault(name, set()).add(value)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _single(values: Mapping[str, str]) -> Values:
    return {name: (value,) for name, value in values.items()}
