"""Lists page by page, where they end, and where they only seem to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.github.errors import Refused, Unreachable
from tests.bot.github.conftest import Bot
from tests.bot.github.stub import Reply, Stub
from tests.bot.github.well.places import HOSTILE, filled

pytestmark = pytest.mark.asyncio

REPO = "/repos/acme/forecast"
PULL = f"{REPO}/pulls/1"
FILES = f"{PULL}/files"


def link(path: str, rel: str = "next") -> dict[str, str]:
    return {"link": f'<{{url}}{path}>; rel="{rel}", <{{url}}{path}>; rel="last"'}


async def test_all_pages_are_read(client: Bot, stub: Stub) -> None:
    stub.script("GET", FILES, Reply(json=[1, 2], headers=link("/repositories/99/2?page=2")))
    stub.script("GET", "/repositories/99/2", Reply(json=[3], headers=link("/repositories/99/2?page=1", "prev")))
    pages = await client.api.pages(FILES, most=10, state="open")
    assert (pages.items, pages.complete) == ((1, 2, 3), True)
    assert stub.asked[-2].query == {"per_page": "100", "state": "open"}
    assert stub.asked[-1].query == {"page": "2"}


async def test_unchanged_pages_know_their_next_one(client: Bot, stub: Stub) -> None:
    """A 304 has no Link header."""
    stub.rate(7, 4_000)
    stub.script("GET", FILES, Reply(json=[1], headers={"etag": '"1"', **link("/second")}))
    stub.script("GET", "/second", Reply(json=[2], headers={"etag": '"2"'}))
    await client.api.pages(FILES, most=10)
    assert (await client.api.pages(FILES, most=10)).items == (1, 2)
    assert stub.rates[7][1] == 3_998


@pytest.mark.parametrize(("most", "items", "complete"), [(2, (1, 2), False), (1, (1,), False), (3, (1, 2, 3), True)])
async def test_most_ends_the_reading(
    client: Bot, stub: Stub, most: int, items: tuple[int, ...], complete: bool
) -> None:
    stub.script("GET", FILES, Reply(json=[1, 2], headers=link("/second")))
    stub.script("GET", "/second", Reply(json=[3]))
    pages = await client.api.pages(FILES, most=most)
    assert (pages.items, pages.complete) == (items, complete)
    assert stub.count("GET", "/second") == (most > 2)


async def test_more_than_asked_for_on_the_last_page_is_cut(client: Bot, stub: Stub) -> None:
    stub.script("GET", FILES, Reply(json=[1, 2, 3]))
    pages = await client.api.pages(FILES, most=2)
    assert (pages.items, pages.complete) == ((1, 2), False)


async def test_pages_that_never_end_do(client: Bot, stub: Stub) -> None:
    stub.script("GET", FILES, Reply(json=[], headers=link(FILES)))
    pages = await client.api.pages(FILES, most=5)
    assert (pages.items, pages.complete) == ((), False)
    assert stub.count("GET", FILES) == 5


async def test_a_wrapped_list_is_unwrapped_and_counted(client: Bot, stub: Stub) -> None:
    path = f"{REPO}/commits/abc/check-runs"
    stub.script(
        "GET",
        path,
        Reply(json={"total_count": 2, "check_runs": [{"id": 1}, {"id": 2}]}),
        Reply(json={"total_count": 1_200, "check_runs": [{"id": 1}]}),
    )
    pages = await client.api.pages(path, most=100, key="check_runs")
    assert (pages.items, pages.complete) == (({"id": 1}, {"id": 2}), True)
    assert not (await client.api.pages(path, most=100, key="check_runs")).complete


@pytest.mark.parametrize(
    ("path", "name", "count", "complete"),
    [
        (f"{PULL}/commits", None, 249, True),
        (f"{PULL}/commits", None, 250, False),
        (FILES, None, 2_999, True),
        (FILES, None, 3_000, False),
        (f"{REPO}/compare/a...b", "files", 299, True),
        (f"{REPO}/compare/a...b", "files", 300, False),
        (f"{REPO}/compare/a...b", "commits", 400, True),
        (f"{REPO}/branches", None, 3_000, True),
    ],
)
async def test_where_github_itself_stops_the_list_is_not_complete(
    client: Bot, stub: Stub, path: str, name: str | None, count: int, complete: bool
) -> None:
    items = list(range(count))
    stub.script("GET", path, Reply(json={name: items, "total_commits": 400} if name else items))
    assert (await client.api.pages(path, most=5_000, key=name)).complete is complete


@pytest.mark.parametrize("body", [{}, {"check_runs": None}, {"check_runs": {}}, "null"])
async def test_what_is_no_list_is_no_answer(client: Bot, stub: Stub, body: Any) -> None:
    stub.script("GET", FILES, Reply(raw=json.dumps(body).encode(), headers={"content-type": "application/json"}))
    with pytest.raises(Unreachable):
        await client.api.pages(FILES, most=5, key="check_runs")


@pytest.mark.parametrize("target", HOSTILE)
async def test_a_page_elsewhere_is_not_read(client: Bot, stub: Stub, elsewhere: Stub, target: str) -> None:
    there = filled(target, stub, elsewhere)
    stub.script("GET", FILES, Reply(json=[1], headers={"link": f'<{there}>; rel="next"'}))
    with pytest.raises(Refused, match="outside of GitHub's API"):
        await client.api.pages(FILES, most=10)
