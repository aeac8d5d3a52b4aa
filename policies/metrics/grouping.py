"""Tells whose runs are whose: parts what was found for the policy's entries by model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from policies.facts import Absent, Unavailable
from policies.metrics.nested import inherited, model_name
from policies.metrics.runs import BaselineKind, BaselineRuns, Group, ModelRuns, Run
from policies.phrase import say

NO_RUN = Absent(say("no run of this model was found there"))


def by_model(entries: Sequence[ModelRuns]) -> tuple[ModelRuns, ...]:
    """Part what was found for the entries of the policy, so that each part is about one model.

    A run is about the model that it registered, else about the one that its tag names, else about its experiment.
    """
    names = frozenset(entry.name for entry in entries)
    return tuple(part for entry in entries for part in _parts(_whole(entry), names - {entry.name}))


def _whole(entry: ModelRuns) -> ModelRuns:
    """Return the entry with what nested runs have from those around them."""

    def whole(baseline: BaselineRuns) -> BaselineRuns:
        return _baseline(baseline, lambda group: inherited(group) if isinstance(group, Group) else group)

    return replace(
        entry,
        candidate=inherited(entry.candidate) if isinstance(entry.candidate, Group) else entry.candidate,
        older=tuple(map(inherited, entry.older)) if isinstance(entry.older, tuple) else entry.older,
        baseline=whole(entry.baseline),
        also=whole(entry.also) if entry.also else None,
        recent=tuple(map(inherited, entry.recent)),
    )


def _parts(entry: ModelRuns, others: frozenset[str]) -> Iterator[ModelRuns]:
    entry = _without(entry, others)
    ours = [run for group in (entry.candidate, *_groups(entry.older)) for run in _runs(group)]
    keys = sorted(set(map(_key, ours)))
    if len(keys) < 2:
        yield _facing(entry, ours, alone=True) if ours else entry
        return
    for key in keys:
        about = _about(key)
        part = replace(entry, name=key, candidate=_only(entry.candidate, about), older=_each(entry.older, about))
        yield _facing(part, list(filter(about, ours)), alone=False)


def _about(key: str) -> Callable[[Run], bool]:
    return lambda run: _key(run) == key


def _without(entry: ModelRuns, others: frozenset[str]) -> ModelRuns:
    """Leave out the runs that are about the model of another entry, which may share the experiment.

    Where the runs of an entry name it, those of the experiment that name nothing are not its own.
    """
    found = [run for group in (entry.candidate, *_groups(entry.older)) for run in _runs(group)]
    names_itself = bool(others) and any(model_name(run) == entry.name for run in found)

    def ours(run: Run) -> bool:
        return model_name(run) == entry.name if names_itself else model_name(run) not in others

    return replace(
        entry,
        candidate=_only(entry.candidate, ours),
        older=_each(entry.older, ours),
        baseline=_baseline(entry.baseline, lambda group: _only(group, ours)),
        also=_baseline(entry.also, lambda group: _only(group, ours)) if entry.also else None,
        recent=_groups(_each(entry.recent, ours)),
    )


def _facing(entry: ModelRuns, ours: Sequence[Run], *, alone: bool) -> ModelRuns:
    """Leave of the baselines, and of what is drawn, the runs of the model that these runs are about."""

    def theirs(baseline: BaselineRuns) -> BaselineRuns:
        chosen = alone and baseline.kind in (BaselineKind.ALIAS, BaselineKind.RUN)
        return baseline if chosen else _baseline(baseline, lambda group: _only(group, _like(ours, _runs(group))))

    return replace(
        entry,
        baseline=theirs(entry.baseline),
        also=theirs(entry.also) if entry.also else None,
        recent=_groups(_each(entry.recent, _like(ours, [run for group in entry.recent for run in group.runs]))),
    )


def _like(ours: Sequence[Run], theirs: Sequence[Run]) -> Callable[[Run], bool]:
    """Return which of their runs are about our model.

    Often only released models are registered. So where none of theirs is called like ours, the only model of theirs in
    our experiment is it, unless both have names, which differ then.
    """
    keys, experiments = set(map(_key, ours)), {run.experiment for run in ours}
    if keys & set(map(_key, theirs)):
        return lambda run: _key(run) in keys
    near = {_key(run) for run in theirs if run.experiment in experiments}
    nameless = not any(map(model_name, ours)) or not any(model_name(run) for run in theirs if _key(run) in near)
    return lambda run: nameless and len(near) == 1 and _key(run) in near


def _key(run: Run) -> str:
    return model_name(run) or run.experiment


def _runs(group: Group | Absent | Unavailable) -> tuple[Run, ...]:
    return group.runs if isinstance(group, Group) else ()


def _groups(groups: tuple[Group, ...] | Unavailable) -> tuple[Group, ...]:
    return groups if isinstance(groups, tuple) else ()


def _only(group: Group | Absent | Unavailable, keep: Callable[[Run], bool]) -> Group | Absent | Unavailable:
    if not isinstance(group, Group):
        return group
    runs = tuple(filter(keep, group.runs))
    return replace(group, runs=runs) if runs else NO_RUN


def _each(groups: tuple[Group, ...] | Unavailable, keep: Callable[[Run], bool]) -> tuple[Group, ...] | Unavailable:
    if not isinstance(groups, tuple):
        return groups
    return tuple(kept for group in groups if isinstance(kept := _only(group, keep), Group))


def _baseline(
    baseline: BaselineRuns, change: Callable[[Group | Absent | Unavailable], Group | Absent | Unavailable]
) -> BaselineRuns:
    return replace(baseline, group=change(baseline.group))
