"""Unchanged answers: free, from memory, bounded, and never those of another installation."""

from __future__ import annotations

import pytest

from bot.github.cache import EtagCache
from bot.github.errors import NotFound
from bot.github.transport import Answer
from tests.bot.github.conftest import Bot
from tests.bot.github.stub import Reply, Stub

pytestmark = pytest.mark.asyncio

REPO = "/repos/acme/forecast"
PULL = f"{REPO}/pulls/1"


async def test_an_unchanged_answer_comes_from_memory_and_costs_nothing(client: Bot, stub: Stub) -> None:
    stub.rate(7, 4_000)
    stub.script("GET", PULL, Reply(json={"title": "x"}, headers={"etag": 'W/"1"'}))
    first = await client.api.get(PULL)
    first["title"] = "changed by its reader"
    assert await client.api.get(PULL) == {"title": "x"}
    assert stub.asked[-1].headers["if-none-match"] == 'W/"1"'
    assert stub.rates[7][1] == 3_999


async def test_a_changed_answer_takes_the_place_of_the_old_one(client: Bot, stub: Stub) -> None:
    old, new = (Reply(json={"n": n}, headers={"etag": f'"{n}"'}) for n in (1, 2))
    stub.script("GET", PULL, old, new)
    assert [await client.api.get(PULL) for _ in range(3)] == [{"n": 1}, {"n": 2}, {"n": 2}]
    assert stub.asked[-1].headers["if-none-match"] == '"2"'


async def test_an_installation_never_sees_what_another_one_read(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={"secret": 1}, headers={"etag": '"1"'}))
    await client.installation(7).get(PULL)
    stub.script("GET", PULL, Reply(404, {"message": "Not Found"}, {"etag": '"1"'}))
    with pytest.raises(NotFound):
        await client.installation(8).get(PULL)
    assert "if-none-match" not in stub.asked[-1].headers


async def test_another_query_is_another_answer(client: Bot, stub: Stub) -> None:
    stub.script("GET", PULL, Reply(json={}, headers={"etag": '"1"'}))
    await client.api.get(PULL, ref="a")
    await client.api.get(PULL, ref="b")
    assert "if-none-match" not in stub.asked[-1].headers


async def test_what_is_gone_is_forgotten(client: Bot, stub: Stub) -> None:
    there = Reply(json={}, headers={"etag": '"1"'})
    stub.script("GET", PULL, there, Reply(404), there)
    await client.api.get(PULL)
    with pytest.raises(NotFound):
        await client.api.get(PULL)
    await client.api.get(PULL)
    assert "if-none-match" not in stub.asked[-1].headers


def answer(size: int, etag: str = '"1"', status: int = 200) -> Answer:
    return Answer(status, {"etag": etag, "content-type": "x", "server": "y"}, b"x" * size)


async def test_memory_is_bounded_by_bytes_and_by_number() -> None:
    cache = EtagCache(most_bytes=100_000, most_entries=10)
    for number in range(50):
        cache.put((7, str(number)), answer(10))
    assert len(cache) == 10
    for number in range(50):
        cache.put((7, str(number)), answer(30_000))
    assert cache.bytes <= 100_000
    assert len(cache) == 3
    assert cache.get((7, "49")) is not None
    cache.put((7, "49"), answer(200_000))
    assert cache.get((7, "49")) is None, "an old answer must not outlive a newer one"
    assert len(cache) == 2, "one that is too large does not drive out the others"
    for number in range(50):
        cache.put((7, str(number)), answer(5, status=404))
    assert (len(cache), cache.bytes) == (0, 0)


async def test_the_longest_unused_goes_first() -> None:
    cache = EtagCache(most_entries=2)
    cache.put((7, "a"), answer(1))
    cache.put((7, "b"), answer(1))
    assert cache.get((7, "a")) is not None
    cache.put((7, "c"), answer(1))
    assert [cache.get((7, name)) is not None for name in "abc"] == [True, False, True]
