"""Reviews and comments. https://docs.github.com/rest/pulls/reviews, https://docs.github.com/rest/issues/comments"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.github.access import demand
from sandbox.github.acts import telling
from sandbox.github.errors import Refused, invalid, invalid_field
from sandbox.github.git.hunks import Side, hunk_of
from sandbox.github.model import App, Comment, PullRequest, Review, ReviewComment, User
from sandbox.github.payloads.pulls import base_of, changes_of
from sandbox.github.world import World

LONGEST_COMMENT = 65_536
"""Characters of a comment's body."""

Verdict = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reviewer thinks of a head; ``sha`` None is the present one."""

    verdict: Verdict
    body: str = ""
    sha: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a line of the diff."""

    path: str
    body: str
    line: int | None = None
    side: Side = "RIGHT"
    start_line: int | None = None
    in_reply_to: int | None = None


def submit(world: World, pull: PullRequest, opinion: Opinion, by: User) -> Review:
    """Review a pull request at a head; raises Refused (422) where that is one's own or has nothing to say."""
    demand(pull.repository, by, "read")
    if by is pull.author and opinion.verdict != "COMMENTED":
        deed = "approve" if opinion.verdict == "APPROVED" else "request changes on"
        raise Refused(422, "Unprocessable Entity", [{"message": f"Can not {deed} your own pull request"}])
    _demand_length(opinion.body)
    now, sha = world.clock.now(), opinion.sha or pull.head_sha
    review = Review(world.id(), pull, by, opinion.body, opinion.verdict, sha, now)
    pull.reviews.append(review)
    pull.updated_at = review.submitted_at
    if by in pull.requested_reviewers:
        pull.requested_reviewers.remove(by)
    telling.review(world, review, "submitted", by)
    return review


def edit_review(world: World, review: Review, body: str, by: User) -> None:
    before, review.body = review.body, body
    telling.review(world, review, "edited", by, {"changes": {"body": {"from": before}}})


def dismiss(world: World, review: Review, by: User) -> None:
    """Take the weight from an approval or a request for changes; raises Refused (422) for others."""
    demand(review.pull.repository, by, "write")
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise Refused(422, "Can not dismiss a commented pull request review")
    review.state = "DISMISSED"
    telling.review(world, review, "dismissed", by)


def remark(world: World, review: Review, one: Remark, via: App | None = None) -> ReviewComment:
    """Add a comment on a line to a review; raises Refused (422) where the line is not part of the diff."""
    pull, now = review.pull, world.clock.now()
    comment = ReviewComment(
        id=world.id(),
        pull=pull,
        user=review.user,
        review_id=review.id,
        path=one.path,
        body=one.body,
        commit_id=pull.head_sha,
        diff_hunk=demand_line(world, pull, one),
        created_at=now,
        updated_at=now,
        line=one.line,
        side=one.side,
        start_line=one.start_line,
        in_reply_to_id=one.in_reply_to,
        via=via,
    )
    pull.review_comments.append(comment)
    telling.review_comment(world, comment, "created", review.user)
    return comment


def demand_line(world: World, pull: PullRequest, one: Remark) -> str:
    """Return the hunk that a comment would stand at; raises Refused (422) where there is none."""
    _demand_length(one.body)
    git = world.git(pull.repository)
    patches = git.patches(base_of(git, pull), pull.head_sha)
    if all(change.path != one.path for change in changes_of(git, pull)):
        raise invalid("PullRequestReviewComment", "path could not be resolved", "pull_request_review_thread.path")
    if one.line is None:
        return ""
    found = hunk_of(patches.get(one.path, ""), one.side, one.line)
    if found is None:
        where = "pull_request_review_thread.line"
        raise invalid("PullRequestReviewComment", f"{where} must be part of the diff", where)
    return found


def comment_on_line(world: World, pull: PullRequest, one: Remark, by: User, via: App | None = None) -> ReviewComment:
    """Comment on a line outside any review; GitHub makes a review for it."""
    demand_line(world, pull, one)
    review = Review(world.id(), pull, by, "", "COMMENTED", pull.head_sha, world.clock.now())
    pull.reviews.append(review)
    telling.review(world, review, "submitted", by)
    return remark(world, review, one, via)


def comment(world: World, pull: PullRequest, body: str, by: User, via: App | None = None) -> Comment:
    """Comment in the conversation; raises Refused (422) for an empty or too long body."""
    demand(pull.repository, by, "read")
    if not body.strip():
        raise invalid_field("IssueComment", "body", "missing_field")
    _demand_length(body)
    now = world.clock.now()
    one = Comment(world.id(), pull, by, body, now, now, via)
    pull.comments.append(one)
    pull.updated_at = now
    telling.comment(world, one, "created", by)
    return one


def edit_comment(world: World, one: Comment, body: str, by: User) -> None:
    """Change a comment: one's own, or with write access anybody's."""
    if one.user is not by:
        demand(one.pull.repository, by, "write")
    _demand_length(body)
    before, one.body, one.updated_at = one.body, body, world.clock.now()
    telling.comment(world, one, "edited", by, {"changes": {"body": {"from": before}}})


def delete_comment(world: World, one: Comment, by: User) -> None:
    if one.user is not by:
        demand(one.pull.repository, by, "write")
    one.pull.comments.remove(one)
    telling.comment(world, one, "deleted", by)


def _demand_length(body: str) -> None:
    if len(body) > LONGEST_COMMENT:
        raise invalid("IssueComment", f"body is too long (maximum is {LONGEST_COMMENT} characters)", "body")
