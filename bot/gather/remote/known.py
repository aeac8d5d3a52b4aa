"""Answers of GitHub that never change, shared by all jobs of a repository: asked for once, also by many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from bot.state.port import Store
from policies.facts import Sha


class Known:
    """The memory of one repository, which keeps what was used lately at hand (:mod:`bot.state.recent`).

    Whoever asks for something that is being asked for already waits for the same answer.
    """

    def __init__(self, store: Store, repository_id: int) -> None:
        self._store, self._repository_id = store, repository_id
        self._asked: dict[str, asyncio.Task[Any]] = {}

    async def once(self, key: str, fetch: Callable[[], Awaitable[Any]]) -> Any:
        """Return the answer (JSON) under ``key``, from ``fetch`` the first time. An error is raised and not kept.

        The question is a task of its own: if the job that asked first is given up, the others still get the answer.
        """
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._answer(key, fetch))
            task.add_done_callback(_heard)
        return await asyncio.shield(task)

    async def _answer(self, key: str, fetch: Callable[[], Awaitable[Any]]) -> Any:
        try:
            found = await self.found([key])
            if key not in found:
                found[key] = await fetch()
                await self.keep(found)
            return found[key]
        finally:
            del self._asked[key]

    async def found(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return those answers that are known already."""
        return await self._store.recall(self._repository_id, list(keys))

    async def keep(self, answers: Mapping[str, Any]) -> None:
        """Keep answers that were come by in another way."""
        if answers:
            await self._store.keep(self._repository_id, dict(answers))

    async def open_heads(self) -> frozenset[Sha]:
        """Return the head commits of the open pull requests that we know of. Asks nothing of GitHub."""
        return await self._store.heads(self._repository_id)


def _heard(task: asyncio.Task[Any]) -> None:
    """Take note of an error that nobody may be left to hear, or asyncio complains about it."""
    if not task.cancelled():
        task.exception()
