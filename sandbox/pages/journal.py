"""What has happened, in the words of a list of news; and the sign for pages that are open that they are out of date."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.github.model import Account, Repository
from sandbox.github.webhooks.event import Event
from sandbox.github.world import World

MOST = 500
LATEST = 12
"""Webhooks that are shown."""
PEEK = 0.3
"""Seconds between looks at webhooks that are on their way."""

_NOT_NEWS = frozenset(
    {
        ("check_run", "created"),
        ("check_suite", "completed"),
        ("check_suite", "requested"),
        ("check_suite", "rerequested"),
        ("issue_comment", "edited"),
        ("merge_group", "checks_requested"),
        ("merge_group", "destroyed"),
        ("status", ""),
        ("workflow_run", "completed"),
        ("workflow_run", "in_progress"),
        ("workflow_run", "requested"),
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``number`` is that of the pull request it happened to, 0 where there is none."""

    id: int
    when: datetime
    event: str
    action: str
    sender: Account
    repository: Repository
    number: int
    title: str
    body: dict[str, Any]


class Journal:
    """Listens to the world. Holds the newest entries."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries: deque[Entry] = deque(maxlen=MOST)
        self._changed = asyncio.Event()
        self.revision = 0
        self.closed = False
        world.listeners.append(self._listen)

    def _listen(self, event: Event) -> None:
        self.touch()
        if event.repository is not None and event.only is None:
            now, body = self._world.clock.now(), event.body()
            number = _number(body)
            pull = event.repository.pulls.get(number)
            entry = Entry(
                self._world.id(),
                now,
                event.name,
                event.action or "",
                event.sender,
                event.repository,
                number,
                pull.title if pull else "",
                body,
            )
            self._entries.append(entry)

    def touch(self) -> None:
        """Say that something has changed."""
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def on_the_way(self) -> int:
        """How many of the newest webhooks have not been answered. Their answers are no events."""
        return sum(1 for delivery in self._world.deliveries[-LATEST:] if not delivery.status)

    @property
    def version(self) -> str:
        """What a page is a page of: as long as this is the same, so is the page."""
        return f"{self.revision}-{self.on_the_way}"

    async def after(self, version: str, patience: float) -> str:
        """Wait until the world is newer than this, for so many seconds at most, and return its version."""
        if self.version == version and not self.closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), PEEK if self.on_the_way else patience)
        return self.version

    def close(self) -> None:
        """Let everybody go who waits."""
        self.closed = True
        self.touch()

    def news(self) -> Iterator[Entry]:
        """Return what happened, newest first, without what only programs care about."""
        return (entry for entry in reversed(self._entries) if (entry.event, entry.action) not in _NOT_NEWS)

    def of(self, repository: Repository, number: int) -> Iterator[Entry]:
        """Return what happened to one pull request, oldest first."""
        return (entry for entry in self._entries if entry.repository is repository and entry.number == number)


def _number(body: dict[str, Any]) -> int:
    """Return which pull request the payload of an event is about, 0 for none."""
    about = body.get("pull_request") or body.get("issue") or {}
    linked = body.get("check_run", {}).get("pull_requests") or [{}]
    return int(about.get("number") or linked[0].get("number") or 0)
