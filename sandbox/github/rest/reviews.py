"""https://docs.github.com/rest/pulls/reviews, https://docs.github.com/rest/pulls/comments"""

from __future__ import annotations

from typing import cast

from sandbox.github.acts import reviews
from sandbox.github.errors import Refused
from sandbox.github.git.hunks import Side
from sandbox.github.http.body import Body
from sandbox.github.model import Review
from sandbox.github.payloads.reviews import review, review_comment
from sandbox.github.rest.ask import Answer, Ask, one_with_id
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}/pulls/{pull_number}"
_EVENTS: dict[str, reviews.Verdict] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


def _review(ask: Ask) -> Review:
    return one_with_id(ask.pull().reviews, ask.number("review_id"))


@routes.get(_BASE + "/reviews", pull_requests="read")
def list_reviews(ask: Ask) -> Answer:
    return ask.listed(ask.pull().reviews, lambda one: review(ask.world, one))


@routes.post(_BASE + "/reviews", pull_requests="write")
def create_review(ask: Ask) -> Answer:
    body = ask.body
    event = body.choice("event", tuple(_EVENTS))
    if event is None:
        raise Refused(422, "The sandbox keeps no pending reviews: give an event.")
    text = body.optional_text("body") or ""
    if event != "APPROVE" and not text and not body.parts("comments", 1_000):
        raise Refused(422, "Unprocessable Entity", [{"message": "Review body can't be blank"}])
    opinion = reviews.Opinion(_EVENTS[event], text, body.optional_text("commit_id"))
    remarks = [_remark(part) for part in body.parts("comments", 1_000)]
    for remark in remarks:
        reviews.demand_line(ask.world, ask.pull(), remark)
    made = reviews.submit(ask.world, ask.pull(), opinion, ask.actor)
    for remark in remarks:
        reviews.remark(ask.world, made, remark, ask.via)
    return Answer(review(ask.world, made))


def _remark(body: Body) -> reviews.Remark:
    side = cast("Side", body.choice("side", ("LEFT", "RIGHT"), "RIGHT"))
    return reviews.Remark(body.text("path"), body.text("body"), body.number("line"), side, body.number("start_line"))


@routes.get(_BASE + "/reviews/{review_id}", pull_requests="read")
def get_review(ask: Ask) -> Answer:
    return Answer(review(ask.world, _review(ask)))


@routes.put(_BASE + "/reviews/{review_id}", pull_requests="write")
def update_review(ask: Ask) -> Answer:
    reviews.edit_review(ask.world, _review(ask), ask.body.text("body"), ask.actor)
    return Answer(review(ask.world, _review(ask)))


@routes.put(_BASE + "/reviews/{review_id}/dismissals", pull_requests="write")
def dismiss_review(ask: Ask) -> Answer:
    ask.body.text("message")
    reviews.dismiss(ask.world, _review(ask), ask.actor)
    return Answer(review(ask.world, _review(ask)))


@routes.get(_BASE + "/comments", pull_requests="read")
def list_comments(ask: Ask) -> Answer:
    return ask.listed(ask.pull().review_comments, lambda one: review_comment(ask.world, one))


@routes.post(_BASE + "/comments", pull_requests="write")
def create_comment(ask: Ask) -> Answer:
    pull, body = ask.pull(), ask.body
    answered = body.number("in_reply_to")
    if answered is not None:
        above = one_with_id(pull.review_comments, answered)
        remark = reviews.Remark(above.path, body.text("body"), above.line, above.side, None, above.id)
    else:
        body.text("commit_id")
        remark = _remark(body)
        if remark.line is None and body.choice("subject_type", ("line", "file")) != "file":
            raise Refused(422, "Validation Failed", [{"message": "line is missing", "code": "custom"}])
    made = reviews.comment_on_line(ask.world, pull, remark, ask.actor, ask.via)
    return Answer(review_comment(ask.world, made), 201)
