"""The model was logged with other versions than the repository asks for.

## What it does

Reads the files that the policy names under `environment` (`requirements.txt` by default) at the head commit, and
compares them with the requirements that the model was logged with. It is an offence if a version that was installed
while the model was trained is none of those that the file allows. Packages that only one side names are not judged.

## Why it matters

A model that was trained with one version of a library and is loaded with another fails to load, or worse: it loads and
predicts something else.

## How to fix it

Train in an environment that was installed from these files, or write into them what was used.
"""

from __future__ import annotations

from collections.abc import Mapping

from policies.facts import Absent, Unavailable
from policies.metrics.logged import requirements_of
from policies.metrics.requirements import mismatches
from policies.metrics.runs import ModelRuns
from policies.metrics.settings import Model
from policies.metrics.subject import named, with_runs, without_runs
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import runs as words


def applies(mlflow: Model) -> Phrase | None:
    if not any(part.environment for part in mlflow.parts()):
        return words.no_environment()
    return None


def check(metrics: tuple[ModelRuns, ...]) -> Findings:
    yield from without_runs(metrics)
    for compared, group in with_runs(metrics):
        logged, files = requirements_of(group.runs), compared.found.requirements
        for said in _drift(logged, files):
            yield said if isinstance(said, Absent) else named(metrics, compared, said)


def _drift(
    logged: tuple[str, ...] | Absent | Unavailable, files: Mapping[str, tuple[str, ...]] | Absent | Unavailable
) -> Findings:
    unseen = [side for side in (logged, files) if isinstance(side, Unavailable)]
    absent = [side for side in (logged, files) if isinstance(side, Absent)]
    yield from unseen or absent[:1]
    if isinstance(logged, Absent | Unavailable) or isinstance(files, Absent | Unavailable):
        return
    found = mismatches(logged, files)
    if found:
        paths = sorted({each.path for each in found})
        yield Finding(words.other_environment(paths), words.install(paths), tuple(map(words.mismatch, found)))


RULE = Rule(name="environment-drift", since="0.1.0", check=check, applies=applies)
