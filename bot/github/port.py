"""What the rest of the bot may ask of GitHub: JSON in, JSON out, bound to one installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.github.repository import InstallationId


@dataclass(frozen=True, slots=True)
class Pages:
    """The items of a paginated answer; ``complete`` is False where ``most`` (or GitHub's own limit) cut it."""

    items: tuple[Any, ...]
    complete: bool


class Api(Protocol):
    """GitHub as one installation may see it. Every method raises the errors of :mod:`bot.github.errors`.

    ``path`` starts with ``/`` and is already percent-encoded; ``query`` values are encoded here.
    """

    async def get(self, path: str, **query: str | int) -> Any:
        """Read one answer. An unchanged one (304) is served from memory and costs nothing of the budget."""
        ...

    async def pages(self, path: str, *, most: int, key: str | None = None, **query: str | int) -> Pages:
        """Read a list page by page (100 a page); ``key`` names the list where it is wrapped in an object."""
        ...

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any: ...

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any: ...

    async def delete(self, path: str) -> None: ...


class GitHub(Protocol):
    """GitHub as the App: as itself (JWT), or as one of its installations (token)."""

    def app(self) -> Api:
        """The App itself, for ``/app`` and ``/app/…`` only."""
        ...

    def installation(self, installation: InstallationId) -> Api: ...

    async def close(self) -> None: ...
