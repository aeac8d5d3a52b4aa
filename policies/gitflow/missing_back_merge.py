"""Production holds commits that the integration branch, or an open release, lacks.

## What it does

Compares the production branch with the integration branch and with every open release, merge commits left out. By
default it stops the next release from going to production and only warns on every other pull request. The pull request
that merges back is never stopped.

## Why it matters

A hotfix that is on `main` only comes undone with the next release: the mended bug is deployed again.

## How to fix it

Merge production back into the branch that lacks it, with a merge commit; the message gives the commands.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policies.facts import Commit, Drift, PullRequest
from policies.gitflow.model import INTEGRATION, PRODUCTION, BranchModel
from policies.phrase import Phrase
from policies.rule import Findings, Options, Rule, Stricter
from policies.verdict import Finding
from policies.words import offences, remedies, skips

BRINGS_BACK = frozenset({PRODUCTION, "hotfix", "release"})
"""Types whose pull request into the integration branch or a release is itself the back-merge."""


class MissingBackMerge(Options):
    measured_at: Literal["branch", "last_tag"] = Field(
        default="branch",
        description="Whether the tip of production counts, or only what its last version tag contains.",
    )
    open_release_only: Annotated[bool, Stricter.OFF] = Field(
        default=False,
        description="A commit that an open release holds is not owed to the integration branch too (nvie's text).",
    )


def applies(pull_request: PullRequest, model: BranchModel) -> Phrase | None:
    kind = model.head(pull_request)
    base = model.classify(pull_request.base)
    if model.integration is None and model.missing is None:
        return skips.no_such_role(INTEGRATION)
    if base is None or base.name not in (PRODUCTION, INTEGRATION, "release"):
        return skips.only_into(PRODUCTION, INTEGRATION, "release")
    if kind is not None and kind.name in BRINGS_BACK and base.name != PRODUCTION:
        return skips.is_the_back_merge()
    return None


def check(
    pull_request: PullRequest, model: BranchModel, drift: tuple[Drift, ...], options: MissingBackMerge
) -> Findings:
    owed = {place.branch: _lacking(place, options) for place in drift}
    if options.open_release_only and model.integration in owed:
        releases = [place for place in drift if place.branch != model.integration and place.total is None]
        missed = [frozenset(commit.sha for commit in owed[release.branch]) for release in releases]
        owed[model.integration] = tuple(c for c in owed[model.integration] if all(c.sha in lack for lack in missed))
    for place in sorted(drift, key=lambda place: place.branch):
        commits = owed[place.branch]
        if commits and _concerns(pull_request, model, place):
            count = max(len(commits), place.total or 0) if commits == place.lacking else len(commits)
            yield Finding(
                offences.missing_back_merge(place.source, place.branch, count),
                remedies.merge_back(place.source, place.branch, is_role=place.branch == model.integration),
                offences.commit_lines(commits, total=count),
            )


def _lacking(place: Drift, options: MissingBackMerge) -> tuple[Commit, ...]:
    if options.measured_at == "branch" or place.last_tag is None:
        return place.lacking
    return tuple(commit for commit in place.lacking if commit.sha in place.tagged)


def _concerns(pull_request: PullRequest, model: BranchModel, place: Drift) -> bool:
    """A release going to production answers for the integration branch and for itself, not for other releases."""
    base = model.classify(pull_request.base)
    if base is not None and base.name == PRODUCTION:
        return place.branch in (model.integration, pull_request.head)
    return True


RULE = Rule(name="missing-back-merge", since="0.1.0", check=check, applies=applies, options=MissingBackMerge)
