"""What is required before a branch may move, and whether it is there.

https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal

from sandbox.github.access import may
from sandbox.github.model import App, CheckRun, CommitStatus, Protection, PullRequest, Repository, RequiredCheck, User

PASSING = frozenset({"success", "neutral", "skipped"})
"""Conclusions that satisfy a required check."""

Standing = Literal["success", "failure", "pending", "expected"]
"""``expected``: nobody has said anything yet."""


def protecting(repository: Repository, branch: str) -> list[Protection]:
    """Return what protects a branch: branch protection and rulesets."""
    return [one for one in repository.protections if fnmatchcase(branch, one.pattern)]


def required_checks(repository: Repository, branch: str) -> list[RequiredCheck]:
    return [check for one in protecting(repository, branch) for check in one.checks]


def latest_runs(repository: Repository, sha: str) -> list[CheckRun]:
    """Return the check runs of a commit that count: the newest of each name and App, newest first."""
    found: dict[tuple[str, App], CheckRun] = {}
    for suite in repository.suites:
        if suite.head_sha == sha:
            found |= {(run.name, run.app): run for run in sorted(suite.runs, key=lambda run: run.id)}
    return sorted(found.values(), key=lambda run: -run.id)


def latest_statuses(repository: Repository, sha: str) -> list[CommitStatus]:
    """Return the statuses of a commit that count: the newest of each context, newest first."""
    found = {status.context: status for status in repository.statuses if status.sha == sha}
    return sorted(found.values(), key=lambda status: -status.id)


def standing_of_run(run: CheckRun) -> Standing:
    if run.status != "completed":
        return "pending"
    return "success" if run.conclusion in PASSING else "failure"


def standing_of_status(status: CommitStatus) -> Standing:
    return "failure" if status.state == "error" else status.state


def standings(repository: Repository, sha: str) -> list[Standing]:
    """Return how all checks and statuses of a commit stand."""
    runs = [standing_of_run(run) for run in latest_runs(repository, sha)]
    return runs + [standing_of_status(status) for status in latest_statuses(repository, sha)]


def standing(repository: Repository, sha: str, check: RequiredCheck) -> Standing:
    """Return how a required check stands on a commit. One that is pinned to an App counts from this App only."""
    runs = [run for run in latest_runs(repository, sha) if run.name == check.context and check.app in (None, run.app)]
    statuses = [
        status
        for status in latest_statuses(repository, sha)
        if status.context == check.context and (check.app is None or check.app.bot is status.creator)
    ]
    return worst([standing_of_run(run) for run in runs] + [standing_of_status(status) for status in statuses])


def worst(found: Iterable[Standing]) -> Standing:
    order: tuple[Standing, ...] = ("expected", "success", "pending", "failure")
    return max(found, key=order.index, default="expected")


def unmet_checks(repository: Repository, branch: str, sha: str) -> list[RequiredCheck]:
    """Return the required checks that do not (yet) pass on a commit."""
    return [check for check in required_checks(repository, branch) if standing(repository, sha, check) != "success"]


def opinions(pull: PullRequest) -> dict[User, str]:
    """Return what each reviewer thinks: the latest review that is more than a comment."""
    said = [review for review in pull.reviews if review.state not in ("COMMENTED", "PENDING")]
    return {review.user: review.state for review in sorted(said, key=lambda review: review.id)}


def unmet_reviews(pull: PullRequest) -> str | None:
    """Return why reviews block the merge, in GitHub's words, or None. Only people who may write count."""
    wanted = [one.approvals for one in protecting(pull.repository, pull.base_ref) if one.approvals is not None]
    if not wanted:
        return None
    counting = [state for user, state in opinions(pull).items() if may(pull.repository, user, "write")]
    if "CHANGES_REQUESTED" in counting:
        return "Changes have been requested."
    missing = max(wanted) - counting.count("APPROVED")
    if missing > 0:
        more = "review is" if max(wanted) == 1 else "reviews are"
        return f"At least {max(wanted)} approving {more} required by reviewers with write access."
    return None
