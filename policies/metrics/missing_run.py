"""The change touches what training depends on, and there is no run of its commit.

## What it does

Looks for runs of the head commit, or of the merge commit that a workflow checked out, in the experiments of the
policy. None is an offence if the change touches a path under `training`. Where the policy names no such paths, it is
one if a workflow trained this commit and ended without a run. A run that did not finish is named. While the training
is still under way the answer is *unknown*.

Where an older commit of the pull request has runs, the rule `stale-run` has the say.

## Why it matters

Without a run nobody knows what the change does to the model, and every rule about its metrics has nothing to judge.

## How to fix it

Run the training of the commit, with the tag `github.head_sha`, or from a clean checkout of it.
"""

from __future__ import annotations

from dataclasses import replace

from policies.facts import Absent, PullRequest, Unavailable
from policies.metrics.compare import comparisons
from policies.metrics.comparison import ModelComparison
from policies.metrics.runs import UNDER_WAY, Group, ModelRuns, TrainingState
from policies.metrics.subject import named
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import runs as words


def check(pull_request: PullRequest, metrics: tuple[ModelRuns, ...], paths: frozenset[str]) -> Findings:
    for compared in comparisons(metrics):
        for said in (*_unfinished(compared), *_missing(pull_request, compared, paths)):
            yield said if isinstance(said, Absent) else named(metrics, compared, said)


def _unfinished(compared: ModelComparison) -> Findings:
    """A run that was killed stays RUNNING for ever, so that counts only while somebody may still end it."""
    has_others, training = isinstance(compared.candidate, Group), compared.found.training.state
    running = tuple(run for run in compared.unfinished if run.status in UNDER_WAY)
    if running and training is not TrainingState.ENDED:
        advisory = has_others and training is TrainingState.NONE
        yield replace(words.still_running(running), advisory=advisory)
    elif compared.unfinished and not has_others:
        yield Finding(words.did_not_finish(compared.unfinished), words.look_at_run(compared.unfinished))


def _missing(pull_request: PullRequest, compared: ModelComparison, paths: frozenset[str]) -> Findings:
    found, sha = compared.found, pull_request.head_sha
    if isinstance(compared.candidate, Unavailable):
        yield compared.candidate
    if not isinstance(compared.candidate, Absent) or compared.unfinished:
        return
    touched = [path for path in sorted(paths) if found.settings.depends_on([path])]
    if not found.settings.may_need_run(paths):
        yield Absent(words.nothing_to_train())
        return
    if found.training.state is TrainingState.RUNNING:
        yield words.still_training(found.training, sha)
    elif isinstance(found.older, tuple) and found.older:
        yield Absent(words.older_run_comes_first())
    elif found.training.state is TrainingState.ENDED:
        yield Finding(words.ended_without(found.training, sha), words.train(sha, found.training))
    elif touched:
        yield Finding(words.no_run(sha, found.settings.experiment, touched), words.train(sha, found.training))
    else:
        yield Absent(words.no_training_paths())


RULE = Rule(name="missing-run", since="0.1.0", check=check)
