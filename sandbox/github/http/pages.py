"""Lists in pages. https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

Item = TypeVar("Item")
MOST = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for, counted from 1."""

    number: int
    size: int

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Page:
        """Read ``page`` and ``per_page``; what makes no sense counts as the default, too much as the most."""
        number, size = _number(query, "page", 1), _number(query, "per_page", 30)
        return cls(number, min(size, MOST))

    @property
    def part(self) -> slice:
        return slice((self.number - 1) * self.size, self.number * self.size)

    def of(self, items: Sequence[Item]) -> list[Item]:
        return list(items[self.part])

    def link(self, request: web.Request, total: int) -> dict[str, str]:
        """Return the ``Link`` header; none where everything is on one page."""
        last = max(1, -(-total // self.size))
        pages: dict[str, int] = {}
        if self.number > 1:
            pages |= {"prev": min(self.number - 1, last), "first": 1}
        if self.number < last:
            pages |= {"next": self.number + 1, "last": last}
        links = [f'<{request.url.update_query(page=page)}>; rel="{name}"' for name, page in pages.items()]
        return {"Link": ", ".join(links)} if links else {}


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    given = query.get(name, "")
    return int(given) if given.isdecimal() and int(given) > 0 else default
