"""What every job works with: GitHub, MLflow, the memory, the queue; and the parts that belong to one repository."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.clock import utc_now
from bot.gather.protected import PolicyReader
from bot.gather.remote.known import Known
from bot.gather.remote.reader import Reader
from bot.github.port import Api, GitHub
from bot.github.repository import Repository
from bot.jobs.target import Target
from bot.report.apply import Writer
from bot.state.port import Store
from bot.tracking.pool import Pool
from bot.work.speaker import Speaker

MOST_STATES = 10_000
"""Things of which is remembered since when they are as they are."""


class Agenda(Protocol):
    """Where a job asks for further ones: the queue, for those who need no more of it."""

    async def enqueue(self, target: Target, reason: str) -> None: ...


@dataclass(frozen=True)
class World:
    """The parts, as :mod:`bot.app` has put them together. ``app_id`` is our own."""

    github: GitHub
    store: Store
    queue: Agenda
    app_id: int
    now: Callable[[], datetime] = utc_now
    pool: Pool = field(default_factory=Pool)
    _known: dict[int, Known] = field(default_factory=dict, repr=False)
    _since: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)

    def api(self, repository: Repository) -> Api:
        return self.github.installation(repository.installation)

    def known(self, repository: Repository) -> Known:
        """Answers that never change, shared by all jobs of a repository."""
        if repository.id not in self._known:
            self._known[repository.id] = Known(self.store, repository.id)
        return self._known[repository.id]

    def reader(self, repository: Repository, about: str, state: str) -> Reader:
        """Return how GitHub is asked about something in its present state, all of which GitHub may not know at once."""
        key, now = f"{repository.id}/{about}", self.now()
        before, since = self._since.pop(key, (state, now))
        since = since if before == state else now
        self._since[key] = (state, since)
        if len(self._since) > MOST_STATES:
            del self._since[next(iter(self._since))]
        waited = (now - since).total_seconds()
        return Reader(self.api(repository), repository, self.known(repository), now, waited, self.pool)

    def policies(self, repository: Repository) -> PolicyReader:
        return PolicyReader(self.api(repository), repository, self.known(repository))

    def writer(self, repository: Repository) -> Writer:
        return Writer(self.api(repository), repository, self.store, self.app_id, self.now)

    def speaker(self, repository: Repository, *, doubt: bool = False) -> Speaker:
        return Speaker(repository, self.store, self.writer(repository), doubt=doubt)
