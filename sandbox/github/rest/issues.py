"""https://docs.github.com/rest/issues/comments; every pull request is an issue too."""

from __future__ import annotations

from sandbox.github.acts import reviews
from sandbox.github.model import Comment
from sandbox.github.payloads.reviews import comment
from sandbox.github.rest.ask import NOTHING, Answer, Ask, one_with_id
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}/issues"
_READ = {"issues": "read", "pull_requests": "read"}
_WRITE = {"issues": "write", "pull_requests": "write"}


@routes.get(_BASE + "/{issue_number}/comments", **_READ)
def list_comments(ask: Ask) -> Answer:
    after = ask.moment("since")
    found = [one for one in ask.pull("issue_number").comments if after is None or one.updated_at >= after]
    return ask.listed(found, lambda one: comment(ask.world, one))


@routes.post(_BASE + "/{issue_number}/comments", **_WRITE)
def create_comment(ask: Ask) -> Answer:
    made = reviews.comment(ask.world, ask.pull("issue_number"), ask.body.text("body"), ask.actor, ask.via)
    return Answer(comment(ask.world, made), 201)


def _comment(ask: Ask) -> Comment:
    everywhere = (one for pull in ask.repository.pulls.values() for one in pull.comments)
    return one_with_id(everywhere, ask.number("comment_id"))


@routes.get(_BASE + "/comments/{comment_id}", **_READ)
def get_comment(ask: Ask) -> Answer:
    return Answer(comment(ask.world, _comment(ask)))


@routes.patch(_BASE + "/comments/{comment_id}", **_WRITE)
def update_comment(ask: Ask) -> Answer:
    one = _comment(ask)
    reviews.edit_comment(ask.world, one, ask.body.text("body"), ask.actor)
    return Answer(comment(ask.world, one))


@routes.delete(_BASE + "/comments/{comment_id}", **_WRITE)
def delete_comment(ask: Ask) -> Answer:
    one = _comment(ask)
    reviews.delete_comment(ask.world, one, ask.actor)
    return NOTHING
