"""Budgets, conditional requests, faults on demand, and the journal that counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from sandbox.github.http.faults import Holds
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


def key(installation: Install) -> str:
    return f"installation {installation.id}"


async def test_each_request_costs_one(github: Sandbox, client: Client, installation: Install) -> None:
    first = (await client.ask("GET", R)).headers
    second = (await client.ask("GET", f"{R}/pulls/99")).headers
    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Resource"]) == ("5000", "core")
    assert [one["X-RateLimit-Remaining"] for one in (first, second)] == ["4999", "4998"]
    assert int(first["X-RateLimit-Reset"]) - github.clock.unix() in (3599, 3600)
    shown = await client.get("/rate_limit")
    assert shown["resources"]["core"]["used"] == github.limits.budget(key(installation)).used == 2


async def test_budgets_are_apart(github: Sandbox, repo: Repo, app: Developer, client: Client) -> None:
    await client.get(R)
    other = await app.install(github.user("bob"))
    assert github.limits.budget(key(other)).used == 0
    async with Client(github.base_url, None) as nobody:
        assert (await nobody.ask("GET", "/users/bob")).headers["X-RateLimit-Limit"] == "60"
    async with Client(github.base_url, app.jwt()) as itself:
        assert (await itself.ask("GET", "/app")).headers["X-RateLimit-Remaining"] == "4999"


async def test_an_exhausted_budget(github: Sandbox, client: Client, installation: Install) -> None:
    github.limits.exhaust(key(installation), seconds=60)
    answer = await client.ask("GET", R)
    assert answer.status == 403
    assert answer.json["message"] == f"API rate limit exceeded for installation ID {installation.id}."
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert int(answer.headers["X-RateLimit-Reset"]) - github.clock.unix() in (59, 60)
    assert (await client.ask("GET", "/rate_limit")).status == 200
    github.advance(timedelta(seconds=61))
    assert (await client.ask("GET", R)).headers["X-RateLimit-Remaining"] == "4999"


async def test_what_has_not_changed_costs_nothing(
    github: Sandbox, repo: Repo, client: Client, installation: Install
) -> None:
    answer = await client.ask("GET", f"{R}/branches")
    assert answer.headers["ETag"].startswith('W/"')
    known = {"If-None-Match": answer.headers["ETag"]}
    used = github.limits.budget(key(installation)).used
    again = await client.ask("GET", f"{R}/branches", headers=known)
    assert (again.status, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    assert github.limits.budget(key(installation)).used == used
    assert [call.not_modified for call in github.calls] == [False, True]
    assert github.calls[1].answer == github.calls[0].answer
    await repo.commit("dev", {"x": "1\n"}, "x")
    fresh = await client.ask("GET", f"{R}/branches", headers=known)
    assert fresh.status == 200
    assert github.limits.budget(key(installation)).used == used + 1


async def test_an_etag_belongs_to_a_token(github: Sandbox, repo: Repo, client: Client, installation: Install) -> None:
    known = {"If-None-Match": (await client.ask("GET", R)).headers["ETag"]}
    async with Client(github.base_url, installation.token()) as other:
        assert (await other.ask("GET", R, headers=known)).status == 200
    assert (await client.ask("GET", R, headers=known)).status == 304
    raw = {"Accept": "application/vnd.github.raw+json"}
    assert (await client.ask("GET", f"{R}/contents/README.md", headers=raw)).headers["ETag"]
    assert "ETag" not in (await client.ask("GET", f"{R}/pulls/99")).headers


async def test_the_version_of_the_api(repo: Repo, client: Client) -> None:
    await repo.open_pull_request("dev", "main")
    old = await client.get(f"{R}/pulls/1")
    new = await client.get(f"{R}/pulls/1", X_GitHub_Api_Version="2026-03-10")
    assert old.keys() - new.keys() == {"merge_commit_sha", "assignee"}
    assert "rate" in await client.get("/rate_limit", X_GitHub_Api_Version="2022-11-28")


# --- faults ---


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 429, 500, 502, 503])
async def test_a_status_on_demand(github: Sandbox, repo: Repo, client: Client, status: int) -> None:
    fault = github.faults.answer("POST", rf"{R}/check-runs", status, times=2)
    body = {"name": "x", "head_sha": repo.sha("dev")}
    for _ in range(2):
        assert "message" in await client.post(f"{R}/check-runs", body, status=status)
    assert (await client.get(f"{R}/commits/dev/check-runs"))["total_count"] == 0
    await client.post(f"{R}/check-runs", body)
    assert fault.hit == 2
    assert [call.fault for call in github.calls] == [True, True, False, False]


async def test_only_what_matches_is_struck(github: Sandbox, client: Client) -> None:
    github.faults.answer("GET", rf"{R}/branches/dev", 500)
    github.faults.answer("*", r"/rate_.*", 500)
    assert (await client.ask("GET", R)).status == 200
    assert (await client.ask("GET", f"{R}/branches/dev/")).status != 500
    assert (await client.ask("GET", f"{R}/branches/dev?page=1")).status == 500
    assert (await client.ask("GET", "/rate_limit")).status == 500
    github.faults.answer("GET", R, 500)
    github.faults.clear()
    assert (await client.ask("GET", R)).status == 200
    github.calls.clear()  # /branches/dev/ is no route


@pytest.mark.parametrize(("retry_after", "status"), [(60, 403), (None, 403), (30, 429), (None, 429)])
async def test_secondary_limits(github: Sandbox, client: Client, retry_after: int | None, status: int) -> None:
    github.faults.secondary_limit("GET", R, retry_after, status)
    answer = await client.ask("GET", R)
    assert answer.status == status
    assert "secondary rate limit" in answer.json["message"]
    assert answer.headers.get("Retry-After") == (str(retry_after) if retry_after else None)
    assert answer.headers["X-RateLimit-Remaining"] != "0"


async def test_half_an_answer(github: Sandbox, repo: Repo, client: Client) -> None:
    github.faults.break_off("POST", rf"{R}/check-runs")
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.post(f"{R}/check-runs", {"name": "x", "head_sha": repo.sha("dev")})
    assert (await client.get(f"{R}/commits/dev/check-runs"))["total_count"] == 1


async def test_silence(github: Sandbox, client: Client) -> None:
    github.faults.silence("POST", rf"{R}/merges", seconds=0.05)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.post(f"{R}/merges", {"base": "main", "head": "dev"})
    github.faults.silence("GET", R, seconds=30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.get(R), 0.05)
    assert [call.status for call in github.calls] == [0, 0]


async def test_a_delay(github: Sandbox, client: Client) -> None:
    loop = asyncio.get_running_loop()
    github.faults.delay("GET", R, seconds=0.1)
    began = loop.time()
    await client.get(R)
    assert loop.time() - began >= 0.1


async def test_held_before_and_after(github: Sandbox, repo: Repo, client: Client) -> None:
    body = {"name": "x", "head_sha": repo.sha("dev")}
    for where, done in ((Holds.BEFORE, 0), (Holds.AFTER, 2)):
        held = github.faults.hold("POST", rf"{R}/check-runs", where)
        asking = asyncio.create_task(client.post(f"{R}/check-runs", body))
        await held.reached.wait()
        assert not asking.done()
        assert (await client.get(f"{R}/commits/dev/check-runs?filter=all"))["total_count"] == done
        held.released.set()
        await asking
    assert (await client.get(f"{R}/commits/dev/check-runs?filter=all"))["total_count"] == 2


async def test_who_hangs_up_while_held_is_forgotten(github: Sandbox, repo: Repo, client: Client) -> None:
    held = github.faults.hold("POST", rf"{R}/check-runs")
    asking = asyncio.create_task(client.post(f"{R}/check-runs", {"name": "x", "head_sha": repo.sha("dev")}))
    await held.reached.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await client.get(R)  # by now the server has seen that the other connection is gone
    held.released.set()
    assert (await client.get(f"{R}/commits/dev/check-runs?filter=all"))["total_count"] == 0


async def test_the_journal(github: Sandbox, repo: Repo, client: Client, installation: Install) -> None:
    body = {"name": "x", "head_sha": repo.sha("dev")}
    await client.post(f"{R}/check-runs?a=b%20c", body)
    (call,) = github.calls
    assert str(call) == f"POST {R}/check-runs → 201"
    assert (call.route, call.query) == ("/repos/{owner}/{repo}/check-runs", "a=b%20c")
    assert (call.request, call.answer["name"]) == (body, "x")
    assert call.caller.installation is installation.model
    github.calls.clear()


async def test_what_is_no_json(github: Sandbox, client: Client) -> None:
    async with aiohttp.ClientSession(headers=client._session.headers) as session:
        for data, status in ((b"{", 400), (b"[]", 400), (b"\xff", 400), (b"", 422)):
            async with session.post(f"{github.base_url}{R}/check-runs", data=data) as answer:
                assert answer.status == status, data
