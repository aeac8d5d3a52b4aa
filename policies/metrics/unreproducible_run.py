"""A run does not say what is needed to repeat it.

## What it does

Looks in the finished runs of the commit for the commit itself (and that nothing was uncommitted), for data sets with
their digests, for parameters, and for the environment: the requirements that a model is logged with. What a team does
without can be switched off. An evaluation (`mlflow.genai.evaluate`) trains nothing, so it need neither have parameters
nor log a model. A nested run has what the run around it says.

## Why it matters

A number that nobody can produce again cannot be explained to an auditor, nor to oneself in half a year.

## How to fix it

Train from a clean checkout and log what is missing: `mlflow.log_input`, `mlflow.log_params`, and the model with its
flavor's `log_model`, which notes the requirements by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from policies.facts import Absent, Unavailable
from policies.metrics.logged import requirements_of
from policies.metrics.runs import ModelRuns, Run
from policies.metrics.subject import named, with_runs, without_runs
from policies.phrase import Phrase
from policies.rule import Findings, Options, Rule, Stricter
from policies.verdict import Finding
from policies.words import runs as words

DIRTY = "mlflow.source.git.dirty"


class UnreproducibleRun(Options):
    commit: Annotated[bool, Stricter.ON] = Field(
        default=True, description="A run names its commit, and nothing was uncommitted."
    )
    dataset: Annotated[bool, Stricter.ON] = Field(default=True, description="A run names its data sets.")
    parameters: Annotated[bool, Stricter.ON] = Field(default=True, description="A run logs parameters.")
    environment: Annotated[bool, Stricter.ON] = Field(
        default=True, description="A run logs a model with its requirements."
    )


def check(metrics: tuple[ModelRuns, ...], options: UnreproducibleRun) -> Findings:
    yield from without_runs(metrics)
    for compared, group in with_runs(metrics):
        lacking: dict[tuple[Phrase, ...], list[Run]] = {}
        for run in group.runs:
            if options.environment and _trains(run) and isinstance(unseen := requirements_of([run]), Unavailable):
                yield named(metrics, compared, unseen)
            lacking.setdefault(tuple(_lacking(run, options)), []).append(run)
        for what, runs in lacking.items():
            if what:
                yield named(metrics, compared, Finding(words.cannot_be_repeated(runs, what), words.log_more()))


def _lacking(run: Run, options: UnreproducibleRun) -> Iterator[Phrase]:
    if options.commit and not run.commits:
        yield words.no_commit()
    elif options.commit and run.tags.get(DIRTY, "").lower() == "true":
        yield words.uncommitted()
    if options.dataset and not run.datasets:
        yield words.no_dataset()
    if options.parameters and _trains(run) and not run.params:
        yield words.no_parameters()
    if options.environment and _trains(run) and isinstance(requirements_of([run]), Absent):
        yield words.no_requirements()


def _trains(run: Run) -> bool:
    return run.evaluation is None


RULE = Rule(name="unreproducible-run", since="0.1.0", check=check, options=UnreproducibleRun)
