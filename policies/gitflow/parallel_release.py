"""Another release branch is open at the same time.

## What it does

For a release branch, lists the other release branches that are not merged into production yet.

## Why it matters

Two releases in flight compete for the same version, and a bugfix on one has to be carried to the other by hand. The
one that is merged second may undo what the first one shipped.

## How to fix it

Finish or delete the other release first. A team that stabilises several versions at once turns the rule off.
"""

from __future__ import annotations

from policies.facts import PullRequest, Release
from policies.gitflow.model import BranchModel
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import offences, remedies, skips


def applies(pull_request: PullRequest, model: BranchModel) -> Phrase | None:
    kind = model.head(pull_request)
    return None if kind is not None and kind.name == "release" else skips.only_for("release")


def check(pull_request: PullRequest, releases: tuple[Release, ...]) -> Findings:
    others = sorted(r.branch for r in releases if r.branch != pull_request.head and r.sha != pull_request.head_sha)
    if others:
        yield Finding(offences.parallel_release(pull_request.head, others), remedies.finish_other_release(others[0]))


RULE = Rule(name="parallel-release", since="0.1.0", check=check, applies=applies)
