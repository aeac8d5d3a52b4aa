"""Gathers the fact ``metrics``: for each model that the policy names, the runs of a pull request and its baselines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.gather.remote.together import together
from bot.tracking import words
from bot.tracking.baselines import Baselines, FoundBaseline, described
from bot.tracking.client import Tracking
from bot.tracking.details import Details, Lookup, experiment_page
from bot.tracking.found import HEAD_TAG, Found
from bot.tracking.memory import Memory
from bot.tracking.pool import Pool
from bot.tracking.rest import CouldNotLook
from bot.tracking.runs import Key, Named, Runs
from bot.tracking.subject import Subject
from policies.config.mlflow import MlflowSection
from policies.facts import Absent, Unavailable
from policies.metrics.contrast import load_statistics
from policies.metrics.nested import MODEL_TAG
from policies.metrics.runs import NO_FILE, BaselineRuns, Group, ModelRuns
from policies.metrics.settings import Baseline, Model
from policies.metrics.training import training_of

SEARCHES = 4
"""For a candidate and its baseline, after the experiment and its newest runs: six requests for a comparison."""

ALSO_SEARCHES = 2
"""For a second baseline."""


async def gather_metrics(
    section: MlflowSection, subject: Subject, pool: Pool, memory: Memory, now: datetime
) -> tuple[ModelRuns, ...] | Unavailable:
    """Return what was found for each entry of the policy's ``mlflow`` section, in its order.

    Costs at most six requests for each model, however many runs there are: the experiment, its newest runs, and of
    candidate, baseline, logged models and a history by step what is needed, in this order. On top come one for each
    further experiment, up to two for a second baseline, one for the examples of each evaluation, and two small files
    for each logged model, once in its life; and one more where only the trial merge was trained, and a hundred other
    runs are newer.
    """
    tracking = pool.server(section.server, subject.repository)
    if isinstance(tracking, Unavailable):
        return tracking
    places: dict[tuple[str, ...], dict[str, Model]] = {}
    for name, model in section.each().items():
        places.setdefault(model.experiment, {})[name] = model
    asked = (_Place(tracking, subject, memory, now).gather(names, models) for names, models in places.items())
    found = {each.name: each for each_place in await together(asked) for each in each_place}
    if any(isinstance(each.baseline.group, Group) for each in found.values()):
        await asyncio.to_thread(load_statistics)  # nobody else waits for it; later everybody would
    return tuple(found[name] for name in section.each())


@dataclass(frozen=True)
class _Place:
    """Entries of the policy that share their experiments, and so what was read of them."""

    tracking: Tracking
    subject: Subject
    memory: Memory
    now: datetime

    async def gather(self, experiments: Sequence[str], models: Mapping[str, Model]) -> list[ModelRuns]:
        if not experiments:
            return [self._unseen(name, model, words.no_experiment_named()) for name, model in models.items()]
        try:
            runs = await self._open(experiments)
            return [await self._entry(name, model, runs) for name, model in models.items()]
        except CouldNotLook as error:
            return [self._unseen(name, model, error.unavailable) for name, model in models.items()]

    async def _open(self, names: Sequence[str]) -> Runs:
        """Make sure that the experiments are there and ours to see, before a search in them can find nothing."""
        experiments = tuple(await together(self.tracking.experiment(name) for name in names))
        return await Runs.opened(self.tracking, experiments, self.memory, self.now.date())

    async def _entry(self, name: str, model: Model, runs: Runs) -> ModelRuns:
        subject = self.subject
        candidate = await runs.candidate(Key(HEAD_TAG, subject.head, subject.head_when), subject.merge)
        older = () if isinstance(subject.commits, Unavailable) else runs.older(subject.head, subject.commits)
        ours = [candidate] if isinstance(candidate, Named) else list(older[:1])
        baseline, also, spare = await self._baselines(name, model, runs, ours)
        base = () if isinstance(subject.base_commits, Unavailable) else subject.base_commits
        drawn = runs.drawn(base)
        theirs = [each.group for each in (baseline, also) if each and isinstance(each.group, Named)]
        primary = next((each.primary for each in runs.experiments if each.primary), None)
        plotted = [*_gated(model), *([primary.name] if primary else [])]
        lookup = Lookup(self.tracking, self.memory, runs.experiments)
        details = await lookup.of([*ours, *theirs], drawn if ours else (), plotted if spare > 0 else ())
        return ModelRuns(
            name=name,
            settings=model,
            candidate=details.group(candidate) if isinstance(candidate, Named) else candidate,
            baseline=_baseline_runs(baseline, details),
            also=_baseline_runs(also, details) if also else None,
            older=await self._older(older, details, needed=not isinstance(candidate, Named)),
            recent=tuple(map(details.group, drawn)),
            training=training_of(model, subject.workflows, early=subject.early and not isinstance(candidate, Named)),
            primary=primary,
            requirements=_requirements(model, subject),
            url=experiment_page(self.tracking.connection.url, runs.experiments[0].id),
        )

    async def _baselines(
        self, name: str, model: Model, runs: Runs, ours: Sequence[Named]
    ) -> tuple[FoundBaseline, FoundBaseline | None, int]:
        """Find the baselines, if there is anything to hold against them; and say how many requests are left over."""
        if not ours:
            return FoundBaseline(*described(model.baseline, self.subject), words.not_looked_for()), None, 0
        left = SEARCHES - runs.for_candidate - any(each.logs_models for each in ours[0].runs)
        before, fits = runs.searches, _fits(name, model, ours[0].runs)
        baseline = await Baselines(runs, self.subject, before + max(1, left), fits).find(model.baseline)
        spare = left - (runs.searches - before)
        if model.also is None:
            return baseline, None, spare
        also = await Baselines(runs, self.subject, runs.searches + ALSO_SEARCHES, fits).find(model.also)
        return baseline, also, spare

    async def _older(
        self, older: Sequence[Named], details: Details, *, needed: bool
    ) -> tuple[Group, ...] | Unavailable:
        """Return the runs of older commits; of the newest one also what has changed since, where it may stand in."""
        if isinstance(self.subject.commits, Unavailable):
            return self.subject.commits if needed else ()
        groups = list(map(details.group, older))
        first = groups[0].commit if groups else None
        if needed and first is not None and self.subject.changed_since is not None:
            groups[0] = replace(groups[0], changed_since=await self.subject.changed_since(first))
        return tuple(groups)

    def _unseen(self, name: str, model: Model, why: Unavailable) -> ModelRuns:
        def baseline(wanted: Baseline | None) -> BaselineRuns:
            return BaselineRuns(*described(wanted, self.subject), why)

        return ModelRuns(
            name=name,
            settings=model,
            candidate=why,
            baseline=baseline(model.baseline),
            also=baseline(model.also) if model.also else None,
            older=why,
            training=training_of(model, self.subject.workflows),
            requirements=_requirements(model, self.subject),
        )


def _fits(name: str, model: Model, ours: Sequence[Found]) -> Callable[[Found], bool]:
    """Return what tells runs of this model from those of another one in the same experiment.

    Not each change trains each model: the newest commit of the base branch that has runs may have none of this one.
    """
    tags = {each.run.tags[MODEL_TAG] for each in ours if MODEL_TAG in each.run.tags}
    about = {name} if name in tags else tags

    def fits(found: Found) -> bool:
        named, values = found.run.tags.get(MODEL_TAG), found.run.metrics
        return (not named or not about or named in about) and (
            not model.metrics or not model.metrics.keys().isdisjoint(values)
        )

    return fits


def _gated(model: Model) -> list[str]:
    """Return the metrics to be drawn, most important first."""
    return sorted(model.metrics, key=lambda name: not model.metrics[name].gate)


def _baseline_runs(found: FoundBaseline, details: Details) -> BaselineRuns:
    group = details.group(found.group) if isinstance(found.group, Named) else found.group
    return BaselineRuns(found.kind, found.name, group)


def _requirements(model: Model, subject: Subject) -> Mapping[str, tuple[str, ...]] | Absent | Unavailable:
    """Return those of the files that this entry names."""
    if isinstance(subject.files, Absent | Unavailable):
        return subject.files
    named = {path: lines for path, lines in subject.files.items() if path in model.environment}
    return named or NO_FILE
