"""Which routes there are, and what a caller needs for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.github.rest.ask import Answer, Ask

Handler: TypeAlias = Callable[[Ask], Answer]

_LONG = ("basehead", "branch", "path", "ref")
"""Parameters that may hold slashes."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route of GitHub's. ``needs`` are permissions of which one is enough; none for what everybody may."""

    method: str
    pattern: str
    handler: Handler
    needs: Mapping[str, str]
    as_app: bool
    """For an App as itself, with its JWT."""
    public: bool
    """May be read without permission in a public repository."""

    @property
    def template(self) -> str:
        """The pattern as aiohttp wants it."""
        return re.sub(r"\{(\w+)\}", lambda found: self._parameter(found[1]), self.pattern)

    @staticmethod
    def _parameter(name: str) -> str:
        return f"{{{name}:.+}}" if name in _LONG else f"{{{name}}}"


class Routes:
    """A list of routes that a module fills. The first that matches is taken."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def get(self, pattern: str, **needs: str) -> Callable[[Handler], Handler]:
        return self._add("GET", pattern, needs, public=True)

    def secret(self, pattern: str, **needs: str) -> Callable[[Handler], Handler]:
        """Add a GET that needs its permission in a public repository too."""
        return self._add("GET", pattern, needs)

    def post(self, pattern: str, **needs: str) -> Callable[[Handler], Handler]:
        return self._add("POST", pattern, needs)

    def patch(self, pattern: str, **needs: str) -> Callable[[Handler], Handler]:
        return self._add("PATCH", pattern, needs)

    def put(self, pattern: str, **needs: str) -> Callable[[Handler], Handler]:
        return self._add("PUT", pattern, needs)

    def delete(self, pattern: str, **needs: str) -> Callable[[Handler], Handler]:
        return self._add("DELETE", pattern, needs)

    def app(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        """Add a route for Apps as themselves."""
        return self._add(method, pattern, {}, as_app=True)

    def _add(
        self, method: str, pattern: str, needs: Mapping[str, str], *, as_app: bool = False, public: bool = False
    ) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.routes.append(Route(method, pattern, handler, needs, as_app, public))
            return handler

        return add
