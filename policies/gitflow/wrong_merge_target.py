"""The branch is of a type that does not merge into this base.

## What it does

Looks up the types of head and base and holds them against the `into:` of the head's type. A feature that is stacked on
another feature is judged by the branch that the stack ends in. Where nobody knows the type of the head,
`unknown-branch-type` speaks and this rule is silent.

## Why it matters

In Gitflow the production branch holds official releases only. A feature that lands on it skips staging; a hotfix that
lands only on the integration branch never mends what is deployed.

## How to fix it

Change the base of the pull request: *Edit* beside the title, or `gh pr edit NUMBER --base BRANCH`. The check runs again
at once. A team that does promote its integration branch straight to production sets `allow_direct_promotion: true`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policies.facts import PullRequest
from policies.gitflow.model import INTEGRATION, PRODUCTION, BranchModel, BranchType
from policies.phrase import Phrase
from policies.rule import Findings, Options, Rule, Stricter
from policies.verdict import Finding, Remedy
from policies.words import offences, remedies, skips


class WrongMergeTarget(Options):
    allow_direct_promotion: Annotated[bool, Stricter.OFF] = Field(
        default=False, description="Let the integration branch be merged into production without a release branch."
    )


def applies(pull_request: PullRequest, model: BranchModel) -> Phrase | None:
    return skips.type_not_known() if model.head(pull_request) is None else None


def check(pull_request: PullRequest, model: BranchModel, options: WrongMergeTarget) -> Findings:
    kind = model.head(pull_request)
    target = pull_request.root or pull_request.base
    base = model.classify(target)
    if kind is None or _allowed(model, kind, base, options):
        return
    role = model.unbound(kind)
    if role and base is not None and base.is_role:
        yield model.missing or Finding(
            offences.target_does_not_exist(pull_request.head, kind.name, target, role),
            remedies.create_role(role, model.shown(role), model.production),
        )
        return
    yield Finding(_message(pull_request, model, kind, target), _remedy(pull_request, model, kind))


def _message(pull_request: PullRequest, model: BranchModel, kind: BranchType, target: str) -> Phrase:
    if _needs_release(model, kind):
        return offences.needs_release(pull_request.head, target)
    if pull_request.root and pull_request.root != pull_request.base:
        return offences.wrong_stack(pull_request.head, pull_request.base, target, model.targets(kind))
    return offences.wrong_target(pull_request.head, kind.name, target, model.targets(kind))


def _needs_release(model: BranchModel, kind: BranchType) -> bool:
    """Say whether this is the integration branch of a model in which releases bring it to production."""
    return kind.name == INTEGRATION and model.type_named("release") is not None


def _allowed(model: BranchModel, kind: BranchType, base: BranchType | None, options: WrongMergeTarget) -> bool:
    if base is None:
        return False
    if options.allow_direct_promotion and (kind.name, base.name) == (INTEGRATION, PRODUCTION):
        return True
    return model.accepts(kind, base)


def _remedy(pull_request: PullRequest, model: BranchModel, kind: BranchType) -> Remedy:
    if _needs_release(model, kind):
        return remedies.start_release(model.beginning_of("release"), pull_request.head)
    if not kind.into:
        return remedies.close_pull_request(pull_request.number)
    target = model.target(kind)
    if target is None:
        start = model.integration or model.production
        beginning = model.beginning(start) if start else None
        return remedies.carry_over(pull_request.head, model.targets(kind), start, beginning)
    if pull_request.root and pull_request.root != pull_request.base:
        return remedies.change_base_of_stack(pull_request.base, target)
    return remedies.change_base(target, pull_request.number)


RULE = Rule(
    name="wrong-merge-target", since="0.1.0", check=check, applies=applies, options=WrongMergeTarget, follows_stack=True
)
