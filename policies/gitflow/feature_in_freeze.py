"""Something other than a bugfix targets a release branch.

## What it does

Looks at pull requests whose base is a release branch. A bugfix may go there, and so may a hotfix of the version that is
deployed; everything else waits.

## Why it matters

A release branch exists to become stable. Each feature that slips in starts the testing again, and ships without having
been on the integration branch.

## How to fix it

Point the pull request at the integration branch; it ships with the next release. If it does mend the release, name the
branch as what it is: `bugfix/…`.
"""

from __future__ import annotations

from policies.facts import PullRequest
from policies.gitflow.model import PRODUCTION, BranchModel
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import offences, remedies, skips

MENDS = frozenset({"bugfix", "hotfix", "queue"})
"""Types that may change a release: what mends it. Production brings a hotfix along."""


def applies(pull_request: PullRequest, model: BranchModel) -> Phrase | None:
    base = model.base(pull_request)
    return None if base is not None and base.name == "release" else skips.only_into("release")


def check(pull_request: PullRequest, model: BranchModel) -> Findings:
    kind = model.head(pull_request)
    if kind is not None and (kind.name in MENDS or kind.name == PRODUCTION):
        return
    target = model.integration or model.production
    release = pull_request.root or pull_request.base
    mends = model.shown("bugfix")
    advice = remedies.next_release(target, pull_request.number, mends)
    if kind is not None and kind.is_role:
        advice = remedies.bring_as_bugfix(pull_request.number, mends)
    yield Finding(offences.feature_in_freeze(pull_request.head, kind.name if kind else None, release), advice)


RULE = Rule(name="feature-in-freeze", since="0.1.0", check=check, applies=applies, follows_stack=True)
