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
    reserved = model.reserved_for(head)
    if reserved:
        yield Finding(offences.reserved_name(head, reserved), remedies.rename_branch(head, model.suggestion(head)))
        return
    yield Finding(
        offences.unknown_type(head),
        remedies.rename_branch(head, model.suggestion(head)),
        tuple(offences.type_and_names(kind.name, model.shown(kind.name)) for kind in model.types if kind.into),
    )


RULE = Rule(name="unknown-branch-type", since="0.1.0", check=check)
