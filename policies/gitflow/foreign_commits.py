"""The branch carries commits that must not come along with it.

## What it does

Looks for commits of the pull request (those in the head that the base lacks) that belong to something else:

* **into production, a support branch or an open release** (a hotfix, a bugfix): commits that lie on the integration
  branch. With production `P`, integration `I` and head `H` that is `(P..H) ∩ reachable(I)`. Commits that came to the
  integration branch through this very branch (an early back-merge) are its own and do not count.
* **into the branch that the type starts from** (a feature): commits of a release that is still open, and commits of
  another unmerged branch that this one was started from or has merged. Where two branches have grown apart, shared
  commits belong to the branch whose other commits have the same author.

Merging back (a release or hotfix into the integration branch) and promoting a release bring commits along on purpose
and are not judged. More than 1,000 commits are not compared: the answer is then *unknown*.

## Why it matters

A hotfix that was started from the integration branch takes every unfinished feature to production with it. Nothing in
the diff view warns of it, and ancestry alone cannot tell it from a hotfix that was merged back early.

## How to fix it

Start the branch again from where its type starts and carry only its own commits over; the message gives the commands.
A feature that was started from another open feature waits for that one, or targets it.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.facts import Commit, Elsewhere, PullRequest, Sha
from policies.gitflow.model import ANY, INTEGRATION, BranchModel, BranchType
from policies.phrase import Phrase
from policies.rule import Findings, Rule
from policies.verdict import Finding, Remedy
from policies.words import blind, offences, remedies, skips

MOST_COMMITS = 1_000
"""More are not compared: GitHub's API does not list them reliably, and nobody reviews them."""


def applies(pull_request: PullRequest, model: BranchModel) -> Phrase | None:
    kind = model.head(pull_request)
    base = model.base(pull_request)
    if kind is None:
        return skips.type_not_known()
    if ANY in kind.starts_from:
        return skips.may_start_anywhere(kind.name)
    if kind.is_role or kind.name == "release":
        return skips.brings_commits_on_purpose(kind.name)
    if base is None or not model.accepts(kind, base):
        return skips.target_comes_first()
    if base.name == INTEGRATION and INTEGRATION not in kind.starts_from:
        return skips.brings_commits_on_purpose(kind.name)
    return None


def check(
    pull_request: PullRequest,
    model: BranchModel,
    commits: tuple[Commit, ...],
    elsewhere: tuple[Elsewhere, ...],
) -> Findings:
    if len(commits) > MOST_COMMITS:
        yield blind.too_many_commits(len(commits), MOST_COMMITS)
        return
    settled = _on_long_lived(model, elsewhere)
    for other in sorted(elsewhere, key=lambda place: place.branch):
        foreign = _foreign(pull_request, model, commits, other)
        if not _is_role(model, other):
            foreign -= settled  # whoever else has them got them from there
        if foreign:
            yield _finding(pull_request, model, other, [c for c in commits if c.sha in foreign])


def _is_role(model: BranchModel, other: Elsewhere) -> bool:
    source = model.classify(other.branch)
    return source is not None and source.is_role


def _on_long_lived(model: BranchModel, elsewhere: tuple[Elsewhere, ...]) -> frozenset[Sha]:
    return frozenset().union(*(other.shared for other in elsewhere if _is_role(model, other)))


def _foreign(
    pull_request: PullRequest, model: BranchModel, commits: tuple[Commit, ...], other: Elsewhere
) -> frozenset[Sha]:
    """Return which commits of the pull request belong to the other branch and must not come along."""
    base = model.base(pull_request)
    source = model.classify(other.branch)
    if (
        base is None
        or other.branch == pull_request.base
        or (other.branch == pull_request.head and not pull_request.fork)
    ):
        return frozenset()
    mine = other.shared & {commit.sha for commit in commits}
    if source is not None and source.is_role:
        return _leaked(pull_request, mine, other) if _keeps_out(base, source) else frozenset()
    if other.holds_head:
        return frozenset()
    if source is not None and source.name == "release":
        return mine
    return _of_other_work(commits, mine, other)


def _keeps_out(base: BranchType, source: BranchType) -> bool:
    """Say whether commits of a long-lived branch are foreign to this base."""
    if base.name == "support":
        return True
    return source.name == INTEGRATION and base.name != INTEGRATION and not base.stack


def _leaked(pull_request: PullRequest, mine: frozenset[Sha], other: Elsewhere) -> frozenset[Sha]:
    """Leave out what reached the other branch through this very branch: an early back-merge is legal."""
    return frozenset(sha for sha in mine if _brought_by(other, sha) != pull_request.head)


def _brought_by(other: Elsewhere, sha: Sha) -> str | None:
    arrival = other.arrivals.get(sha)
    return arrival.branch if arrival else None


def _of_other_work(commits: tuple[Commit, ...], mine: frozenset[Sha], other: Elsewhere) -> frozenset[Sha]:
    """Return the shared commits that were made on the other, unmerged branch."""
    if other.held_by_head:
        return mine
    ours = {commit.author for commit in commits if commit.sha not in other.shared}
    theirs = other.authors - ours
    return frozenset(c.sha for c in commits if c.sha in mine & other.own and c.author in theirs)


def _finding(pull_request: PullRequest, model: BranchModel, other: Elsewhere, foreign: Iterable[Commit]) -> Finding:
    found = tuple(foreign)
    return Finding(
        offences.foreign_commits(pull_request.head, len(found), other.branch),
        _remedy(pull_request, model, other.branch),
        offences.commit_lines(found, other.arrivals),
    )


def _remedy(pull_request: PullRequest, model: BranchModel, other: str) -> Remedy:
    kind, source = model.head(pull_request), model.classify(other)
    if source is not None and source.is_role:
        return remedies.start_again(pull_request.head, pull_request.base, other)
    may_be_base = kind is not None and source is not None and model.accepts(kind, source)
    return remedies.wait_or_start_again(pull_request.head, pull_request.base, other, may_be_base=may_be_base)


RULE = Rule(name="foreign-commits", since="0.1.0", check=check, applies=applies, follows_stack=True)
