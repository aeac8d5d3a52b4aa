"""Names that people give: branches with every character that Git allows, repositories that are renamed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.people.app import Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"

NAMES = [
    "feature/plain",
    "feature/#12",
    "feature/100%",
    "feature/%2F%25",
    "feature/a+b&c=d;e",
    "feature/größe/数据",
    'feature/<b>&amp;"quoted"\'',
    "feature/`$(x)`|!@,(){}",
    f"feature/{'x' * 100}/{'y' * 146}",  # 255 bytes
    "dev2/status",
    "-feature",
]


@pytest.mark.parametrize("slashes", ["encoded", "plain"])
@pytest.mark.parametrize("name", NAMES)
async def test_a_branch_is_found_under_its_name(
    github: Sandbox, repo: Repo, client: Client, receiver: Receiver, name: str, slashes: str
) -> None:
    written = quote(name, safe="" if slashes == "encoded" else "/")
    sha = await repo.commit(name, {"größe #1 100%.txt": "1\n"}, "x")
    await repo.open_pull_request(name, "dev")
    assert (await client.get(f"{R}/branches/{written}"))["commit"]["sha"] == sha
    assert (await client.get(f"{R}/git/ref/heads/{written}"))["object"]["sha"] == sha
    assert name in [
        one["ref"].removeprefix("refs/heads/") for one in await client.get(f"{R}/git/matching-refs/heads/{written}")
    ]
    assert (await client.get(f"{R}/compare/main...{written}"))["commits"][0]["sha"] == sha
    assert (await client.get(f"{R}/commits/{written}/check-runs"))["total_count"] == 0
    assert (await client.get(f"{R}/rules/branches/{written}")) == []
    assert (await client.get(f"{R}/commits?sha={quote(name, safe='')}"))[0]["sha"] == sha
    path = quote("größe #1 100%.txt")
    raw = {"Accept": "application/vnd.github.raw+json"}
    answer = await client.ask("GET", f"{R}/contents/{path}?ref={quote(name, safe='')}", headers=raw)
    assert answer.data == b"1\n"
    listed = await client.get(f"{R}/pulls?head=acme:{quote(name, safe='')}")
    assert [one["head"]["ref"] for one in listed] == [name]
    repo.require(name, "ci")
    assert (await client.get(f"{R}/branches/{written}/protection"))["required_status_checks"]["contexts"] == ["ci"]
    repo.model.protections.clear()
    await client.delete(f"{R}/git/refs/heads/{written}")
    assert name not in repo.branches()
    await github.delivered()
    assert receiver.last("delete")["ref"] == name


async def test_a_branch_that_ends_like_a_route_needs_its_slash_encoded(repo: Repo, client: Client) -> None:
    await repo.create_branch("feature/protection", at="dev")
    assert (await client.get(f"{R}/branches/feature%2Fprotection"))["name"] == "feature/protection"
    assert (await client.ask("GET", f"{R}/branches/feature/protection")).json["message"] == "Branch not found"


@pytest.mark.parametrize(
    "name", ["a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a.lock", "/a", "a/", "dev/x", ""]
)
async def test_what_git_does_not_take(repo: Repo, client: Client, name: str) -> None:
    answer = await client.ask("POST", f"{R}/git/refs", {"ref": f"refs/heads/{name}", "sha": repo.sha("main")})
    assert answer.status == 422
    with pytest.raises(Refused):
        await repo.commit(name, {"x": "1\n"}, "x")
    assert set(repo.branches()) == {"main", "dev"}


async def test_refs_by_the_api(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    main, dev = repo.sha("main"), repo.sha("dev")
    base = f"{R}/git/refs"
    made = await client.post(base, {"ref": "refs/tags/v1", "sha": dev})
    assert made["object"]["type"] == "commit"
    refused: list[tuple[str, str, Any]] = [
        ("POST", base, {"ref": "refs/tags/v1", "sha": dev}),
        ("POST", base, {"ref": "heads/x", "sha": dev}),
        ("POST", base, {"ref": "refs/heads/x", "sha": "f" * 40}),
        ("POST", base, {"ref": "refs/heads/x"}),
        ("PATCH", f"{base}/heads/nowhere", {"sha": dev}),
        ("PATCH", f"{base}/heads/dev", {"sha": main}),
        ("PATCH", f"{base}/heads/dev", {"sha": "f" * 40}),
        ("DELETE", f"{base}/heads/nowhere", None),
    ]
    for method, path, body in refused:
        assert (await client.ask(method, path, body)).status == 422, (method, path, body)
    assert (await client.ask("GET", f"{R}/git/ref/heads/nowhere")).status == 404
    await client.patch(f"{base}/heads/main", {"sha": dev})
    await client.patch(f"{base}/heads/main", {"sha": main, "force": True})
    assert repo.sha("main") == main
    assert [one["name"] for one in await client.get(f"{R}/tags")] == ["v1"]
    await github.delivered()
    assert receiver.last("push")["forced"] is True


async def test_a_repository_is_renamed(
    github: Sandbox, repo: Repo, client: Client, installation: Install, receiver: Receiver
) -> None:
    await repo.open_pull_request("dev", "main")
    await repo.rename("prophecy")
    await github.delivered()
    said = receiver.last("repository.renamed")
    assert said["changes"] == {"repository": {"name": {"from": "forecast"}}}
    assert said["repository"]["full_name"] == "acme/prophecy"
    answer = await client.ask("GET", f"{R}/branches/dev?x=1", follow=False)
    assert answer.status == 301
    assert answer.headers["Location"] == f"{github.base_url}/repositories/{repo.model.id}/branches/dev?x=1"
    assert (await client.ask("POST", f"{R}/merges", {"base": "main", "head": "dev"}, follow=False)).status == 307
    github.calls.clear()
    assert (await client.get(f"{R}/pulls/1"))["base"]["repo"]["full_name"] == "acme/prophecy"
    assert [str(call) for call in github.calls] == [
        f"GET {R}/pulls/1 → 301",
        "GET /repos/acme/prophecy/pulls/1 → 200",
    ]
    assert (await client.get(f"/repositories/{repo.model.id}"))["name"] == "prophecy"
    await client.get("/repos/ACME/Prophecy/branches")


async def test_an_old_name_can_be_taken(github: Sandbox, repo: Repo, client: Client, installation: Install) -> None:
    await repo.rename("prophecy")
    other = await github.create_repository(repo.model.owner, "forecast", {"x": "1\n"})
    assert (await client.get(R))["id"] == other.model.id
    with pytest.raises(Refused, match="already_exists"):
        await other.rename("Prophecy")
    with pytest.raises(Refused, match="already_exists"):
        await github.create_repository(repo.model.owner, "PROPHECY")


async def test_another_default_branch(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    await repo.set_default_branch("dev")
    await github.delivered()
    assert receiver.last("repository.edited")["changes"] == {"default_branch": {"from": "main"}}
    assert (await client.get(R))["default_branch"] == "dev"
    assert (await client.get(f"{R}/commits"))[0]["sha"] == repo.sha("dev")
    with pytest.raises(Refused):
        await repo.set_default_branch("nowhere")


async def test_a_branch_is_renamed(github: Sandbox, repo: Repo, client: Client, receiver: Receiver, bob: User) -> None:
    await repo.commit("feature/x", {"x": "1\n"}, "x")
    into = await repo.open_pull_request("feature/x", "dev")
    away = await repo.open_pull_request("dev", "main")
    repo.require("main", "ci")
    await repo.rename_branch("dev", "develop")
    assert (into.model.base_ref, into.state, away.state) == ("develop", "open", "closed")
    await repo.rename_branch("main", "trunk")
    await github.delivered()
    assert set(repo.branches()) == {"trunk", "develop", "feature/x"}
    assert repo.model.default_branch == "trunk"
    assert [one.pattern for one in repo.model.protections] == ["trunk"]
    assert receiver.last("repository.edited")["changes"] == {"default_branch": {"from": "main"}}
    assert receiver.last("delete")["ref"] == "main"
    with pytest.raises(Refused, match="already exists"):
        await repo.rename_branch("develop", "trunk")
    with pytest.raises(Refused):
        await repo.rename_branch("nowhere", "x")
    with pytest.raises(Refused):
        await repo.rename_branch("trunk", "main", by=bob)


async def test_a_repository_is_deleted(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    await repo.delete()
    await github.delivered()
    assert receiver.names[-1] == "repository.deleted"
    assert (await client.ask("GET", R)).status == 404
    assert (await client.ask("GET", f"/repositories/{repo.model.id}/branches")).status == 404
    github.calls.clear()  # /repositories/{id} is no route of a repository that is gone
