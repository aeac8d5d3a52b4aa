"""Every request that came in, so that tests can count them and hold them against GitHub's own description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.http.identity import Caller


@dataclass(slots=True)
class Call:
    """A request and its answer."""

    method: str
    path: str
    """Percent-decoded for reading, without the query."""
    query: str
    """As it was sent."""
    request_headers: Mapping[str, str]
    route: str = ""
    """GitHub's pattern, ``/repos/{owner}/{repo}``; empty for a route that the sandbox does not know."""
    caller: Caller = field(default_factory=Caller)
    request: Any = None
    """The body of the request (JSON)."""
    status: int = 0
    """0 where no answer was given."""
    answer: Any = None
    """The body of the answer (JSON), also where 304 spared sending it."""
    unread: list[str] = field(default_factory=list)
    """Parameters of the query that the sandbox does not know."""
    fault: bool = False
    """Met a fault that a test has asked for."""

    @property
    def not_modified(self) -> bool:
        """Answered 304: it cost nothing."""
        return self.status == 304

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status}"
