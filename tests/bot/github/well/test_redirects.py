"""Renamed repositories are followed; nothing else is."""

from __future__ import annotations

import pytest

from bot.github.errors import Refused
from tests.bot.github.conftest import Bot
from tests.bot.github.stub import Reply, Stub
from tests.bot.github.well.places import HOSTILE, filled

pytestmark = pytest.mark.asyncio

REPO = "/repos/acme/forecast"
PULL = f"{REPO}/pulls/1"
COMMENTS = f"{REPO}/issues/1/comments"
MOVED = "/repositories/99/pulls/1"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_read_follows_a_renamed_repository(client: Bot, stub: Stub, status: int) -> None:
    stub.script("GET", PULL, Reply(status, headers={"location": f"{{url}}{MOVED}"}))
    stub.script("GET", MOVED, Reply(json={"number": 1}, headers={"etag": '"1"'}))
    assert await client.api.get(PULL) == {"number": 1}
    assert await client.api.get(PULL) == {"number": 1}
    assert stub.asked[-1].headers["if-none-match"] == '"1"'
    assert stub.asked[-1].installation == 7


async def test_a_relative_redirect_is_followed(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(302, headers={"location": "2"}))
    stub.script("GET", f"{REPO}/pulls/2", Reply(json={"number": 2}))
    assert await client.api.get(PULL) == {"number": 2}


@pytest.mark.parametrize("status", [307, 308])
async def test_a_write_follows_with_its_method_and_body(client: Bot, stub: Stub, status: int) -> None:
    stub.script("POST", COMMENTS, Reply(status, headers={"location": "{url}/repositories/99/comments"}))
    stub.script("POST", "/repositories/99/comments", Reply(201, {"id": 1}))
    assert await client.api.post(COMMENTS, {"body": "x"}) == {"id": 1}
    assert stub.asked[-1].json == {"body": "x"}


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_write_is_not_turned_into_a_read(client: Bot, stub: Stub, status: int) -> None:
    stub.script("POST", COMMENTS, Reply(status, {"message": "Moved"}, {"location": "{url}/elsewhere"}))
    with pytest.raises(Refused, match="Moved"):
        await client.api.post(COMMENTS, {"body": "x"})


@pytest.mark.parametrize("target", [*HOSTILE, ""])
@pytest.mark.parametrize("method", ["get", "post"])
async def test_a_redirect_away_is_not_followed(
    client: Bot, stub: Stub, elsewhere: Stub, method: str, target: str
) -> None:
    stub.script(method.upper(), PULL, Reply(307, headers={"location": filled(target, stub, elsewhere)}))
    with pytest.raises(Refused, match="307"):
        await getattr(client.api, method)(PULL)
    assert stub.count(method.upper(), PULL) == 1


async def test_redirects_come_to_an_end(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(301, headers={"location": f"{{url}}{PULL}"}))
    with pytest.raises(Refused, match="301"):
        await client.api.get(PULL)
    assert stub.count("GET", PULL) == 4
