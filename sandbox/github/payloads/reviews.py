"""Reviews and comments as GitHub shows them, and a pull request as the issue that comments are made on."""

from __future__ import annotations

from sandbox.github.model import Comment, PullRequest, Review, ReviewComment
from sandbox.github.payloads.accounts import role_on, simple_user
from sandbox.github.payloads.apps import app
from sandbox.github.payloads.basics import Json, moment, moment_or_none, node_id
from sandbox.github.payloads.pulls import addresses
from sandbox.github.payloads.repositories import api_url
from sandbox.github.world import World


def review(world: World, one: Review) -> Json:
    urls = addresses(world, one.pull)
    html = f"{urls['html_url']}#pullrequestreview-{one.id}"
    return {
        "id": one.id,
        "node_id": node_id("PRR", one.id),
        "user": simple_user(world, one.user),
        "body": one.body,
        "state": one.state,
        "html_url": html,
        "pull_request_url": urls["url"],
        "author_association": role_on(one.pull.repository, one.user),
        "_links": {"html": {"href": html}, "pull_request": {"href": urls["url"]}},
        "submitted_at": moment(one.submitted_at),
        "commit_id": one.commit_id,
    }


def review_in_webhook(world: World, one: Review) -> Json:
    """Return a review as events carry it: the state is written in lower case there."""
    return review(world, one) | {"state": one.state.lower(), "updated_at": moment(one.submitted_at)}


def reactions(url: str) -> Json:
    kinds = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
    return {"url": f"{url}/reactions", "total_count": 0} | dict.fromkeys(kinds, 0)


def comment(world: World, one: Comment) -> Json:
    """Return a comment in the conversation."""
    url = f"{api_url(world, one.pull.repository)}/issues/comments/{one.id}"
    urls = addresses(world, one.pull)
    return {
        "url": url,
        "html_url": f"{urls['html_url']}#issuecomment-{one.id}",
        "issue_url": urls["issue_url"],
        "id": one.id,
        "node_id": node_id("IC", one.id),
        "user": simple_user(world, one.user),
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "body": one.body,
        "author_association": role_on(one.pull.repository, one.user),
        "reactions": reactions(url),
        "performed_via_github_app": app(world, one.via) if one.via else None,
    }


def review_comment(world: World, one: ReviewComment) -> Json:
    """Return a comment on a line."""
    url = f"{api_url(world, one.pull.repository)}/pulls/comments/{one.id}"
    urls = addresses(world, one.pull)
    html = f"{urls['html_url']}#discussion_r{one.id}"
    answer: Json = {
        "url": url,
        "pull_request_review_id": one.review_id,
        "id": one.id,
        "node_id": node_id("PRRC", one.id),
        "diff_hunk": one.diff_hunk,
        "path": one.path,
        "commit_id": one.commit_id,
        "original_commit_id": one.commit_id,
        "user": simple_user(world, one.user),
        "body": one.body,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "html_url": html,
        "pull_request_url": urls["url"],
        "author_association": role_on(one.pull.repository, one.user),
        "_links": {"self": {"href": url}, "html": {"href": html}, "pull_request": {"href": urls["url"]}},
        "reactions": reactions(url),
        "start_line": one.start_line,
        "original_start_line": one.start_line,
        "start_side": one.side if one.start_line else None,
        "line": one.line,
        "original_line": one.line,
        "side": one.side,
        "position": 1,
        "original_position": 1,
        "subject_type": "line" if one.line else "file",
    }
    return answer | ({"in_reply_to_id": one.in_reply_to_id} if one.in_reply_to_id else {})


def issue(world: World, pull: PullRequest) -> Json:
    """Return a pull request as the issue that it also is, for ``issue_comment`` events."""
    urls = addresses(world, pull)
    html = urls["html_url"]
    return {
        "url": urls["issue_url"],
        "repository_url": api_url(world, pull.repository),
        "labels_url": f"{urls['issue_url']}/labels{{/name}}",
        "comments_url": urls["comments_url"],
        "events_url": f"{urls['issue_url']}/events",
        "html_url": html,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "number": pull.number,
        "title": pull.title,
        "user": simple_user(world, pull.author),
        "labels": [],
        "state": pull.state,
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": len(pull.comments),
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "closed_at": moment_or_none(pull.closed_at),
        "author_association": role_on(pull.repository, pull.author),
        "active_lock_reason": None,
        "draft": pull.draft,
        "pull_request": {
            "url": urls["url"],
            "html_url": html,
            "diff_url": urls["diff_url"],
            "patch_url": urls["patch_url"],
            "merged_at": moment_or_none(pull.merged_at),
        },
        "body": pull.body,
        "reactions": reactions(urls["issue_url"]),
        "timeline_url": f"{urls['issue_url']}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
    }
