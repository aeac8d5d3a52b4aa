"""How many requests are under way at once."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.github.caller import WRITES_AT_ONCE
from tests.bot.github.conftest import Bot
from tests.bot.github.stub import Reply, Stub

pytestmark = pytest.mark.asyncio

REPO = "/repos/acme/forecast"
PULL = f"{REPO}/pulls/1"
COMMENTS = f"{REPO}/issues/1/comments"


async def test_few_requests_are_under_way_at_once_and_fewer_writes(client: Bot, stub: Stub) -> None:
    under_way: dict[str, int] = {"GET": 0, "POST": 0}
    peak = dict(under_way)

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        under_way[request.method] += 1
        peak[request.method] = max(peak[request.method], under_way[request.method])
        for _ in range(20):
            await asyncio.sleep(0)
        under_way[request.method] -= 1
        return web.json_response({})

    stub.script("GET", PULL, slow)
    stub.script("POST", COMMENTS, slow)
    reads = (client.api.get(PULL) for _ in range(60))
    writes = (client.api.post(COMMENTS, {"body": "x"}) for _ in range(15))
    await asyncio.gather(*reads, *writes)
    assert 2 < peak["GET"] <= 20
    assert 2 < peak["POST"] <= WRITES_AT_ONCE < 15


async def test_one_installation_does_not_wait_for_another(client: Bot, stub: Stub) -> None:
    asked = asyncio.Event()

    async def silence(request: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        return await stub.silence(request)

    stub.script("POST", COMMENTS, silence)
    stub.script("POST", f"{COMMENTS}/2", Reply(201, {"id": 2}))
    stuck = asyncio.create_task(client.installation(7).post(COMMENTS))
    await asked.wait()
    assert await client.installation(8).post(f"{COMMENTS}/2") == {"id": 2}
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
