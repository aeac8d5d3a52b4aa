"""Who may ask what: JSON web tokens, installation tokens, people, nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest

from sandbox.github.keys import new_key
from sandbox.github.model import Manifest, User
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


async def status(github: Sandbox, token: str | None, path: str = "/app", method: str = "GET") -> tuple[int, str]:
    async with Client(github.base_url, token) as client:
        answer = await client.ask(method, path)
        return answer.status, answer.json["message"] if answer.status >= 400 else ""


def signed(app: Developer, key: str | None = None, algorithm: str = "RS256", **changes: Any) -> str:
    now = app._world.clock.unix()
    claims = {"iat": now - 60, "exp": now + 540, "iss": str(app.id)} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key or app.private_key, algorithm=algorithm)


async def test_an_app_is_who_has_its_key(github: Sandbox, app: Developer) -> None:
    assert (await status(github, signed(app)))[0] == 200
    assert (await status(github, signed(app, iss=app.app.client_id)))[0] == 200
    assert await status(github, signed(app, key=new_key().private)) == (401, "A JSON web token could not be decoded")
    assert await status(github, signed(app, iss="4711")) == (404, "Integration not found")
    forged = jwt.encode({"iat": 0, "exp": 2**40, "iss": str(app.id)}, "a secret of thirty-two bytes, at least", "HS256")
    assert (await status(github, forged))[0] == 401
    assert (await status(github, "no.jwt.really"))[0] == 401


async def test_a_jwt_has_its_time(github: Sandbox, app: Developer) -> None:
    now = github.clock.unix()
    too_far = (401, "'Expiration time' claim ('exp') is too far in the future")
    assert (await status(github, signed(app, exp=now + 600)))[0] == 200
    assert await status(github, signed(app, exp=now + 660)) == too_far
    for wrong in ({"exp": now - 1}, {"exp": None}, {"iat": now + 60}, {"iat": None}):
        assert (await status(github, signed(app, **wrong)))[0] == 401, wrong
    token = app.jwt()
    github.advance(timedelta(minutes=10))
    assert (await status(github, token))[0] == 401


async def test_an_installation_token_ends(github: Sandbox, installation: Install, app: Developer) -> None:
    async with Client(github.base_url, app.jwt()) as itself:
        made = await itself.post(f"/app/installations/{installation.id}/access_tokens")
    assert made["token"].startswith("ghs_")
    assert made["repository_selection"] == "all"
    assert (await status(github, made["token"], R))[0] == 200
    github.advance(timedelta(minutes=59))
    assert (await status(github, made["token"], R))[0] == 200
    github.advance(timedelta(minutes=1, seconds=1))
    assert await status(github, made["token"], R) == (401, "Bad credentials")
    assert await status(github, "ghs_unknown", R) == (401, "Bad credentials")


async def test_each_kind_of_token_has_its_routes(github: Sandbox, installation: Install, app: Developer) -> None:
    assert (await status(github, installation.token(), "/app"))[0] == 401
    assert (await status(github, None, "/app"))[0] == 401
    assert (await status(github, app.jwt(), R))[0] == 401
    assert await status(github, installation.token(), "/user") == (403, "Resource not accessible by integration")
    assert (await status(github, None, "/user"))[0] == 401
    assert (await status(github, github.token(github.user("bob")), "/installation/repositories"))[0] == 403


@pytest.mark.parametrize(
    ("granted", "method", "path", "accepted"),
    [
        ({"contents": "read"}, "GET", "/pulls", "pull_requests=read"),
        ({"contents": "read"}, "GET", "/commits/main/check-runs", "checks=read"),
        ({"checks": "read"}, "POST", "/check-runs", "checks=write"),
        ({"checks": "write"}, "GET", "/contents/README.md", "contents=read"),
        ({"contents": "read"}, "POST", "/git/refs", "contents=write"),
        ({"contents": "read"}, "PUT", "/contents/x", "contents=write"),
        ({"issues": "read"}, "POST", "/issues/1/comments", "issues=write; pull_requests=write"),
        ({"pull_requests": "read"}, "POST", "/pulls/1/reviews", "pull_requests=write"),
        ({"contents": "write"}, "GET", "/actions/runs", "actions=read"),
        ({"contents": "write"}, "GET", "/branches/main/protection", "administration=read"),
    ],
)
async def test_what_was_not_granted(
    github: Sandbox, repo: Repo, granted: dict[str, str], method: str, path: str, accepted: str
) -> None:
    small = await github.register_app("small", repo.model.owner, granted)
    token = (await small.install(repo.model.owner)).token()
    async with Client(github.base_url, token) as client:
        answer = await client.ask(method, R + path)
    assert (answer.status, answer.json["message"]) == (403, "Resource not accessible by integration")
    assert answer.headers["X-Accepted-GitHub-Permissions"] == accepted


async def test_members_are_no_matter_of_repositories(github: Sandbox, repo: Repo, bob: User) -> None:
    team = github.team(github.world.organisation("acme"), "ml", [bob])
    small = await github.register_app("small", repo.model.owner, {"contents": "read"})
    token = (await small.install(repo.model.owner)).token()
    assert (await status(github, token, f"/orgs/acme/teams/{team.slug}/members"))[0] == 403
    assert (await status(github, None, f"/orgs/acme/teams/{team.slug}/members"))[0] == 401


async def test_the_members_of_a_team(github: Sandbox, repo: Repo, bob: User, alice: User, client: Client) -> None:
    team = github.team(github.world.organisation("acme"), "ml", [bob, alice])
    team.members[alice] = "maintainer"
    base = "/orgs/acme/teams/ml"
    for query, found in (("", ["bob", "alice"]), ("?role=maintainer", ["alice"]), ("?role=member", ["bob"])):
        assert [one["login"] for one in await client.get(f"{base}/members{query}")] == found
    assert (await client.get(f"{base}/memberships/alice"))["role"] == "maintainer"
    assert (await client.get(base))["members_count"] == 2
    assert [one["slug"] for one in await client.get("/orgs/acme/teams")] == ["ml"]
    for path in (f"{base}/memberships/carol", "/orgs/acme/teams/nowhere", "/orgs/bob", "/users/nobody"):
        assert (await client.ask("GET", path)).status == 404


async def test_either_permission_is_enough_for_comments(github: Sandbox, repo: Repo) -> None:
    await repo.open_pull_request("dev", "main")
    for number, name in enumerate(("issues", "pull_requests")):
        small = await github.register_app(f"small-{number}", repo.model.owner, {name: "write"})
        async with Client(github.base_url, (await small.install(repo.model.owner)).token()) as client:
            await client.post(f"{R}/issues/1/comments", {"body": "x"})


async def test_an_installation_sees_its_repositories(github: Sandbox, repo: Repo, app: Developer, alice: User) -> None:
    other = await github.create_repository(repo.model.owner, "other", {"a": "1\n"})
    public = await github.create_repository(repo.model.owner, "public", {"a": "1\n"}, private=False)
    installation = await app.install(repo.model.owner, [repo])
    async with Client(github.base_url, installation.token()) as client:
        assert (await client.ask("GET", "/repos/acme/other")).status == 404
        assert (await client.ask("GET", "/repos/acme/public/contents/a")).status == 200
        listed = await client.get("/installation/repositories")
        assert [one["name"] for one in listed["repositories"]] == ["forecast"]
        await installation.add(other)
        assert (await client.ask("GET", "/repos/acme/other")).status == 200
        await installation.remove(other, public)
        assert (await client.ask("GET", "/repos/acme/other")).status == 404


async def test_a_token_for_less(github: Sandbox, repo: Repo, app: Developer, installation: Install) -> None:
    await github.create_repository(repo.model.owner, "other", {"a": "1\n"})
    base = f"/app/installations/{installation.id}/access_tokens"
    async with Client(github.base_url, app.jwt()) as itself:
        made = await itself.post(base, {"repositories": ["other"], "permissions": {"contents": "read"}})
        for wrong in ({"repositories": ["nowhere"]}, {"permissions": {"contents": "admin"}}, {"repository_ids": ["1"]}):
            await itself.post(base, wrong, status=422)
    assert made["permissions"] == {"contents": "read", "metadata": "read"}
    assert [one["name"] for one in made["repositories"]] == ["other"]
    async with Client(github.base_url, made["token"]) as client:
        assert (await client.ask("GET", R)).status == 404
        await client.get("/repos/acme/other/branches")
        assert (await client.ask("GET", "/repos/acme/other/pulls")).status == 403
        assert (await client.get("/installation/repositories"))["total_count"] == 1


async def test_suspension_and_removal(github: Sandbox, app: Developer, installation: Install) -> None:
    token = installation.token()
    await installation.suspend()
    assert await status(github, token, R) == (403, "This installation has been suspended")
    async with Client(github.base_url, app.jwt()) as itself:
        await itself.post(f"/app/installations/{installation.id}/access_tokens", status=403)
        assert (await itself.get(f"/app/installations/{installation.id}"))["suspended_by"]["login"] == "alice"
        await installation.unsuspend()
        assert (await status(github, token, R))[0] == 200
        await installation.uninstall()
        assert await status(github, token, R) == (401, "Bad credentials")
        assert await itself.get("/app/installations") == []
        assert (await itself.ask("GET", f"{R}/installation")).status == 404


async def test_people_see_what_they_may(github: Sandbox, repo: Repo, bob: User) -> None:
    stranger = github.user("stranger")
    assert (await status(github, github.token(stranger), R))[0] == 404
    assert (await status(github, github.token(bob), R))[0] == 200
    assert (await status(github, None, R))[0] == 404
    repo.add_collaborator(stranger, "read")
    async with Client(github.base_url, github.token(stranger)) as client:
        await client.get(f"{R}/branches")
        await client.post(f"{R}/merges", {"base": "main", "head": "dev"}, status=403)
        shown = await client.get(f"{R}/collaborators/stranger/permission")
        assert (shown["permission"], shown["role_name"]) == ("read", "read")
        assert (await client.get(f"{R}/collaborators/bob/permission"))["permission"] == "write"
        assert (await client.get(f"{R}/collaborators/alice/permission"))["permission"] == "admin"


async def test_teams_give_permissions(github: Sandbox, repo: Repo) -> None:
    carol = github.user("carol")
    acme = github.world.organisation("acme")
    acme.base_permission = "none"
    team = github.team(acme, "ml", [carol])
    assert (await status(github, github.token(carol), R))[0] == 404
    team.repositories[repo.model.id] = "maintain"
    async with Client(github.base_url, github.token(carol)) as client:
        shown = await client.get(f"{R}/collaborators/carol/permission")
        assert (shown["permission"], shown["role_name"]) == ("write", "maintain")
        assert shown["user"]["permissions"] == dict.fromkeys(("pull", "triage", "push", "maintain"), True) | {
            "admin": False
        }


async def test_a_manifest_becomes_an_app_once(github: Sandbox, repo: Repo) -> None:
    code = github.propose_app(
        Manifest("New App", {"checks": "write"}, ["push"], "http://127.0.0.1:9/hook"), repo.model.owner
    )
    async with Client(github.base_url, None) as client:
        made = await client.post(f"/app-manifests/{code}/conversions")
        await client.post(f"/app-manifests/{code}/conversions", status=404)
    assert (made["slug"], made["permissions"]) == ("new-app", {"metadata": "read", "checks": "write"})
    now = github.clock.unix()
    token = jwt.encode({"iat": now, "exp": now + 60, "iss": made["client_id"]}, made["pem"], algorithm="RS256")
    assert (await status(github, token))[0] == 200
    assert github.world.apps[made["id"]].webhook_secret == made["webhook_secret"]


async def test_odd_headers(github: Sandbox, installation: Install) -> None:
    async with Client(github.base_url, None) as client:
        for header in ("Basic abc", "Bearer", "token", "Bearer "):
            answer = await client.ask("GET", R, headers={"Authorization": header})
            assert (answer.status, answer.json["message"]) == (401, "Bad credentials")
        answer = await client.ask("GET", R, headers={"Authorization": f"token {installation.token()}"})
        assert answer.status == 200
