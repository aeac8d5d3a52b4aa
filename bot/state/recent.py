"""Answers that were used a moment ago, in memory: most of what a job asks for was asked for by the one before it."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

MOST_CHARACTERS = 8_000_000
"""What is kept at most, keys included; a comparison of two branches takes some thousand."""

TRUSTED = timedelta(days=1)
"""Older entries are asked of the database again, which thereby learns that they are in use."""

_OVERHEAD = 200
"""About what Python takes for an entry besides its text."""


class RecentAnswers:
    """A least-recently-used cache of JSON texts. Text, not values: a caller may change what it was given."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        self._most, self._size = most, 0
        self._entries: OrderedDict[tuple[int, str], tuple[str, datetime]] = OrderedDict()

    def get(self, repository_id: int, key: str, now: datetime) -> str | None:
        entry = self._entries.get((repository_id, key))
        if entry is None or now - entry[1] > TRUSTED:
            return None
        self._entries.move_to_end((repository_id, key))
        return entry[0]

    def put(self, repository_id: int, key: str, text: str, now: datetime) -> None:
        self._drop((repository_id, key))
        self._entries[repository_id, key] = (text, now)
        self._size += _size(key, text)
        while self._size > self._most:
            self._drop(next(iter(self._entries)))

    def forget(self, repository_id: int) -> None:
        for entry in [entry for entry in self._entries if entry[0] == repository_id]:
            self._drop(entry)

    def _drop(self, entry: tuple[int, str]) -> None:
        if entry in self._entries:
            text, _ = self._entries.pop(entry)
            self._size -= _size(entry[1], text)


def _size(key: str, text: str) -> int:
    return len(key) + len(text) + _OVERHEAD
