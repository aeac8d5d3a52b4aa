"""Pull requests, what people say about them, and the merge queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sandbox.github.model.accounts import Account, Team, User
from sandbox.github.model.apps import App

if TYPE_CHECKING:  # the two know each other
    from sandbox.github.model.repository import Repository


@dataclass(slots=True, eq=False)
class Review:
    """A review; GitHub keeps ``commit_id``, so that one can see which head was approved."""

    id: int
    pull: PullRequest
    user: User
    body: str
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
    commit_id: str
    submitted_at: datetime


@dataclass(slots=True, eq=False)
class ReviewComment:
    """A comment on a line of the diff."""

    id: int
    pull: PullRequest
    user: User
    review_id: int
    path: str
    body: str
    commit_id: str
    diff_hunk: str
    created_at: datetime
    updated_at: datetime
    line: int | None = None
    side: Literal["LEFT", "RIGHT"] = "RIGHT"
    start_line: int | None = None
    in_reply_to_id: int | None = None
    via: App | None = None


@dataclass(slots=True, eq=False)
class Comment:
    """A comment in the conversation of a pull request; ``via`` is the App that wrote it."""

    id: int
    pull: PullRequest
    user: User
    body: str
    created_at: datetime
    updated_at: datetime
    via: App | None = None


@dataclass(slots=True, eq=False)
class PullRequest:
    """A pull request. Heads and bases are named by branch; the SHAs are those GitHub shows.

    ``base_sha`` is the tip of the base when the pull request was opened, pushed to or retargeted, not now.
    """

    id: int
    number: int
    repository: Repository
    author: User
    title: str
    body: str | None
    head_repository: Repository | None
    """None once a fork was deleted."""
    head_owner: Account
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    created_at: datetime
    updated_at: datetime
    draft: bool = False
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    """Of the merge; while open, of the test merge."""
    reviews: list[Review] = field(default_factory=list)
    review_comments: list[ReviewComment] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    requested_reviewers: list[User] = field(default_factory=list)
    requested_teams: list[Team] = field(default_factory=list)
    looked_at: tuple[str, str] | None = None
    """Tips of base and head for which somebody has asked whether they merge; see :mod:`sandbox.github.mergeable`."""
    looks: int = 0
    merges: bool | None = None
    """Whether those tips merge, once Git was asked."""

    @property
    def is_fork(self) -> bool:
        return self.head_repository is not self.repository


@dataclass(slots=True, eq=False)
class QueueEntry:
    """A pull request in the merge queue of a branch, and the group that was built for it."""

    id: int
    pull: PullRequest
    enqueuer: User
    enqueued_at: datetime
    head_ref: str = ""
    """``refs/heads/gh-readonly-queue/BASE/pr-N-SHA``, empty until checks are requested."""
    head_sha: str = ""
    base_sha: str = ""
