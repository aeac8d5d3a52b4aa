"""GitHub's limits, each as it is documented: who may ask when, and that nobody is asked before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from bot.github.errors import Forbidden, RateLimited
from tests.bot.github.conftest import Bot
from tests.bot.github.stub import Clock, Reply, Stub, rate_headers

pytestmark = pytest.mark.asyncio

PULL = "/repos/acme/forecast/pulls/1"
COMMENTS = "/repos/acme/forecast/issues/1/comments"
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
PRIMARY = {"message": "API rate limit exceeded for installation ID 7."}


async def until(bot: Bot, installation: int = 7) -> datetime:
    with pytest.raises(RateLimited) as caught:
        await bot.installation(installation).get(PULL)
    return caught.value.until


@pytest.mark.parametrize("status", [403, 429])
async def test_a_used_up_budget_waits_for_the_reset(client: Bot, stub: Stub, clock: Clock, status: int) -> None:
    reset = clock() + timedelta(minutes=20)
    stub.script("GET", PULL, Reply(status, PRIMARY, rate_headers(5_000, 0, reset)), Reply(json={}))
    with pytest.raises(RateLimited) as caught:
        await client.api.get(PULL)
    assert caught.value.until == reset + timedelta(seconds=1)
    assert (caught.value.status, caught.value.said) == (status, PRIMARY["message"])
    assert await until(client) == caught.value.until
    with pytest.raises(RateLimited):
        await client.api.post(COMMENTS, {"body": "x"})
    assert (stub.count("GET", PULL), stub.count("POST", COMMENTS)) == (1, 0), "nobody is asked meanwhile"
    clock.forward(minutes=21)
    assert await client.api.get(PULL) == {}


@pytest.mark.parametrize("status", [403, 429])
async def test_a_secondary_limit_waits_as_long_as_github_says(
    client: Bot, stub: Stub, clock: Clock, status: int
) -> None:
    headers = {"retry-after": "240", **rate_headers(5_000, 3_000, clock() + timedelta(minutes=50))}
    stub.script("POST", COMMENTS, Reply(status, SECONDARY, headers))
    with pytest.raises(RateLimited) as caught:
        await client.api.post(COMMENTS, {"body": "x"})
    assert caught.value.until == clock() + timedelta(seconds=240)
    assert await until(client) == caught.value.until
    assert stub.count("POST", COMMENTS) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, SECONDARY["message"]),
        (403, "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."),
        (429, "Too many requests"),
    ],
)
async def test_without_a_word_on_how_long_the_wait_is_a_minute_and_grows(
    client: Bot, stub: Stub, clock: Clock, status: int, message: str
) -> None:
    stub.script("GET", PULL, Reply(status, {"message": message}))
    for minutes in (1, 2, 4, 8, 15, 15):
        assert await until(client) == clock() + timedelta(minutes=minutes)
        clock.forward(minutes=minutes)
    clock.forward(hours=2)
    assert await until(client) == clock() + timedelta(minutes=1), "an hour without limits is forgiven"


async def test_success_in_between_does_not_shorten_the_next_wait(client: Bot, stub: Stub, clock: Clock) -> None:
    stub.script("GET", PULL, Reply(403, SECONDARY), Reply(json={}), Reply(403, SECONDARY))
    await until(client)
    clock.forward(minutes=1)
    await client.api.get(PULL)
    assert await until(client) == clock() + timedelta(minutes=2)


async def test_answers_that_were_under_way_together_are_one_limit(client: Bot, stub: Stub, clock: Clock) -> None:

    stub.script("GET", PULL, Reply(403, SECONDARY))
    outcomes = await asyncio.gather(*(client.api.get(PULL) for _ in range(60)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {RateLimited}
    assert 1 < stub.count("GET", PULL) <= 20, "those who waited for a turn do not ask any more"
    clock.forward(minutes=1)
    assert await until(client) == clock() + timedelta(minutes=2)


async def test_who_would_have_to_wait_for_a_turn_is_told_at_once(client: Bot, stub: Stub) -> None:
    asked = asyncio.Event()

    async def silence(request: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        return await stub.silence(request)

    stub.script("POST", COMMENTS, silence)
    stub.script("GET", PULL, Reply(403, SECONDARY))
    stuck = asyncio.create_task(client.api.post(COMMENTS, {"body": "x"}))
    await asked.wait()
    await until(client)
    with pytest.raises(RateLimited):
        await asyncio.wait_for(client.api.post(COMMENTS, {"body": "y"}), 1)
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck


async def test_other_installations_and_the_app_go_on(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(403, SECONDARY), Reply(json={"number": 1}))
    stub.script("GET", "/app", Reply(json={}))
    await until(client, 7)
    assert await client.installation(8).get(PULL) == {"number": 1}
    assert await client.app.get("/app") == {}
    await until(client, 7)


async def test_a_limit_of_the_app_stops_those_who_need_a_token(client: Bot, stub: Stub, clock: Clock) -> None:
    stub.script("GET", PULL, Reply(json={}))
    await client.installation(7).get(PULL)
    stub.token_replies = [Reply(429, SECONDARY, {"retry-after": "30"})]
    assert await until(client, 8) == clock() + timedelta(seconds=30)
    assert await until(client, 9) == clock() + timedelta(seconds=30)
    assert stub.count("POST", "/app/installations/9/access_tokens") == 0
    await client.installation(7).get(PULL)


@pytest.mark.parametrize("limit", [5_000, 15_000])
async def test_the_last_fiftieth_of_the_budget_is_for_writing(client: Bot, stub: Stub, limit: int) -> None:
    reset = stub.rate(7, limit // 50 + 2, limit)
    stub.script("GET", PULL, Reply(json={}))
    stub.script("POST", COMMENTS, Reply(201, {"id": 1}))
    await client.api.get(PULL)
    await client.api.get(PULL)
    assert await until(client) == reset + timedelta(seconds=1)
    assert await client.api.post(COMMENTS, {"body": "x"}) == {"id": 1}
    assert stub.count("GET", PULL) == 2


async def test_with_nothing_left_nothing_is_written_either(client: Bot, stub: Stub, clock: Clock) -> None:
    stub.rate(7, 1, limit=40)
    stub.script("GET", PULL, Reply(json={}))
    await client.api.get(PULL)
    with pytest.raises(RateLimited, match="none left"):
        await client.api.post(COMMENTS, {"body": "x"})
    clock.forward(minutes=31)
    stub.rate(7, 40, limit=40)
    await client.api.get(PULL)


async def test_a_server_without_limits_is_not_limited(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={}))
    await client.api.get(PULL)
    assert client.observed[-1].remaining is None


async def test_the_search_budget_is_not_the_budget(client: Bot, stub: Stub, clock: Clock) -> None:
    headers = rate_headers(30, 0, clock() + timedelta(minutes=1)) | {"x-ratelimit-resource": "search"}
    stub.script("GET", "/search/issues", Reply(json={"items": []}, headers=headers))
    stub.script("GET", PULL, Reply(json={}))
    await client.api.get("/search/issues")
    assert await client.api.get(PULL) == {}


async def test_a_missing_permission_is_no_limit(client: Bot, stub: Stub, clock: Clock) -> None:
    rate = rate_headers(5_000, 4_000, clock() + timedelta(minutes=50))
    stub.script("GET", PULL, Reply(403, {"message": "Resource not accessible by integration"}, rate), Reply(json={}))
    with pytest.raises(Forbidden, match="Resource not accessible by integration"):
        await client.api.get(PULL)
    assert await client.api.get(PULL) == {}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "0"}, 1),
        ({"retry-after": "999999"}, 24 * 60 * 60),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "9" * 30}, 60),
        ({"retry-after": "-5"}, 60),
        ({"x-ratelimit-limit": "x", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "y"}, 60),
        ({"x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" * 40}, 60),
        ({"x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000000"}, 60),
    ],
)
async def test_strange_headers_never_mean_to_ask_at_once(
    client: Bot, stub: Stub, clock: Clock, headers: Mapping[str, str], seconds: int
) -> None:
    stub.script("GET", PULL, Reply(403, SECONDARY, headers))
    assert await until(client) == clock() + timedelta(seconds=seconds)


async def test_a_limit_is_never_shortened_by_another(client: Bot, stub: Stub, clock: Clock) -> None:

    stub.script("GET", PULL, Reply(json={}), Reply(403, SECONDARY, {"retry-after": "900"}), Reply(403, SECONDARY))
    await client.api.get(PULL)
    await asyncio.gather(client.api.get(PULL), client.api.get(PULL), return_exceptions=True)
    assert await until(client) == clock() + timedelta(seconds=900)
