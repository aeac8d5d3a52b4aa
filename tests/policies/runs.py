"""Reads the runs of a case: a group of repeated runs is written once, with a list where their values differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field

from policies.facts import Absent, Sha, Unavailable
from policies.metrics import runs as world
from policies.metrics.settings import Model
from tests.policies.given import HEAD_SHA, Missing, Strict, Unseen, absent, unavailable

BASE_SHA = Sha("b" * 40)


class Column(Strict):
    type: str
    required: bool = True


class Signature(Strict):
    inputs: dict[str, str | Column] = Field(default_factory=dict)
    params: dict[str, str | Column] = Field(default_factory=dict)
    outputs: dict[str, str | Column] = Field(default_factory=dict)


class Runs(Strict):
    """Repeated runs of one commit. What is no list is the same for all of them."""

    metrics: dict[str, float | list[float]] = Field(default_factory=dict)
    seeds: list[int] = Field(default_factory=list)
    data: dict[str, str] = Field(default_factory=dict)
    """Digest by name."""
    scorers: str | None = None
    params: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    signature: Signature | Missing | Unseen | None = None
    requirements: list[str] | Missing | Unseen | None = None
    model: str | None = None
    """Name in the registry."""
    status: str = "FINISHED"
    experiment: str = "sales"
    commit: str | None = None
    behind: int | None = None
    changed_since: list[str] | None = None


class Baseline(Runs):
    name: str = "dev"
    kind: str = "target"
    missing: Missing | Unseen | None = None
    """Instead of runs."""


class Training(Strict):
    state: str
    workflow: str = ""
    conclusion: str | None = None
    url: str = ""


class Entry(Strict):
    """What was found for one entry of the policy."""

    candidate: Runs | list[Runs] | Missing | Unseen = Field(union_mode="left_to_right")
    baseline: Baseline | list[Baseline] = Baseline(missing=Missing(absent="no run was found"))
    also: Baseline | None = None
    older: list[Runs] | Unseen = Field(default_factory=list)
    training: Training | None = None
    requirements: dict[str, list[str]] | Unseen | None = None


def read(given: Mapping[str, Entry], settings: Mapping[str, Model]) -> tuple[world.ModelRuns, ...]:
    return tuple(_entry(name, entry, settings[name]) for name, entry in given.items())


def _entry(name: str, given: Entry, settings: Model) -> world.ModelRuns:
    training = given.training or Training(state="none")
    files = given.requirements
    return world.ModelRuns(
        name,
        settings,
        candidate=_candidate(given.candidate),
        baseline=_baseline(given.baseline),
        also=_baseline(given.also) if given.also else None,
        older=unavailable(given.older.unavailable)
        if isinstance(given.older, Unseen)
        else tuple(_group(each, f"o{place}-", HEAD_SHA) for place, each in enumerate(given.older)),
        training=world.Training(
            world.TrainingState(training.state), training.workflow, training.conclusion, training.url
        ),
        requirements=unavailable(files.unavailable)
        if isinstance(files, Unseen)
        else {path: tuple(lines) for path, lines in files.items()}
        if files is not None
        else world.NO_FILE,
    )


def _candidate(given: Runs | list[Runs] | Missing | Unseen) -> world.Group | Absent | Unavailable:
    if isinstance(given, Missing):
        return absent(given.absent)
    if isinstance(given, Unseen):
        return unavailable(given.unavailable, given.try_)
    listed = given if isinstance(given, list) else [given]
    groups = [_group(each, f"c{place}-", HEAD_SHA) for place, each in enumerate(listed)]
    return world.Group(groups[0].commit, tuple(run for group in groups for run in group.runs))


def _baseline(several: Baseline | list[Baseline]) -> world.BaselineRuns:
    given, *others = several if isinstance(several, list) else [several]
    kind = world.BaselineKind(given.kind)
    if isinstance(given.missing, Missing):
        return world.BaselineRuns(kind, given.name, absent(given.missing.absent))
    if isinstance(given.missing, Unseen):
        return world.BaselineRuns(kind, given.name, unavailable(given.missing.unavailable, given.missing.try_))
    groups = [_group(each, f"b{place}-", BASE_SHA) for place, each in enumerate((given, *others))]
    return world.BaselineRuns(kind, given.name, replace(groups[0], runs=tuple(r for each in groups for r in each.runs)))


def _group(given: Runs, prefix: str, commit: Sha) -> world.Group:
    sha = Sha(given.commit) if given.commit else commit
    lengths = [len(values) for values in given.metrics.values() if isinstance(values, list)]
    count = max((*lengths, len(given.seeds), 1))
    return world.Group(
        sha,
        tuple(_run(given, place, f"{prefix}{place}", sha) for place in range(count)),
        given.behind,
        changed_since=None if given.changed_since is None else frozenset(given.changed_since),
    )


def _run(given: Runs, place: int, name: str, sha: Sha) -> world.Run:
    values = given.metrics.items()
    return world.Run(
        id=name,
        experiment=given.experiment,
        commits=frozenset({sha}),
        status=given.status,
        metrics={
            metric: value[place] if isinstance(value, list) else value
            for metric, value in values
            if not isinstance(value, list) or place < len(value)
        },
        params=given.params,
        tags={**given.tags, **({"seed": str(given.seeds[place])} if given.seeds else {})},
        datasets=tuple(world.Dataset(data, digest) for data, digest in given.data.items()),
        evaluation=world.Evaluation(given.scorers) if given.scorers else None,
        model=_model(given),
    )


def _model(given: Runs) -> world.LoggedModel | Absent | Unavailable:
    if given.signature is None and given.requirements is None and given.model is None:
        return world.NO_MODEL
    signature, lines = given.signature, given.requirements
    return world.LoggedModel(
        "m-1",
        registered=given.model,
        signature=_signature(signature) if signature is not None else world.NO_SIGNATURE,
        requirements=_lines(lines) if lines is not None else world.NO_REQUIREMENTS,
    )


def _signature(given: Signature | Missing | Unseen) -> world.Signature | Absent | Unavailable:
    if isinstance(given, Missing):
        return absent(given.absent)
    if isinstance(given, Unseen):
        return unavailable(given.unavailable, given.try_)
    return world.Signature(_columns(given.inputs), _columns(given.outputs), _columns(given.params))


def _lines(given: list[str] | Missing | Unseen) -> tuple[str, ...] | Absent | Unavailable:
    if isinstance(given, Missing):
        return absent(given.absent)
    return unavailable(given.unavailable, given.try_) if isinstance(given, Unseen) else tuple(given)


def _columns(given: Mapping[str, str | Column]) -> tuple[world.Column, ...]:
    full = ((name, Column(type=each) if isinstance(each, str) else each) for name, each in given.items())
    return tuple(world.Column(name, each.type, each.required) for name, each in full)
