"""The events about pull requests, their reviews and comments."""

from __future__ import annotations

from sandbox.github.mergeable import known
from sandbox.github.model import Comment, PullRequest, Review, ReviewComment, Team, User
from sandbox.github.payloads import pulls as shown
from sandbox.github.payloads import reviews as said
from sandbox.github.payloads.accounts import simple_user, team
from sandbox.github.webhooks.event import Event, Payload
from sandbox.github.world import World


def pull_request(world: World, pull: PullRequest, action: str, by: User, more: Payload | None = None) -> None:
    """Tell of something that happened to a pull request; ``more`` is what this action carries besides."""

    def body() -> Payload:
        seen = shown.pull_request(world, pull, known(world, pull))
        return {"number": pull.number, "pull_request": seen} | (more or {})

    world.emit(Event("pull_request", action, by, pull.repository, body))


def review(world: World, one: Review, action: str, by: User, more: Payload | None = None) -> None:
    def body() -> Payload:
        seen = said.review_in_webhook(world, one)
        return {"pull_request": shown.simple_pull(world, one.pull), "review": seen} | (more or {})

    world.emit(Event("pull_request_review", action, by, one.pull.repository, body))


def review_comment(world: World, one: ReviewComment, action: str, by: User) -> None:
    def body() -> Payload:
        return {"pull_request": shown.simple_pull(world, one.pull), "comment": said.review_comment(world, one)}

    world.emit(Event("pull_request_review_comment", action, by, one.pull.repository, body))


def comment(world: World, one: Comment, action: str, by: User, more: Payload | None = None) -> None:
    """Tell of a comment in the conversation; a pull request is an issue there."""

    def body() -> Payload:
        return {"issue": said.issue(world, one.pull), "comment": said.comment(world, one)} | (more or {})

    world.emit(Event("issue_comment", action, by, one.pull.repository, body))


def review_requested(world: World, pull: PullRequest, reviewer: User | Team, by: User) -> None:
    """Tell that a person or a team was asked for a review; who that is stands beside the pull request."""
    who: Payload = (
        {"requested_team": team(world, reviewer)}
        if isinstance(reviewer, Team)
        else {"requested_reviewer": simple_user(world, reviewer)}
    )
    pull_request(world, pull, "review_requested", by, who)
