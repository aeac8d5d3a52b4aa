"""Lists that GitHub gives page by page, and where it stops giving without a word."""

from __future__ import annotations

import re
from typing import Any

from bot.github.answers import Page
from bot.github.errors import Unreachable

_MOST = (
    (re.compile(r"/pulls/\d+/commits$"), None, 250),
    (re.compile(r"/pulls/\d+/files$"), None, 3_000),
    (re.compile(r"/compare/[^/]+$"), "files", 300),
)
"""Path, name of the list in its object, and how many GitHub gives at most; the third holds for all pages together.

https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request
https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""

_COUNTS = {"commits": "total_commits"}
"""What a wrapped list is counted by in its object, where that is not ``total_count``."""


def listed(path: str, page: Page, key: str | None) -> list[Any]:
    """Return the items of one page. Raises Unreachable where there is no list: half an answer, or a proxy's."""
    items = page.data.get(key) if key is not None and isinstance(page.data, dict) else page.data
    if not isinstance(items, list):
        raise Unreachable("GET", path, 200, "the answer is not a list")
    return items


def github_cuts(path: str, key: str | None, count: int, last: Page) -> bool:
    """Say whether there is more than the ``count`` items that GitHub gave, though no page follows the last."""
    total = last.data.get(_COUNTS.get(key, "total_count")) if key is not None else None
    if isinstance(total, int) and total > count:
        return True
    return any(count >= most and name == key and where.search(path) for where, name, most in _MOST)
