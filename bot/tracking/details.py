"""Everything about the runs of a comparison that is not in the runs themselves, and the runs as the rules read them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.gather.remote.together import together
from bot.tracking import words
from bot.tracking.client import Tracking
from bot.tracking.examples import MOST as MOST_EXAMPLES
from bot.tracking.examples import Results
from bot.tracking.found import Experiment, Found
from bot.tracking.memory import Memory
from bot.tracking.models import Model, Models
from bot.tracking.rest import CouldNotLook
from bot.tracking.runs import Named, usable
from policies.facts import Unavailable
from policies.metrics.runs import Evaluation, Group, Point, Run


@dataclass(frozen=True)
class Details:
    """What was found beside the runs, by the id of a run."""

    url: str
    experiments: Mapping[str, str]
    """Names by id."""
    models: Mapping[str, Model]
    histories: Mapping[str, Mapping[str, tuple[Point, ...]]]
    results: Mapping[str, Results | Unavailable]

    def group(self, named: Named) -> Group:
        """Return runs as the rules read them."""
        runs = tuple(map(self._run, named.runs))
        return Group(named.commit, runs, named.behind, named.committed)

    def _run(self, found: Found) -> Run:
        run = found.run
        evaluation = run.evaluation
        if evaluation is not None and run.id in self.results:
            evaluation = Evaluation(evaluation.scorers, self.results[run.id], evaluation.agent)
        return replace(
            run,
            experiment=self.experiments.get(found.experiment_id, found.experiment_id),
            url=run_page(self.url, found.experiment_id, run.id),
            model=self.models.get(run.id, run.model),
            history=self.histories.get(run.id, run.history),
            evaluation=evaluation,
        )


@dataclass(frozen=True)
class Lookup:
    """Looks up what is not in the runs of these experiments."""

    tracking: Tracking
    memory: Memory
    experiments: tuple[Experiment, ...]

    async def of(self, groups: Sequence[Named], drawn: Sequence[Named], metrics: Iterable[str]) -> Details:
        """Look up models, a history and examples of ``groups``; of the ``drawn`` ones only which model they are of."""
        models, histories, results = await asyncio.gather(
            Models(self.tracking, self.memory).of(groups, drawn),
            _histories(self.tracking, groups, metrics),
            _results(self.tracking, groups),
        )
        names = {each.id: each.name for each in self.experiments}
        return Details(self.tracking.connection.url, names, models, histories, results)


async def _histories(
    tracking: Tracking, groups: Sequence[Named], metrics: Iterable[str]
) -> Mapping[str, Mapping[str, tuple[Point, ...]]]:
    """Return the first of these metrics that has several steps, by step, for the newest such run of each group."""
    for metric in metrics:
        by_group = ([each for each in usable(group).runs if each.steps.get(metric, 0) > 0] for group in groups)
        stepped = [runs[0].run.id for runs in by_group if runs]
        if stepped:
            try:
                found = await tracking.history(stepped, metric)
            except CouldNotLook:  # a picture less; whether the runs can be seen has been seen
                return {}
            return {run_id: {metric: points} for run_id, points in found.items()}
    return {}


async def _results(tracking: Tracking, groups: Sequence[Named]) -> dict[str, Results | Unavailable]:
    """Return the examples of the newest evaluation of each group."""
    evaluated = [each for group in groups for each in _evaluations(group)[:1]]
    results = await together(_examples(tracking, each) for each in evaluated)
    return {each.run.id: result for each, result in zip(evaluated, results, strict=True)}


def _evaluations(group: Named) -> list[Found]:
    return [each for each in usable(group).runs if each.run.evaluation is not None]


async def _examples(tracking: Tracking, found: Found) -> Results | Unavailable:
    try:
        results = await tracking.examples(found.experiment_id, found.run.id)
    except CouldNotLook as error:
        return error.unavailable
    return words.too_many_examples(MOST_EXAMPLES) if results is None else results


def run_page(url: str, experiment_id: str, run_id: str) -> str:
    """Return the address of a run for people."""
    return f"{url.rstrip('/')}/#/experiments/{experiment_id}/runs/{run_id}"


def experiment_page(url: str, experiment_id: str) -> str:
    """Return the address of an experiment for people."""
    return f"{url.rstrip('/')}/#/experiments/{experiment_id}"
