"""A feature carries merge commits.

## What it does

Lists the merge commits among the commits of a feature or bugfix. Off by default: many teams merge the integration
branch into their features and are right to.

## Why it matters

A team that wants a linear history of each feature (to bisect a model that got worse, for example) cannot have it with
merges inside.

## How to fix it

Rebase the branch on its base; the message gives the commands.
"""

from __future__ import annotations

from policies.facts import Commit, PullRequest
from policies.gitflow.model import BranchModel
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import offences, remedies, skips


def applies(pull_request: PullRequest, model: BranchModel) -> Phrase | None:
    kind = model.head(pull_request)
    return None if kind is not None and kind.name in ("feature", "bugfix") else skips.only_for("feature", "bugfix")


def check(pull_request: PullRequest, commits: tuple[Commit, ...]) -> Findings:
    merges = [commit for commit in commits if commit.parents > 1]
    if merges:
        yield Finding(
            offences.merge_commits(pull_request.head, len(merges)),
            remedies.rebase(pull_request.head, pull_request.base),
            offences.commit_lines(merges),
        )


RULE = Rule(name="merge-commit-in-feature", since="0.1.0", check=check, applies=applies)
