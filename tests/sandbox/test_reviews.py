"""Reviews, comments on lines, comments in the conversation."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.people.app import Install
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


@pytest_asyncio.fixture
async def pull(repo: Repo, installation: Install, bob: User) -> Pull:
    await repo.commit("feature/x", {"a.py": "1\n2\n", "model.py": "rmse = 2\n"}, "feat: x", by=bob)
    return await repo.open_pull_request("feature/x", "main", by=bob)


async def test_a_review(github: Sandbox, pull: Pull, alice: User, client: Client, receiver: Receiver) -> None:
    seen = pull.head_sha
    await pull.approve(alice, "Well done")
    await pull.push({"a.py": "3\n"}, "more")
    (shown,) = await client.get(f"{R}/pulls/1/reviews")
    assert (shown["state"], shown["commit_id"], shown["user"]["login"]) == ("APPROVED", seen, "alice")
    assert shown["author_association"] == "MEMBER"
    await github.delivered()
    said = receiver.last("pull_request_review.submitted")
    assert said["review"]["state"] == "approved"


async def test_a_review_is_edited_and_dismissed(
    github: Sandbox, pull: Pull, alice: User, client: Client, receiver: Receiver
) -> None:
    review = await pull.request_changes(alice, "No")
    await pull.edit_review(review, "No, because")
    await pull.dismiss(review)
    await github.delivered()
    assert receiver.last("pull_request_review.edited")["changes"] == {"body": {"from": "No"}}
    assert receiver.last("pull_request_review.dismissed")["review"]["state"] == "dismissed"
    assert (await client.get(f"{R}/pulls/1/reviews/{review.id}"))["state"] == "DISMISSED"
    with pytest.raises(Refused, match="Can not dismiss"):
        await pull.dismiss(review)


async def test_ones_own_is_not_approved(pull: Pull, bob: User, client: Client) -> None:
    with pytest.raises(Refused, match="Can not approve your own pull request"):
        await pull.approve(bob)
    with pytest.raises(Refused, match="Can not request changes on your own pull request"):
        await pull.request_changes(bob, "no")
    await pull.review(bob, "I wonder")
    made = await client.post(f"{R}/pulls/1/reviews", {"event": "COMMENT", "body": "Me too"}, status=200)
    assert (made["state"], made["user"]["login"], made["user"]["type"]) == ("COMMENTED", "checker[bot]", "Bot")


async def test_reviewers_are_asked(
    github: Sandbox, pull: Pull, alice: User, bob: User, client: Client, receiver: Receiver
) -> None:
    await pull.request_review(alice)
    await github.delivered()
    assert receiver.last("pull_request.review_requested")["requested_reviewer"]["login"] == "alice"
    assert [one["login"] for one in (await client.get(f"{R}/pulls/1/requested_reviewers"))["users"]] == ["alice"]
    await pull.approve(alice)
    assert (await client.get(f"{R}/pulls/1/requested_reviewers"))["users"] == []
    team = github.team(github.world.organisation("acme"), "ml", [alice])
    await client.post(f"{R}/pulls/1/requested_reviewers", {"team_reviewers": ["ml"]})
    assert pull.model.requested_teams == [team]
    await github.delivered()
    assert receiver.last("pull_request.review_requested")["requested_team"]["slug"] == "ml"
    await client.post(f"{R}/pulls/1/requested_reviewers", {"team_reviewers": ["nobody"]}, status=422)
    for name in ("bob", "nobody"):
        await client.post(f"{R}/pulls/1/requested_reviewers", {"reviewers": [name]}, status=422)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, "give an event"),
        ({"event": "REQUEST_CHANGES"}, "Unprocessable"),
        ({"event": "LIKE"}, "not a possible value"),
        ({"event": "COMMENT", "body": 7}, "not a string"),
        ({"event": "COMMENT", "comments": [{"path": "a.py", "line": 9, "body": "x"}]}, "Validation Failed"),
        ({"event": "COMMENT", "comments": [{"path": "zz.py", "line": 1, "body": "x"}]}, "Validation Failed"),
        ({"event": "COMMENT", "comments": [{"path": "a.py", "line": 1}]}, '"body" wasn\'t supplied'),
    ],
)
async def test_what_is_wrong_with_a_review_is_a_422(
    pull: Pull, client: Client, wrong: dict[str, Any], why: str
) -> None:
    answer = await client.post(f"{R}/pulls/1/reviews", wrong, status=422)
    assert why in answer["message"]
    assert pull.model.reviews == []
    assert pull.model.review_comments == []


async def test_comments_on_lines(github: Sandbox, pull: Pull, bob: User, client: Client, receiver: Receiver) -> None:
    base = f"{R}/pulls/1/comments"
    one = {"path": "a.py", "body": "Why 2?", "commit_id": pull.head_sha, "line": 2, "side": "RIGHT"}
    made = await client.post(base, one)
    assert made["diff_hunk"] == "@@ -0,0 +1,2 @@\n+1\n+2"
    assert (made["line"], made["side"], made["user"]["login"]) == (2, "RIGHT", "checker[bot]")
    answer = {"body": "Why not?", "in_reply_to": made["id"], "commit_id": pull.head_sha, "path": "a.py"}
    reply = await client.post(base, answer)
    assert (reply["in_reply_to_id"], reply["line"]) == (made["id"], 2)
    whole = await client.post(base, {k: one[k] for k in ("path", "body", "commit_id")} | {"subject_type": "file"})
    assert (whole["line"], whole["subject_type"]) == (None, "file")
    for wrong in ({"line": 3}, {"line": 1, "side": "LEFT"}, {"path": "README.md"}, {"body": "x" * 65_537}):
        await client.post(base, one | wrong, status=422)
    await client.post(base, {k: one[k] for k in ("path", "body", "commit_id")}, status=422)
    await client.post(base, {k: one[k] for k in ("path", "body", "line")}, status=422)
    assert len(await client.get(base)) == 3
    await github.delivered()
    assert receiver.last("pull_request_review_comment.created")["comment"]["id"] == whole["id"]


async def test_the_conversation(
    github: Sandbox, pull: Pull, bob: User, alice: User, client: Client, receiver: Receiver
) -> None:
    made = await client.post(f"{R}/issues/1/comments", {"body": "**Bad**"})
    assert made["performed_via_github_app"]["slug"] == "checker"
    assert made["user"]["login"] == "checker[bot]"
    await client.patch(f"{R}/issues/comments/{made['id']}", {"body": "**Good**"})
    theirs = await pull.comment("I see", by=bob)
    await pull.edit_comment(theirs, "I do not see")
    await github.delivered()
    said = receiver.last("issue_comment.edited")
    assert (said["changes"], said["comment"]["body"]) == ({"body": {"from": "I see"}}, "I do not see")
    assert said["issue"]["pull_request"]["url"] == f"{github.base_url}{R}/pulls/1"
    listed = await client.get(f"{R}/issues/1/comments")
    assert [one["body"] for one in listed] == ["**Good**", "I do not see"]
    assert listed[1]["performed_via_github_app"] is None
    await pull.delete_comment(theirs, by=alice)
    await github.delivered()
    assert receiver.last("issue_comment.deleted")["comment"]["id"] == theirs.id
    assert (await client.get(f"{R}/pulls/1"))["comments"] == 1


async def test_what_is_no_comment(github: Sandbox, pull: Pull, bob: User, alice: User, client: Client) -> None:
    base = f"{R}/issues/1/comments"
    await client.post(base, {"body": "x" * 65_536})
    answer = await client.post(base, {"body": "x" * 65_537}, status=422)
    assert answer["errors"][0]["message"] == "body is too long (maximum is 65536 characters)"
    for wrong in ({"body": ""}, {"body": None}, {}, {"body": ["x"]}):
        await client.post(base, wrong, status=422)
    await client.post(f"{R}/issues/9/comments", {"body": "x"}, status=404)
    reader = github.user("reader")
    pull.model.repository.collaborators[reader] = "read"
    with pytest.raises(Refused):
        await pull.edit_comment(await pull.comment("mine", by=alice), "yours", by=reader)


async def test_comments_since(pull: Pull, client: Client, bob: User) -> None:
    await pull.comment("one", by=bob)
    assert len(await client.get(f"{R}/issues/1/comments?since=2020-01-01T00:00:00Z")) == 1
    assert await client.get(f"{R}/issues/1/comments?since=2999-01-01T00:00:00Z") == []
    assert (await client.ask("GET", f"{R}/issues/1/comments?since=yesterday")).status == 422
