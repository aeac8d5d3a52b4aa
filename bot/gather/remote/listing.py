"""Long lists, read several pages at a time."""

from __future__ import annotations

from typing import Any

from bot.gather.remote.together import together
from bot.github.errors import Unreachable
from bot.github.port import Api, Pages

PAGE = 100


async def listed(api: Api, path: str, most: int) -> Pages:
    """Return up to ``most`` items (a multiple of a hundred). A list whose first page is not full costs one request.

    A longer one is asked for in rounds of 1, 1, 2, 4 … pages, because GitHub does not say how many there are
    (https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api).
    """
    items: list[Any] = []
    page, count = 1, 1
    while len(items) < most:
        numbers = range(page, min(page + count, most // PAGE + 1))
        for answer in await together(api.get(path, per_page=PAGE, page=number) for number in numbers):
            if not isinstance(answer, list):
                raise Unreachable("GET", path, 200, "the answer is not a list")
            items.extend(answer)
        if len(items) < numbers[-1] * PAGE:
            return Pages(tuple(items), complete=True)
        page, count = numbers[-1] + 1, 2 * count if page > 1 else 1
    return Pages(tuple(items), complete=not await api.get(path, per_page=PAGE, page=most // PAGE + 1))
