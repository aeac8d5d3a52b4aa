"""Gathers the fact ``metrics``: for each model that the policy names, the runs of a pull request and its baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.gather.remote.together import together
from bot.tracking import words
from bot.tracking.baselines import Baselines, FoundBaseline, described
from bot.tracking.client import Tracking
from bot.tracking.details import Details, Lookup, experiment_page
from bot.tracking.found import HEAD_TAG
from bot.tracking.memory import Memory
from bot.tracking.pool import Pool
from bot.tracking.rest import CouldNotLook
from bot.tracking.runs import Key, Named, Runs
from bot.tracking.subject import Subject
from policies.config.mlflow import MlflowSection
from policies.facts import Absent, Unavailable
from policies.metrics.runs import NO_FILE, BaselineRuns, Group, ModelRuns
from policies.metrics.settings import Baseline, Model
from policies.metrics.training import training_of

BASELINE_SEARCHES = 4
"""For a candidate and its baseline, after the experiment and its newest runs: six requests for a comparison."""

ALSO_SEARCHES = 2
"""For a second baseline."""


async def gather_metrics(
    section: MlflowSection | None, subject: Subject, pool: Pool, memory: Memory, now: datetime
) -> tuple[ModelRuns, ...] | Absent | Unavailable:
    """Return what was found for each entry of the policy's ``mlflow`` section, in its order.

    Costs six requests for each model, however many runs there are: the experiment, its newest runs, and as many more
    as are needed to find the candidate and the baseline. A second baseline costs up to two, the registry one, and
    each logged model two small files, once in its life.
    """
    if section is None:
        return words.no_section()
    tracking = pool.server(section.server, subject.repository)
    if isinstance(tracking, Unavailable):
        return tracking
    places: dict[tuple[str, ...], dict[str, Model]] = {}
    for name, model in section.each().items():
        places.setdefault(model.experiment, {})[name] = model
    asked = (_Place(tracking, subject, memory, now).gather(names, models) for names, models in places.items())
    found = {each.name: each for each_place in await together(asked) for each in each_place}
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
        page = await self.tracking.newest(experiments)
        return Runs(self.tracking, experiments, self.memory, self.now.date(), page)

    async def _entry(self, name: str, model: Model, runs: Runs) -> ModelRuns:
        subject = self.subject
        candidate = await runs.candidate(Key(HEAD_TAG, subject.head, subject.head_when), subject.merge)
        older = () if isinstance(subject.commits, Unavailable) else runs.older(subject.head, subject.commits)
        ours = [candidate] if isinstance(candidate, Named) else list(older[:1])
        baseline, also = await self._baselines(model, runs, wanted=bool(ours))
        base = () if isinstance(subject.base_commits, Unavailable) else subject.base_commits
        drawn = runs.drawn(base)
        theirs = [each.group for each in (baseline, also) if each and isinstance(each.group, Named)]
        primary = next((each.primary for each in runs.experiments if each.primary), None)
        plotted = [*_gated(model), *([primary.name] if primary else [])]
        lookup = Lookup(self.tracking, self.memory, runs.experiments)
        details = await lookup.of([*ours, *theirs], drawn if ours else (), plotted)
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

    async def _baselines(self, model: Model, runs: Runs, *, wanted: bool) -> tuple[FoundBaseline, FoundBaseline | None]:
        """Find the baselines, if there is anything to hold against them."""
        if not wanted:
            kind, name = described(model.baseline, self.subject)
            return FoundBaseline(kind, name, words.not_looked_for()), None
        left = BASELINE_SEARCHES - runs.for_candidate
        baseline = await Baselines(runs, self.subject, runs.searches + left).find(model.baseline)
        if model.also is None:
            return baseline, None
        return baseline, await Baselines(runs, self.subject, runs.searches + ALSO_SEARCHES).find(model.also)

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
            training=training_of(model, self.subject.workflows, early=self.subject.early),
            requirements=_requirements(model, self.subject),
        )


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
