"""The head does not merge into the base without conflicts.

## What it does

Asks Git for a trial merge: GitHub's own answer on a pull request, `git merge-tree` in a clone (the work tree is never
touched). While GitHub has not computed the answer yet, the rule waits; *not known yet* is never taken for clean.

## Why it matters

A conflict that is solved in a hurry at merge time is solved by whoever presses the button, without review and without
a test run.

## How to fix it

Merge the base into the branch, solve the conflicts there and push; the message gives the commands.
"""

from __future__ import annotations

from policies.facts import Merge, Mergeability, PullRequest
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import offences, remedies


def check(pull_request: PullRequest, merge: Merge) -> Findings:
    if merge.state is Mergeability.DIRTY:
        yield Finding(
            offences.conflict(pull_request.head, pull_request.base, sorted(merge.paths)),
            remedies.solve_conflict(pull_request.head, pull_request.base),
        )


RULE = Rule(name="merge-conflict", since="0.1.0", check=check)
