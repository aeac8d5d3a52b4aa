"""Which runs count as measurements, and the samples that they make up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from policies.metrics.nested import around
from policies.metrics.runs import Dataset, Group, Run
from policies.metrics.sample import Sample

SEEDS = ("headgate.seed", "seed", "random_seed", "random_state")
"""Tags and parameters that name the seed of a run, the most telling first."""

FINISHED = "FINISHED"


@dataclass(frozen=True, slots=True)
class Measure:
    """What makes values comparable: the digests of the data sets, and of the scorers of an evaluation."""

    datasets: tuple[str, ...]
    scorers: str | None


def measure_of(run: Run) -> Measure:
    scorers = run.evaluation.scorers if run.evaluation else None
    return Measure(tuple(sorted({dataset.digest for dataset in run.datasets})), scorers)


def finished(group: Group, names: Iterable[str]) -> tuple[Run, ...]:
    """Return the runs that count, ordered by id: ended well, and measured for themselves.

    A search for hyperparameters logs each trial as a nested run, and the outcome in the run around them: that one
    counts. A loop over seeds logs nothing in the run around it, or a summary: the seeds count. ``names`` are the
    metrics that matter; none: all.
    """
    wanted, known = frozenset(names), {run.id: run for run in group.runs}

    def has_values(run: Run) -> bool:
        return not wanted.isdisjoint(run.metrics) if wanted else bool(run.metrics)

    within: dict[str, list[Run]] = {}
    for run in group.runs:
        if run.status == FINISHED and has_values(run):
            for outer in around(run, known):
                within.setdefault(outer.id, []).append(run)
    summaries = {outer for outer, inner in within.items() if not has_values(known[outer]) or _are_repetitions(inner)}
    return tuple(sorted(filter(_counts(known, has_values, summaries), group.runs), key=lambda run: run.id))


def _counts(known: Mapping[str, Run], has_values: Callable[[Run], bool], summaries: set[str]) -> Callable[[Run], bool]:
    def counts(run: Run) -> bool:
        outcomes = (outer for outer in around(run, known) if has_values(outer) and outer.id not in summaries)
        return run.status == FINISHED and run.id not in summaries and not any(outcomes)

    return counts


def _are_repetitions(runs: Sequence[Run]) -> bool:
    """Say whether runs differ in nothing but their seeds, of which each has its own."""
    seeds = {seed_of(run) for run in runs}
    return len(runs) > 1 and None not in seeds and len(seeds) == len(runs) and len(set(map(_settings, runs))) == 1


def _settings(run: Run) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in run.params.items() if name not in SEEDS)


class Measured:
    """Runs by what they were measured on: read once, for all of their metrics, of which there may be thousands."""

    def __init__(self, runs: Iterable[Run]) -> None:
        found: dict[Measure, list[tuple[Run, str | None]]] = {}
        for run in sorted(runs, key=_age):
            found.setdefault(measure_of(run), []).append((run, seed_of(run)))
        self._runs = {measure: found[measure] for measure in sorted(found, key=_order)}
        self._datasets = {measure: _datasets(found[measure], measure) for measure in found}

    def samples(self, name: str) -> dict[Measure, Sample]:
        """Return the values of a metric by what they were measured on."""
        having = ((measure, [each for each in runs if name in each[0].metrics]) for measure, runs in self._runs.items())
        return {measure: _sample(runs, name) for measure, runs in having if runs}

    def datasets(self, measure: Measure) -> tuple[Dataset, ...]:
        """Return the data sets that a measure's digests are of, each once."""
        return self._datasets[measure]


def samples(runs: Iterable[Run], name: str) -> dict[Measure, Sample]:
    """Return the values of a single metric by what they were measured on."""
    return Measured(runs).samples(name)


def _sample(runs: Sequence[tuple[Run, str | None]], name: str) -> Sample:
    """Of several runs with one seed the latest counts. One seed for all of them tells none from another."""
    if len(runs) > 1 and len({seed for _, seed in runs}) == 1:
        runs = [(run, None) for run, _ in runs]
    latest = {seed or f"run {run.id}": (run, seed) for run, seed in runs}
    ordered = sorted(latest.values(), key=lambda each: each[0].id)
    return Sample(tuple(run.metrics[name] for run, _ in ordered), tuple(seed for _, seed in ordered))


def _datasets(runs: Sequence[tuple[Run, str | None]], measure: Measure) -> tuple[Dataset, ...]:
    named = {
        each.digest: each for run, _ in sorted(runs, key=lambda each: each[0].id, reverse=True) for each in run.datasets
    }
    return tuple(named[digest] for digest in measure.datasets)


def _age(run: Run) -> tuple[float, str]:
    return (run.started.timestamp() if run.started else 0.0, run.id)


def _order(measure: Measure) -> tuple[tuple[str, ...], str]:
    return measure.datasets, measure.scorers or ""


def seed_of(run: Run) -> str | None:
    """Return the seed that a run names, if it does."""
    named: Iterable[Mapping[str, str]] = (run.tags, run.params)
    return next((given[name] for name in SEEDS for given in named if name in given), None)
