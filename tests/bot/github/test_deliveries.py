"""Webhooks that were missed: which ones are sent again, and that each is asked for once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.github.deliveries import MOST_ATTEMPTS, MOST_REDELIVERED, PATH, Delivery, missed, redeliver_missed
from bot.github.errors import RateLimited, Unreachable
from tests.bot.github.conftest import Bot
from tests.bot.github.stub import Reply, Stub

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SINCE = NOON - timedelta(hours=1)


def attempt(id: int, guid: str, minutes: int, *, delivered: bool = False) -> Delivery:
    return Delivery(id, guid, NOON - timedelta(minutes=minutes), delivered)


def ids(*deliveries: Delivery) -> list[int]:
    return [delivery.id for delivery in missed(deliveries, SINCE)]


def test_what_arrived_is_not_missed() -> None:
    assert ids(attempt(1, "a", 5, delivered=True)) == []


def test_what_failed_is_missed_oldest_first() -> None:
    assert ids(attempt(2, "b", 5), attempt(1, "a", 9)) == [1, 2]


def test_one_success_is_enough_whenever_it_came() -> None:
    assert ids(attempt(3, "a", 1), attempt(2, "a", 5, delivered=True), attempt(1, "a", 9)) == []


def test_several_failures_of_one_webhook_are_one() -> None:
    assert ids(attempt(1, "a", 9), attempt(3, "a", 1), attempt(2, "a", 5)) == [3]


def test_what_is_older_is_left_alone() -> None:
    assert ids(attempt(1, "a", 61), attempt(2, "b", 60)) == [2]


def test_what_never_succeeds_is_given_up() -> None:
    tries = [attempt(number, "a", number) for number in range(1, MOST_ATTEMPTS)]
    assert ids(*tries) == [1]
    assert ids(*tries, attempt(9, "a", 9)) == []


def test_of_very_many_the_newest_are_sent() -> None:
    many = [Delivery(n, str(n), NOON - timedelta(seconds=n), delivered=False) for n in range(MOST_REDELIVERED + 100)]
    found = ids(*many)
    assert len(found) == MOST_REDELIVERED
    assert (found[0], found[-1]) == (MOST_REDELIVERED - 1, 0)


def item(number: int, guid: str, code: int, minutes: float = 5) -> dict[str, Any]:
    """A delivery as GitHub lists it.

    https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
    """
    return {
        "id": number,
        "guid": guid,
        "delivered_at": (NOON - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "redelivery": False,
        "duration": 0.27,
        "status": "OK" if code == 200 else "failed to connect to host",
        "status_code": code,
        "event": "pull_request",
        "action": "opened",
        "installation_id": 7,
        "repository_id": 99,
        "throttled_at": None,
    }


@pytest.mark.asyncio
async def test_the_log_is_read_and_what_failed_is_sent_again(client: Bot, stub: Stub) -> None:
    stub.script("GET", PATH, Reply(json=[item(3, "c", 502, 1), item(2, "b", 202, 2), item(1, "a", 0, 3)]))
    stub.script("POST", f"{PATH}/1/attempts", Reply(202, {}))
    stub.script("POST", f"{PATH}/3/attempts", Reply(202, {}))
    assert await redeliver_missed(client.app, SINCE) == 2
    assert [asked.path for asked in stub.asked if asked.method == "POST"] == [
        f"{PATH}/1/attempts",
        f"{PATH}/3/attempts",
    ]


@pytest.mark.asyncio
async def test_the_log_is_read_back_to_the_moment_and_no_further(client: Bot, stub: Stub) -> None:
    for page in range(8):
        items = [item(page * 100 + n, str(page * 100 + n), 200, minutes=page * 25) for n in range(100)]
        link = {"link": f'<{{url}}/app/page{page + 1}>; rel="next"'}
        stub.script("GET", PATH if page == 0 else f"/app/page{page}", Reply(json=items, headers=link))
    assert await redeliver_missed(client.app, SINCE) == 0
    assert stub.count("GET", "/app/page3") == 1
    assert stub.count("GET", "/app/page4") == 0


@pytest.mark.asyncio
async def test_an_empty_log_has_nothing_to_send(client: Bot, stub: Stub) -> None:
    stub.script("GET", PATH, Reply(json=[]))
    assert await redeliver_missed(client.app, SINCE) == 0


@pytest.mark.asyncio
async def test_empty_pages_that_never_end_have_nothing_to_send(client: Bot, stub: Stub) -> None:
    stub.script("GET", PATH, Reply(json=[], headers={"link": f'<{{url}}{PATH}>; rel="next"'}))
    assert await redeliver_missed(client.app, SINCE) == 0


@pytest.mark.asyncio
async def test_what_github_does_not_send_again_is_passed_over(client: Bot, stub: Stub) -> None:
    stub.script("GET", PATH, Reply(json=[item(n, str(n), 500, minutes=n) for n in (1, 2, 3)]))
    stub.script("POST", f"{PATH}/1/attempts", Reply(202, {}))
    stub.script("POST", f"{PATH}/2/attempts", Reply(404, {"message": "Not Found"}))
    stub.script("POST", f"{PATH}/3/attempts", Reply(422, {"message": "too old"}))
    assert await redeliver_missed(client.app, SINCE) == 1


@pytest.mark.asyncio
async def test_a_limit_ends_it(client: Bot, stub: Stub) -> None:
    stub.script("GET", PATH, Reply(json=[item(n, str(n), 500) for n in (1, 2)]))
    stub.script("POST", f"{PATH}/1/attempts", Reply(429, {}, {"retry-after": "60"}))
    with pytest.raises(RateLimited):
        await redeliver_missed(client.app, SINCE)


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [[{}], [None], [{**item(1, "a", 1), "delivered_at": "soon"}]])
async def test_a_log_that_cannot_be_read_is_no_answer(client: Bot, stub: Stub, answer: object) -> None:
    stub.script("GET", PATH, Reply(json=answer))
    with pytest.raises(Unreachable, match="no list of deliveries"):
        await redeliver_missed(client.app, SINCE)
