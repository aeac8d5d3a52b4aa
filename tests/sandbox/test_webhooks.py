"""Webhooks: signed, addressed, only to who listens, logged, sent once and again when asked."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from sandbox.github.model import User
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import SECRET, Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


async def test_how_it_is_addressed(github: Sandbox, app: Developer, receiver: Receiver) -> None:
    await app.listen(receiver.url, SECRET)
    await github.delivered()
    (one,) = github.deliveries
    headers = one.request_headers
    data = json.dumps(one.payload, ensure_ascii=False, separators=(",", ":")).encode()
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(SECRET.encode(), data, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature"] == "sha1=" + hmac.new(SECRET.encode(), data, hashlib.sha1).hexdigest()
    assert headers["X-GitHub-Event"] == "ping"
    assert headers["X-GitHub-Delivery"] == one.guid == receiver.received[0].guid
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(app.id)
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert headers["Content-Type"] == "application/json"
    assert (one.status_code, one.status, one.response_body) == (202, "OK", "taken")


async def test_what_every_payload_carries(
    github: Sandbox, repo: Repo, installation: Install, bob: User, receiver: Receiver
) -> None:
    await repo.commit("dev", {"x": "1\n"}, "x", by=bob)
    await github.delivered()
    said = receiver.last("push")
    assert said["installation"]["id"] == installation.id
    assert said["organization"]["login"] == "acme"
    assert said["sender"]["login"] == "bob"
    assert said["repository"]["full_name"] == "acme/forecast"


async def test_a_person_has_no_organisation(github: Sandbox, app: Developer, bob: User, receiver: Receiver) -> None:
    own = await github.create_repository(bob, "own", {"x": "1\n"})
    await app.install(bob)
    await own.commit("main", {"x": "2\n"}, "x")
    await github.delivered()
    assert "organization" not in receiver.last("push")
    assert receiver.last("installation.created")["installation"]["account"]["login"] == "bob"


async def test_only_who_listens_is_told(github: Sandbox, repo: Repo, receiver: Receiver) -> None:
    owner, webhook = repo.model.owner, (receiver.url, SECRET)
    contents = {"contents": "read"}
    other = await github.create_repository(owner, "other", {"a": "1\n"})
    pushes = await github.register_app("pushes", owner, contents, ["push"], webhook)
    deaf = await github.register_app("deaf", owner, contents, [], webhook)
    not_allowed = await github.register_app("not-allowed", owner, {"issues": "read"}, ["push"], webhook)
    elsewhere = await github.register_app("elsewhere", owner, contents, ["push"], webhook)
    nowhere = await github.register_app("nowhere", owner, contents, ["push"])
    asleep = await github.register_app("asleep", owner, contents, ["push"], webhook)
    checks = await github.register_app("checks", owner, {"checks": "write"}, [], webhook)
    for app in (pushes, deaf, not_allowed, nowhere, checks):
        await app.install(owner)
    await elsewhere.install(owner, [other])
    await (await asleep.install(owner)).suspend()
    before = len(github.deliveries)
    await repo.commit("dev", {"x": "1\n"}, "x")
    told = {(one.app.slug, one.event) for one in github.deliveries[before:]}
    assert told == {("pushes", "push"), ("checks", "check_suite")}


async def test_an_app_that_may_write_checks_hears_of_all_of_them(
    github: Sandbox, repo: Repo, receiver: Receiver, client: Client
) -> None:
    owner, webhook = repo.model.owner, (receiver.url, SECRET)
    writer = await github.register_app("writer", owner, {"checks": "write"}, [], webhook)
    reader = await github.register_app("reader", owner, {"checks": "read"}, ["check_run"], webhook)
    deaf = await github.register_app("deaf", owner, {"checks": "read"}, [], webhook)
    for app in (writer, reader, deaf):
        await app.install(owner)
    before = len(github.deliveries)
    await client.post(f"{R}/check-runs", {"name": "checker", "head_sha": repo.sha("dev"), "conclusion": "success"})
    told = [(one.app.slug, f"{one.event}.{one.action}") for one in github.deliveries[before:]]
    for slug in ("checker", "writer", "reader"):
        assert (slug, "check_run.created") in told
        assert (slug, "check_run.completed") in told
    assert ("deaf", "check_run.created") not in told
    assert ("writer", "check_suite.completed") in told
    assert ("reader", "check_suite.completed") not in told


async def test_the_log_pages_by_cursor(github: Sandbox, repo: Repo, app: Developer, installation: Install) -> None:
    for number in range(4):
        await repo.commit("dev", {"x": f"{number}\n"}, "x")
    await github.delivered()
    mine = [one.id for one in reversed(github.deliveries)]
    seen: list[int] = []
    async with Client(github.base_url, app.jwt()) as itself:
        page = "/app/hook/deliveries?per_page=2"
        while page:
            answer = await itself.ask("GET", page)
            seen += [one["id"] for one in answer.json]
            assert len(answer.json) <= 2
            page = answer.links.get("next", "")
    assert seen == mine
    assert len(mine) > 4


async def test_a_delivery_can_be_read_and_repeated(
    github: Sandbox, repo: Repo, app: Developer, installation: Install, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 503
    await repo.commit("dev", {"x": "1\n"}, "x")
    await github.delivered()
    count = len(receiver.received)
    receiver.answer = lambda _: 202
    async with Client(github.base_url, app.jwt()) as itself:
        listed = await itself.get("/app/hook/deliveries")
        failed = next(one for one in listed if one["event"] == "push")
        assert (failed["status_code"], failed["status"]) == (503, "Invalid HTTP Response: 503")
        assert (failed["repository_id"], failed["installation_id"]) == (repo.model.id, installation.id)
        full = await itself.get(f"/app/hook/deliveries/{failed['id']}")
        assert full["request"]["payload"]["ref"] == "refs/heads/dev"
        assert full["request"]["headers"]["X-GitHub-Event"] == "push"
        await itself.post(f"/app/hook/deliveries/{failed['id']}/attempts", status=202)
        await github.delivered()
        again = (await itself.get("/app/hook/deliveries"))[0]
        await itself.post("/app/hook/deliveries/4711/attempts", status=404)
        failures = await itself.get("/app/hook/deliveries?status=failure")
        successes = await itself.get("/app/hook/deliveries?status=success")
    assert [one["id"] for one in failures if one["event"] == "push"] == [failed["id"]]
    assert [one["id"] for one in successes if one["event"] == "push"] == [again["id"]]
    assert (again["guid"], again["redelivery"], again["status_code"]) == (failed["guid"], True, 202)
    assert again["id"] != failed["id"]
    assert len(receiver.received) == count + 1


async def test_nothing_is_repeated_by_itself(
    github: Sandbox, repo: Repo, installation: Install, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 500
    await github.delivered()
    receiver.received.clear()
    await repo.commit("dev", {"x": "1\n"}, "x")
    await github.delivered()
    assert sorted(receiver.names) == ["check_suite.requested", "push"]


async def test_a_receiver_that_is_not_there(github: Sandbox, app: Developer) -> None:
    await app.listen("http://127.0.0.1:9/webhook", SECRET)
    await github.delivered()
    assert [(one.status_code, one.status) for one in github.deliveries] == [(0, "failed to connect to host")]


async def test_another_app_does_not_see_them(github: Sandbox, repo: Repo, installation: Install) -> None:
    await repo.commit("dev", {"x": "1\n"}, "x")
    other = await github.register_app("other", repo.model.owner, {})
    async with Client(github.base_url, other.jwt()) as stranger:
        assert await stranger.get("/app/hook/deliveries") == []
        assert (await stranger.ask("GET", f"/app/hook/deliveries/{github.deliveries[0].id}")).status == 404


async def test_the_life_of_an_installation(
    github: Sandbox, repo: Repo, app: Developer, receiver: Receiver, alice: User
) -> None:
    installation = await app.install(repo.model.owner, [repo])
    other = await github.create_repository(repo.model.owner, "other", {})
    await installation.add(other)
    await installation.remove(repo)
    await installation.suspend()
    await installation.unsuspend()
    app.app.permissions["deployments"] = "read"
    await installation.accept_new_permissions()
    await installation.uninstall()
    await github.delivered()
    assert receiver.names == [
        "installation.created",
        "installation_repositories.added",
        "installation_repositories.removed",
        "installation.suspend",
        "installation.unsuspend",
        "installation.new_permissions_accepted",
        "installation.deleted",
    ]
    assert [one["name"] for one in receiver.last("installation.created")["repositories"]] == ["forecast"]
    assert [one["name"] for one in receiver.last("installation_repositories.added")["repositories_added"]] == ["other"]
    granted = receiver.last("installation.new_permissions_accepted")["installation"]["permissions"]
    assert granted["deployments"] == "read"


async def test_a_new_repository_comes_to_who_has_all(
    github: Sandbox, repo: Repo, installation: Install, receiver: Receiver
) -> None:
    await github.create_repository(repo.model.owner, "fresh")
    await github.delivered()
    said = receiver.last("installation_repositories.added")
    assert said["repository_selection"] == "all"
    assert [one["name"] for one in said["repositories_added"]] == ["fresh"]
    assert receiver.last("repository.created")["repository"]["name"] == "fresh"


async def test_releases(github: Sandbox, repo: Repo, installation: Install, receiver: Receiver, client: Client) -> None:
    await repo.release("v1.0.0", "main")
    await client.post(f"{R}/releases", {"tag_name": "v1.0.0"}, status=422)
    await client.post(f"{R}/releases", {"tag_name": "v2", "target_commitish": "nowhere"}, status=422)
    draft = await client.post(f"{R}/releases", {"tag_name": "v1.1.0", "draft": True})
    assert draft["published_at"] is None
    assert repo.sha("v1.0.0") == repo.sha("main")
    with pytest.raises(KeyError):
        repo.sha("v1.1.0")
    assert (await client.get(f"{R}/releases/latest"))["tag_name"] == "v1.0.0"
    await github.delivered()
    assert receiver.last("create")["ref"] == "v1.0.0"
    assert receiver.last("release.released")["release"]["tag_name"] == "v1.0.0"
