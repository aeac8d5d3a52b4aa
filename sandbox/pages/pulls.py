"""What the page of a pull request shows: the conversation in the order of time, its commits, its changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.github.acts.queue import entry_of
from sandbox.github.git.objects import Commit
from sandbox.github.model import Comment, PullRequest, Review, ReviewComment
from sandbox.github.world import World
from sandbox.pages.journal import Entry, Journal


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in the conversation; ``what`` is what its kind says."""

    kind: Literal["comment", "review", "event"]
    when: datetime
    order: int
    """Its number: later things have higher ones, and times are no finer than a second."""
    what: Comment | Review | Entry
    lines: tuple[ReviewComment, ...] = ()
    """The comments on lines that belong to a review."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a pull request stands."""

    word: str
    tone: str
    shape: str


def status(pull: PullRequest) -> Status:
    if pull.merged_at:
        return Status("Merged", "merged", "merge")
    if pull.state == "closed":
        return Status("Closed", "fail", "closed")
    if entry_of(pull):
        return Status("Queued", "wait", "queue")
    return Status("Draft", "quiet", "pull") if pull.draft else Status("Open", "pass", "pull")


def head_name(pull: PullRequest) -> str:
    """Return the head as GitHub shows it: with its owner where it lies in a fork."""
    return f"{pull.head_owner.login}:{pull.head_ref}" if pull.is_fork else pull.head_ref


def conversation(journal: Journal, pull: PullRequest) -> list[Item]:
    """Return what was said and what happened, oldest first."""
    items = [Item("comment", comment.created_at, comment.id, comment) for comment in pull.comments]
    items += [_review(pull, review) for review in pull.reviews if review.state != "PENDING"]
    items += _events(journal, pull)
    return sorted(items, key=lambda item: item.order)


def _review(pull: PullRequest, review: Review) -> Item:
    lines = tuple(comment for comment in pull.review_comments if comment.review_id == review.id)
    return Item("review", review.submitted_at, review.id, review, lines)


_SHOWN = frozenset(
    {"edited", "synchronize", "closed", "reopened", "ready_for_review", "converted_to_draft", "enqueued", "dequeued"}
)


def _events(journal: Journal, pull: PullRequest) -> Iterator[Item]:
    for entry in journal.of(pull.repository, pull.number):
        if entry.event == "pull_request" and entry.action in _SHOWN:
            yield Item("event", entry.when, entry.id, entry)


def commits_of(world: World, pull: PullRequest) -> tuple[Commit, ...]:
    """Return the commits that the pull request brings, oldest first."""
    bare = world.git(pull.repository)
    return tuple(bare.objects.commit(sha) for sha in bare.between(_base(world, pull), pull.head_sha))


def range_of(world: World, pull: PullRequest) -> tuple[str, str]:
    """Return the commits between which the changes of a pull request lie: where it was started, and its head."""
    base = _base(world, pull)
    return world.git(pull.repository).merge_base(base, pull.head_sha) or base, pull.head_sha


def _base(world: World, pull: PullRequest) -> str:
    tip = world.git(pull.repository).branch(pull.base_ref)
    return tip if tip and pull.state == "open" else pull.base_sha


def siblings(pull: PullRequest) -> list[PullRequest]:
    """Return the other open pull requests with the same head: they share its checks."""
    others = pull.repository.pulls.values()
    return [one for one in others if one is not pull and one.state == "open" and one.head_sha == pull.head_sha]
