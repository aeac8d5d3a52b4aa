"""Where GitHub's API is. Whatever a link or a redirect says, we ask nobody else: our token would go along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from yarl import URL

_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
"""A path segment that would climb out of its place, for example from a file called ``..`` in a hostile tree."""


class Address:
    """The root of an API: ``https://api.github.com``, or ``https://HOST/api/v3`` for GitHub Enterprise Server."""

    def __init__(self, api_url: str) -> None:
        url = URL(api_url)
        if url.scheme not in {"http", "https"} or not url.host or url.user or url.query_string or url.fragment:
            raise ValueError("the API's address must be like https://api.github.com or https://HOST/api/v3")
        self.root = url.with_path(url.path.rstrip("/"))
        self._base = str(self.root).rstrip("/")

    def url(self, path: str, query: Mapping[str, str | int]) -> str | None:
        """Return the whole URL of a percent-encoded path; None for a path with dot segments, which nothing has."""
        if not path.startswith("/") or "?" in path or "#" in path:
            raise ValueError("a path starts with a slash and is percent-encoded")
        if _DOTS.search(path):
            return None
        return f"{self._base}{path}?{urlencode(query, quote_via=quote)}" if query else f"{self._base}{path}"

    def path(self, url: str) -> str:
        """Return what is told of a URL under the root, in messages and metrics: its path without root and query."""
        return url.removeprefix(self._base).partition("?")[0]

    def follow(self, link: str, current: str) -> str | None:
        """Return where a link or redirect of the page ``current`` leads, or None if that is not under the root."""
        try:
            target = URL(current).join(URL(link))
            inside = target.origin() == self.root.origin() and target.user is None
        except ValueError:
            return None
        return str(target) if inside and target.path.startswith(f"{self.root.path.rstrip('/')}/") else None
