"""Every route is one of GitHub's and answers as GitHub's own description says; what there is not is named."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from sandbox.github.acts.accounts import owner_of
from sandbox.github.model import Manifest, Organisation, User
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.rest import ROUTES
from sandbox.github.server import Sandbox
from tests.sandbox import description
from tests.sandbox.client import Client

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


async def test_every_route_is_one_of_githubs() -> None:
    assert [route for route in ROUTES if not description.exists(route.method, route.pattern)] == []


async def test_every_route_answers_as_described(
    github: Sandbox, acme: Organisation, repo: Repo, bob: User, app: Developer, installation: Install, client: Client
) -> None:
    """One good request for each; the fixture holds all of them against GitHub's description."""
    team = github.team(acme, "ml", [bob])
    await repo.commit("feature/x", {"src/a.py": "1\n", "b.bin": b"\0\1"}, "feat: x", by=bob)
    pull = await repo.open_pull_request("feature/x", "main", by=bob)
    repo.require("main", "checker", app=app.app, approvals=1)
    repo.require("dev", "checker", app=app.app, approvals=1).ruleset = True
    repo.require("queued", "checker").ruleset = True
    await _read(client, repo, team.slug)
    for act in (_checks, _reviews, _comments, _pulls):
        await act(client, pull)
    await _git(client, repo)
    async with Client(github.base_url, github.token(bob)) as person:
        await person.get("/user")
    async with Client(github.base_url, github.token(github.user("alice"))) as owner:
        await owner.patch(R, {"default_branch": "dev"})
        await owner.post(f"{R}/branches/feature%2Fz/rename", {"new_name": "feature/w"})
    await _as_app(github, acme, app, installation)
    answered = {(call.method, call.route) for call in github.calls if 200 <= call.status < 300}
    assert {(route.method, route.pattern) for route in ROUTES} - answered == set()


async def _read(client: Client, repo: Repo, team: str) -> None:
    sha = repo.sha("feature/x")
    run = await repo.run_workflow("train.yml", "feature/x")
    for path in (
        *("", "/branches", "/branches/main", "/branches/main/protection", "/rules/branches/dev"),
        *("/branches/main/protection/required_status_checks", "/collaborators/bob/permission"),
        *("/commits", "/commits/main", f"/commits/{sha}/pulls", f"/commits/{sha}/branches-where-head"),
        *("/compare/main...feature/x", "/contents/src?ref=feature/x", "/contents/src/a.py?ref=feature/x", "/releases"),
        *("/pulls", "/pulls/1", "/pulls/1/commits", "/pulls/1/files", "/pulls/1/requested_reviewers", "/tags"),
        *("/git/ref/heads/main", "/git/matching-refs/heads/", f"/git/commits/{sha}"),
        *("/actions/runs", f"/actions/runs/{run.id}"),
    ):
        await client.get(R + path)
    people = (
        *("/users/bob", "/users/acme", "/orgs/acme", "/orgs/acme/teams", f"/orgs/acme/teams/{team}", "/rate_limit"),
        *(f"/orgs/acme/teams/{team}/members", f"/orgs/acme/teams/{team}/memberships/bob", "/installation/repositories"),
    )
    for path in people:
        await client.get(path)


async def _checks(client: Client, pull: Pull) -> None:
    sha = pull.head_sha
    annotation = {"path": "src/a.py", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "no"}
    output = {"title": "No", "summary": "Because.", "annotations": [annotation]}
    run = await client.post(f"{R}/check-runs", {"name": "checker", "head_sha": sha, "status": "in_progress"})
    done = {"conclusion": "success", "completed_at": "2026-01-02T03:04:05Z", "output": output}
    await client.patch(f"{R}/check-runs/{run['id']}", done)
    await client.post(f"{R}/statuses/{sha}", {"state": "success", "context": "ci"})
    suite = run["check_suite"]["id"]
    for path in (
        *(f"/check-runs/{run['id']}", f"/check-runs/{run['id']}/annotations", f"/check-suites/{suite}"),
        *(f"/check-suites/{suite}/check-runs", f"/commits/{sha}/check-runs", f"/commits/{sha}/check-suites"),
        *(f"/commits/{sha}/status", f"/commits/{sha}/statuses"),
    ):
        await client.get(R + path)
    await client.post(f"{R}/check-runs/{run['id']}/rerequest")
    await client.post(f"{R}/check-suites/{suite}/rerequest")
    await client.patch(f"{R}/check-runs/{run['id']}", done)


