"""Which runs count as measurements, and the samples that they make up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
    """Return the runs that count, ordered by id: ended well, and not a part of another one that has the metrics.

    A search of hyperparameters logs each trial as a nested run, and the outcome in the run around them; a loop over
    seeds logs nothing in the run around it. ``names`` are the metrics that matter; none: all.
    """
    wanted, by_id = frozenset(names), {run.id: run for run in group.runs}

    def has_values(run: Run) -> bool:
        return not wanted.isdisjoint(run.metrics) if wanted else bool(run.metrics)

    def within_another(run: Run) -> bool:
        seen, parent = {run.id}, by_id.get(run.parent or "")
        while parent is not None and parent.id not in seen:
            if has_values(parent):
                return True
            seen.add(parent.id)
            parent = by_id.get(parent.parent or "")
        return False

    runs = (run for run in group.runs if run.status == FINISHED and not within_another(run))
    return tuple(sorted(runs, key=lambda run: run.id))


def samples(runs: Iterable[Run], name: str) -> dict[Measure, Sample]:
    """Return the values of a metric by what they were measured on."""
    found: dict[Measure, list[Run]] = {}
    for run in runs:
        if name in run.metrics:
            found.setdefault(measure_of(run), []).append(run)
    return {measure: _sample(found[measure], name) for measure in sorted(found, key=_order)}


def _sample(runs: Sequence[Run], name: str) -> Sample:
    """Of several runs with one seed the latest counts. One seed for all of them tells none from another."""
    seeds = {run.id: seed_of(run) for run in runs}
    if len(set(seeds.values())) == 1 and len(runs) > 1:
        seeds = dict.fromkeys(seeds)
    latest = {seeds[run.id] or f"run {run.id}": run for run in sorted(runs, key=_age)}
    ordered = sorted(latest.values(), key=lambda run: run.id)
    return Sample(tuple(run.metrics[name] for run in ordered), tuple(seeds[run.id] for run in ordered))


def _age(run: Run) -> tuple[float, str]:
    return (run.started.timestamp() if run.started else 0.0, run.id)


def _order(measure: Measure) -> tuple[tuple[str, ...], str]:
    return measure.datasets, measure.scorers or ""


def seed_of(run: Run) -> str | None:
    """Return the seed that a run names, if it does."""
    named: Iterable[Mapping[str, str]] = (run.tags, run.params)
    return next((given[name] for name in SEEDS for given in named if name in given), None)


def datasets_of(runs: Sequence[Run]) -> tuple[Dataset, ...]:
    """Return the data sets of some runs, each once, by name."""
    return tuple(
        sorted({dataset for run in runs for dataset in run.datasets}, key=lambda d: (d.name, d.digest, d.context))
    )
