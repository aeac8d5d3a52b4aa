"""A release, a hotfix or a back-merge was squashed or rebased into a long-lived branch.

## What it does

After a push to a long-lived branch, looks at the pull requests it came from. A release, a hotfix, or production itself
must arrive as a merge commit; *Squash and merge* and *Rebase and merge* copy the commits instead.

## Why it matters

The copies have other commit ids. From then on Git no longer knows that both branches hold the same work: every later
comparison lists it as missing, and the next merge brings the conflicts again.

## How to fix it

Merge the same branch once more with a merge commit; its content is there already, so only the ancestry is restored.
Then allow merge commits for that base on GitHub: *Settings → Rules*, *Allowed merge methods*.
"""

from __future__ import annotations

from policies.facts import Push
from policies.gitflow.model import PRODUCTION, BranchModel
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding
from policies.words import blind, offences, remedies, skips

NEEDS_MERGE_COMMIT = frozenset({PRODUCTION, "release", "hotfix"})


def applies(push: Push, model: BranchModel) -> Phrase | None:
    kind = model.classify(push.branch)
    return skips.only_into("long-lived") if kind is None or kind.stack else None


def check(push: Push, model: BranchModel) -> Findings:
    copied = {p.pull_request for p in push.commits if p.pull_request and p.pull_request.method != "merge"}
    for merged in sorted(copied, key=lambda merged: (merged.head or "", merged.number or 0)):
        if merged.head is None:
            yield blind.squashed_from_nowhere(merged.number)
        elif _needs_merge_commit(merged.head, model):
            yield Finding(
                offences.squashed_release(merged.head, push.branch, merged.method, merged.number),
                remedies.merge_once_more(merged.head, push.branch),
            )


def _needs_merge_commit(head: str, model: BranchModel) -> bool:
    kind = model.classify(head)
    return kind is not None and kind.name in NEEDS_MERGE_COMMIT


RULE = Rule(name="squashed-release", since="0.1.0", check=check, applies=applies)
