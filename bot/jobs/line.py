"""The line of waiting jobs, in memory so that idling costs nothing: repositories take turns, keys do not overlap.

It mirrors the committed rows of :mod:`bot.jobs.ledger` and decides nothing about what is durable.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import replace

from bot.jobs.ledger import Row
from bot.jobs.run import Again, Outcome


class Line:
    """Which job is next. Times are seconds since 1970; ``now`` is handed in."""

    def __init__(self) -> None:
        self._waiting: dict[str, Row] = {}
        self._running: dict[str, Row] = {}
        self._turns: OrderedDict[int, deque[str]] = OrderedDict()
        """Keys that may run, by repository; the first repository is next."""
        self._later: list[tuple[float, str]] = []
        """A heap. An entry whose time is no longer that of its row is stale and skipped."""

    @property
    def running(self) -> int:
        return len(self._running)

    def learn(self, row: Row, now: float) -> None:
        """Take note of a row as it was committed, a new one or one that a hint was folded into."""
        holds = self._running.get(row.key)
        if holds is not None and (holds.id, holds.hints) == (row.id, row.hints):
            return  # the very job that runs
        known = self._waiting.get(row.key)
        if known is None:
            self._wait(row, now)
        elif row.run_at < known.run_at:
            self._wait(replace(row, attempts=known.attempts), now)
        else:
            self._waiting[row.key] = replace(row, attempts=known.attempts, run_at=known.run_at)

    def claim(self, now: float) -> Row | None:
        """Return the next job, which then runs until :meth:`release`; None if none may run now."""
        self._ripen(now)
        while self._turns:
            repository, keys = self._turns.popitem(last=False)
            key = keys.popleft()
            if keys:
                self._turns[repository] = keys  # its next turn comes after those of the others
            if key in self._waiting and key not in self._running:
                row = self._running[key] = self._waiting.pop(key)
                return row
        return None

    def release(self, row: Row, outcome: Outcome, now: float) -> None:
        """End a run. What waits of the same key by then is newer and stays, no later than the job would run again."""
        del self._running[row.key]
        newer = self._waiting.get(row.key)
        if isinstance(outcome, Again):
            at = min(outcome.at, newer.run_at) if newer else outcome.at
            self._wait(replace(newer or row, run_at=at, attempts=outcome.attempts), now)
        elif newer:
            self._wait(replace(newer, attempts=0), now)

    def next_due(self) -> float | None:
        """Return when the next job that waits for its time may run."""
        while self._later:
            at, key = self._later[0]
            row = self._waiting.get(key)
            if row is not None and row.run_at == at:
                return at
            heapq.heappop(self._later)
        return None

    def is_calm(self, now: float) -> bool:
        """Return True if nothing runs and nothing may run."""
        self._ripen(now)
        return not self._running and not self._turns

    def counts(self, now: float) -> Mapping[str, int]:
        due = sum(row.run_at <= now for row in self._waiting.values())
        return {"waiting": due, "later": len(self._waiting) - due, "running": self.running}

    def _wait(self, row: Row, now: float) -> None:
        self._waiting[row.key] = row
        if row.key in self._running:
            return  # lined up when that run ends
        if row.run_at > now:
            heapq.heappush(self._later, (row.run_at, row.key))
        else:
            self._turns.setdefault(row.repository, deque()).append(row.key)

    def _ripen(self, now: float) -> None:
        while (at := self.next_due()) is not None and at <= now:
            _, key = heapq.heappop(self._later)
            row = self._waiting[key]
            if key not in self._running:
                self._turns.setdefault(row.repository, deque()).append(key)