async def _reviews(client: Client, pull: Pull) -> None:
    remark = {"path": "src/a.py", "line": 1, "body": "Why?"}
    base = f"{R}/pulls/1"
    review = await client.post(f"{base}/reviews", {"event": "APPROVE", "comments": [remark]}, status=200)
    await client.get(f"{base}/reviews")
    await client.get(f"{base}/reviews/{review['id']}")
    await client.put(f"{base}/reviews/{review['id']}", {"body": "Well done."})
    await client.put(f"{base}/reviews/{review['id']}/dismissals", {"message": "Not any more."})
    first = await client.post(f"{base}/comments", remark | {"commit_id": pull.head_sha, "side": "RIGHT"})
    answer = {"body": "Because.", "in_reply_to": first["id"], "commit_id": pull.head_sha, "path": "src/a.py"}
    await client.post(f"{base}/comments", answer)
    assert len(await client.get(f"{base}/comments")) == 3


async def _comments(client: Client, _: Pull) -> None:
    made = await client.post(f"{R}/issues/1/comments", {"body": "Hello"})
    await client.patch(f"{R}/issues/comments/{made['id']}", {"body": "Good day"})
    assert (await client.get(f"{R}/issues/comments/{made['id']}"))["body"] == "Good day"
    assert len(await client.get(f"{R}/issues/1/comments")) == 1
    await client.delete(f"{R}/issues/comments/{made['id']}")


async def _pulls(client: Client, pull: Pull) -> None:
    await client.post(f"{R}/pulls/1/requested_reviewers", {"reviewers": ["alice"]})
    await client.patch(f"{R}/pulls/1", {"title": "feat: y", "body": "It is better."})
    opening = {"title": "feat: x again", "head": "acme:feature/x", "base": "dev", "draft": True}
    await client.post(f"{R}/pulls", opening)
    await pull.approve(owner_of(pull.model.repository.owner))
    await client.put(f"{R}/pulls/1/merge", {"merge_method": "squash"})
    assert (await client.ask("GET", f"{R}/pulls/1/merge")).status == 204


async def _git(client: Client, repo: Repo) -> None:
    sha = repo.sha("feature/x")
    await client.post(f"{R}/git/refs", {"ref": "refs/heads/feature/y", "sha": sha})
    await client.post(f"{R}/git/refs", {"ref": "refs/heads/feature/z", "sha": sha})
    await client.patch(f"{R}/git/refs/heads/feature/y", {"sha": repo.sha("dev"), "force": True})
    await client.post(f"{R}/merges", {"base": "feature/y", "head": "feature/x"})
    written = {"message": "docs: c", "content": b64encode(b"c\n").decode(), "branch": "feature/y"}
    await client.put(f"{R}/contents/docs/c.md", written, status=201)
    await client.delete(f"{R}/git/refs/heads/feature/y")
    await client.post(f"{R}/releases", {"tag_name": "v1.0.0", "target_commitish": "dev", "name": "1.0.0"})
    for path in ("/releases/latest", "/releases/tags/v1.0.0", "/tags"):
        await client.get(R + path)


async def _as_app(github: Sandbox, acme: Organisation, app: Developer, installation: Install) -> None:
    async with Client(github.base_url, app.jwt()) as itself:
        for path in ("/app", "/app/installations", f"/app/installations/{installation.id}", f"{R}/installation"):
            await itself.get(path)
        wanted = {"repositories": ["forecast"], "permissions": {"checks": "write"}}
        await itself.post(f"/app/installations/{installation.id}/access_tokens", wanted)
        await github.delivered()
        await itself.get("/app/hook/config")
        deliveries = await itself.get("/app/hook/deliveries")
        await itself.get(f"/app/hook/deliveries/{deliveries[0]['id']}")
        await itself.post(f"/app/hook/deliveries/{deliveries[0]['id']}/attempts", status=202)
    code = github.propose_app(Manifest("Another", {"checks": "write"}, ["push"]), acme)
    async with Client(github.base_url, None) as nobody:
        assert "PRIVATE KEY" in (await nobody.post(f"/app-manifests/{code}/conversions"))["pem"]


async def test_an_unknown_route_is_a_404_and_named(tmp_path: Path) -> None:
    async with Sandbox(tmp_path) as github, Client(github.base_url, None) as client:
        github.check()
        assert (await client.ask("GET", "/repos/acme/forecast/stargazers?page=2")).status == 404
        assert (await client.ask("DELETE", "/rate_limit")).status == 404
        assert github.unknown_routes == ["GET /repos/acme/forecast/stargazers", "DELETE /rate_limit"]
        with pytest.raises(AssertionError, match="GET /repos/acme/forecast/stargazers, DELETE /rate_limit"):
            github.check()
