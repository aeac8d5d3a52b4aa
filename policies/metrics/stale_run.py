"""The newest run of the pull request is of an older commit than its head.

## What it does

Where the head has no run, looks for runs of the other commits of the pull request and says how old the newest one is.
It is no offence if nothing under `training` has changed since; the older run then stands for the head. While the
training of the head is still under way, `missing-run` has the say.

## Why it matters

A run that looked good three commits ago says nothing about what was changed since.

## How to fix it

Run the training of the head commit.
"""

from __future__ import annotations

from policies.facts import Absent, PullRequest, Unavailable
from policies.metrics.compare import comparisons
from policies.metrics.comparison import ModelComparison
from policies.metrics.runs import ModelRuns, TrainingState
from policies.metrics.subject import named
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import runs as words


def check(pull_request: PullRequest, metrics: tuple[ModelRuns, ...], paths: frozenset[str]) -> Findings:
    for compared in comparisons(metrics):
        for said in _stale(pull_request, compared, paths):
            yield said if isinstance(said, Absent) else named(metrics, compared, said)


def _stale(pull_request: PullRequest, compared: ModelComparison, paths: frozenset[str]) -> Findings:
    found, settings = compared.found, compared.found.settings
    if isinstance(compared.candidate, Unavailable):
        yield compared.candidate
    if not isinstance(compared.candidate, Absent):
        return
    if not settings.may_need_run(paths) and not compared.unfinished:
        yield Absent(words.nothing_to_train())
    elif found.training.state is TrainingState.RUNNING or compared.unfinished:
        yield Absent(words.training_comes_first())
    elif isinstance(found.older, Unavailable):
        yield found.older
    elif found.older:
        newest, sha = found.older[0], pull_request.head_sha
        yield Finding(words.stale(newest.commit, newest.behind, sha), words.train(sha, found.training))
    else:
        yield Absent(words.no_older_run())


RULE = Rule(name="stale-run", since="0.1.0", check=check)
