"""Commits reached a protected branch without a pull request.

## What it does

After a push to production, to the integration branch or to another branch with a fixed role, lists the commits on its
first-parent line that no pull request brought. A check cannot stop a push that has happened: the finding stands on the
commit.

## Why it matters

What is pushed past the pull request was not reviewed, not tested by the gate, and is in no audit trail.

## How to fix it

Open a pull request that reverts the commits, and bring them again as a branch. Then protect the branch on GitHub:
*Settings → Rules*, *Require a pull request before merging*.
"""

from __future__ import annotations

from policies.facts import Push
from policies.gitflow.model import BranchModel
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import offences, remedies, skips


def applies(push: Push, model: BranchModel) -> Phrase | None:
    kind = model.classify(push.branch)
    return None if kind is not None and kind.is_role else skips.only_into("long-lived")


def check(push: Push, model: BranchModel) -> Findings:
    direct = [pushed.commit for pushed in push.commits if pushed.pull_request is None]
    if direct:
        yield Finding(
            offences.direct_push(push.branch, len(direct)),
            remedies.bring_by_pull_request(push.branch, model.beginning(push.branch)),
            offences.commit_lines(direct),
        )


RULE = Rule(name="direct-push", since="0.1.0", check=check, applies=applies)
