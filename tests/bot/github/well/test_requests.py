"""What is sent, to whom, under which name it is counted, and what comes back."""

from __future__ import annotations

import pytest

from bot.github.address import Address
from bot.github.errors import NotFound
from bot.github.routes import route
from tests.bot.github.conftest import Bot, make
from tests.bot.github.stub import Clock, Reply, Stub

pytestmark = pytest.mark.asyncio

REPO = "/repos/acme/forecast"
PULL = f"{REPO}/pulls/1"
FILES = f"{PULL}/files"
COMMENTS = f"{REPO}/issues/1/comments"


async def test_a_request_says_what_github_asks_for(client: Bot, stub: Stub) -> None:
    stub.script("POST", COMMENTS, Reply(201, {"id": 1}))
    assert await client.api.post(COMMENTS, {"body": "größer"}) == {"id": 1}
    asked = stub.asked[-1]
    assert asked.json == {"body": "größer"}
    assert asked.headers["authorization"] == f"token {stub.issued[0]}"
    expected = {
        "accept": "application/vnd.github+json",
        "user-agent": "headgate",
        "x-github-api-version": "2022-11-28",
        "content-type": "application/json",
    }
    assert {name: asked.headers[name] for name in expected} == expected


async def test_a_query_is_encoded_and_a_path_left_as_it_is(client: Bot, stub: Stub) -> None:
    path = f"{REPO}/contents/a%2Fb%20c"
    stub.script("GET", path, Reply(json={}))
    await client.api.get(path, ref="feature/x&admin=1#ü", page=2)
    assert stub.asked[-1].query == {"ref": "feature/x&admin=1#ü", "page": "2"}


@pytest.mark.parametrize("name", ["..", ".", "%2e%2E", ".%2e", "../..", "a/../../../other"])
async def test_a_path_cannot_climb(client: Bot, stub: Stub, name: str) -> None:
    with pytest.raises(NotFound, match="dot segments"):
        await client.api.get(f"{REPO}/contents/{name}")
    assert stub.asked == []


@pytest.mark.parametrize("path", ["repos/a/b", "https://evil.example/", "/repos/a/b?x=1", "/repos/a/b#x"])
async def test_a_path_that_is_none_is_our_mistake(client: Bot, stub: Stub, path: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded"):
        await client.api.get(path)


@pytest.mark.parametrize(
    "url",
    ["ftp://api.github.com", "api.github.com", "https://", "https://me:secret@ghe.example/api/v3", "https://x/?a=b"],
)
async def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="api"):
        Address(url)


async def test_answers_without_a_body_are_none(client: Bot, stub: Stub) -> None:
    stub.script("DELETE", f"{COMMENTS}/1", Reply(204))
    stub.script("POST", "/app/hook/deliveries/1/attempts", Reply(202, {}))
    stub.script("GET", f"{REPO}/collaborators/eve", Reply(204))
    await client.api.delete(f"{COMMENTS}/1")
    assert await client.api.get(f"{REPO}/collaborators/eve") is None
    assert await client.app.post("/app/hook/deliveries/1/attempts") == {}
    assert stub.asked[-1].body == b""


async def test_what_was_asked_is_observed_without_names(client: Bot, stub: Stub) -> None:
    stub.rate(7, 4_000)
    stub.script("GET", FILES, Reply(json=[], headers={"etag": '"1"'}))
    await client.api.pages(FILES, most=10)
    await client.api.pages(FILES, most=10)
    token, first, second = client.observed
    assert (token.installation, token.method, token.route) == (None, "POST", "/app/installations/*/access_tokens")
    assert (first.installation, first.route, first.status) == (7, "/repos/*/*/pulls/*/files", 200)
    assert (second.status, first.remaining, second.remaining) == (304, 3_999, 3_999)
    assert second.seconds > 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (FILES, "/repos/*/*/pulls/*/files"),
        ("/repos/pulls/git/git/ref/heads/feature/pulls/commits/pulls", "/repos/*/*/git/ref/*"),
        ("/repos/a/b/contents/pulls/commits.py", "/repos/*/*/contents/*"),
        ("/repos/a/b/compare/main...dev", "/repos/*/*/compare/*"),
        ("/repos/a/b/commits/pulls/pulls/pulls/pulls/pulls", "/repos/*/*/commits/pulls/pulls/pulls/pulls"),
        ("/app/installations/7/access_tokens", "/app/installations/*/access_tokens"),
        ("/", "/*"),
    ],
)
async def test_requests_are_counted_under_few_names(path: str, name: str) -> None:
    assert route(path) == name


async def test_a_server_of_its_own_kind_is_asked_under_its_path(stub: Stub, pem: str, clock: Clock) -> None:
    bot = make(stub, pem, clock)
    stub.script("GET", PULL, Reply(json={}))
    await bot.api.get(PULL)
    assert bot.observed[-1].route == "/repos/*/*/pulls/*"
    assert repr(bot.github) == f"AppGitHub({stub.url})" if stub.prefix else f"AppGitHub({stub.url}/)"
    await bot.github.close()
