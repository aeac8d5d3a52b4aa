"""The branch name matches no branch type of the policy.

## What it does

Holds the name of the head branch against the branch types of the policy, in their order. A name that is reserved for
an App (`dependabot/**`) counts only when that App really opened the pull request. Branches of the merge queue are
never name-checked.

## Why it matters

The name is what a branching model goes by: it says where the work started, where it may be merged and how strictly it
is judged. With `pipeline`, `pipeline1spark` and `pipeline-new` side by side nobody can tell which one is current.

## How to fix it

Rename the branch (the message names the nearest legal name), push it, and open the pull request from there. If the
team really has another kind of branch, add the type under `branches:` in `.github/headgate.yml`.
"""

from __future__ import annotations

from policies.facts import PullRequest
from policies.gitflow.model import BranchModel
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import offences, remedies


def check(pull_request: PullRequest, model: BranchModel) -> Findings:
    head = pull_request.head
    if model.head(pull_request) is not None:
        return
    stays = pull_request.fork or head in model.roles.values()
    remedy = (remedies.branch_off if stays else remedies.rename_branch)(head, model.suggestion(head))
    reserved = model.reserved_for(head)
    if reserved:
        yield Finding(offences.reserved_name(head, reserved), remedy)
        return
    to_pick = (kind for kind in model.types if kind.into and not kind.is_role and kind.name != "queue")
    names = ((kind.name, kind.names_for_anybody) for kind in to_pick)
    yield Finding(
        offences.unknown_type(head),
        remedy,
        tuple(offences.type_and_names(kind, shown) for kind, shown in names if shown),
    )


RULE = Rule(name="unknown-branch-type", since="0.1.0", check=check)
