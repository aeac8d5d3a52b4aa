"""Fewer people approved than the team asks for.

## What it does

Counts the approvals that are worth something: not the author's own, not dismissed, and, where the team says so, given
for the current head, by members of certain teams, or once more for certain paths.

## Why it matters

Review is where a second pair of eyes sees the leak in the training split. An approval for an older state says nothing
about the code that is merged.

## How to fix it

Ask for a review: *Reviewers* on the pull request, or `gh pr edit NUMBER --add-reviewer LOGIN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from policies.facts import PullRequest, Review
from policies.gitflow.model import BranchModel
from policies.gitflow.pattern import matched, translate
from policies.phrase import Phrase
from policies.rule import Findings, Glob, Options, Rule, Stricter
from policies.verdict import Finding
from policies.words import offences, remedies, skips

Count = Annotated[int, Field(ge=0, le=20)]


class PathApproval(Options):
    """What a change below certain paths needs besides."""

    approvals: Annotated[Count, Stricter.MORE] = Field(
        default=1, description="Approvals that a change below this path needs."
    )
    teams: Annotated[tuple[str, ...], Stricter.LESS] = Field(
        default=(), description="Teams (slugs) whose members may give them; none: anybody."
    )


class MissingApproval(Options):
    approvals: Annotated[Count, Stricter.MORE] = Field(default=1, description="Approvals that a pull request needs.")
    per_type: Annotated[dict[str, Count], Stricter.MORE] = Field(
        default_factory=dict, alias="for", description="Another number for some branch types, `{release: 2}`."
    )
    current_head: Annotated[bool, Stricter.ON] = Field(
        default=False, description="Count only approvals given for the current head commit."
    )
    teams: Annotated[tuple[str, ...], Stricter.LESS] = Field(
        default=(), description="Teams (slugs) whose approvals count; none: everybody's."
    )
    paths: Annotated[dict[Glob, PathApproval], Stricter.MORE] = Field(
        default_factory=dict, description="What changes below certain paths need besides, by glob."
    )


def spares(options: MissingApproval) -> frozenset[str]:
    return frozenset() if options.paths else frozenset({"paths"})


def applies(pull_request: PullRequest, model: BranchModel, options: MissingApproval) -> Phrase | None:
    if _wanted(pull_request, model, options) == 0 and not options.paths:
        return skips.no_approval_wanted()
    return None


def check(
    pull_request: PullRequest,
    model: BranchModel,
    reviews: tuple[Review, ...],
    paths: frozenset[str] | None,
    options: MissingApproval,
) -> Findings:
    given = [review for review in reviews if _counts(review, pull_request, options)]
    wanted = _wanted(pull_request, model, options)
    general = _by_teams(given, options.teams)
    moved = [r for r in reviews if r.state == "approved" and r not in given and r.author != pull_request.author]
    stale = len(_by_teams(moved, options.teams))
    if len(general) < wanted:
        yield Finding(
            offences.missing_approval(len(general), wanted, options.teams, stale),
            remedies.ask_for_review(pull_request.number, options.teams),
        )
    for glob, asked in sorted(_touched(options.paths, paths or frozenset()).items()):
        have = len(_by_teams(given, asked.teams))
        if have < asked.approvals:
            yield Finding(
                offences.missing_path_approval(glob, have, asked.approvals, asked.teams),
                remedies.ask_for_review(pull_request.number, asked.teams),
            )


def _wanted(pull_request: PullRequest, model: BranchModel, options: MissingApproval) -> int:
    kind = model.head(pull_request)
    return options.per_type.get(kind.name, options.approvals) if kind else options.approvals


def _counts(review: Review, pull_request: PullRequest, options: MissingApproval) -> bool:
    if review.state != "approved" or review.author == pull_request.author:
        return False
    return not options.current_head or review.sha == pull_request.head_sha


def _by_teams(reviews: list[Review], teams: tuple[str, ...]) -> set[str]:
    return {review.author for review in reviews if not teams or review.teams & set(teams)}


def _touched(asked: Mapping[str, PathApproval], paths: frozenset[str]) -> dict[str, PathApproval]:
    regexes = {glob: translate(glob) for glob in asked}
    return {glob: asked[glob] for glob, regex in regexes.items() if any(matched(regex, p, whole=True) for p in paths)}


RULE = Rule(
    name="missing-approval", since="0.1.0", check=check, applies=applies, options=MissingApproval, spares=spares
)
