"""Answers kept with their ETag: an unchanged one is then asked for at no cost, and served from here.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
"""

from __future__ import annotations

from collections import OrderedDict

from bot.github.transport import Answer

MOST_BYTES = 16 * 1024 * 1024
MOST_ENTRIES = 4_000
_OVERHEAD = 2_048
"""What an entry takes besides its body: URL, headers, dictionary."""

_HEADERS = ("content-type", "link")
"""What reading an answer needs. A 304 has no Link, so it is kept too."""

Key = tuple[int | None, str]
"""The installation (None is the App itself) and the URL. Our Accept header is always the same one."""


class EtagCache:
    """Whole answers, as bytes: that bounds memory exactly, and gives every reader JSON of its own.

    Bounded for all installations together, the longest unused goes first. An installation only ever sees its own
    entries; and GitHub is asked each time, so one that may no longer read something is told so.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, most_entries: int = MOST_ENTRIES) -> None:
        self._most_bytes, self._most_entries = most_bytes, most_entries
        self._kept: OrderedDict[Key, tuple[str, Answer]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> tuple[str, Answer] | None:
        """Return the ETag and the answer that came with it."""
        found = self._kept.get(key)
        if found:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer in place of an older one; the older one goes also where the new one is not for keeping."""
        self._drop(key)
        etag, size = answer.headers.get("etag"), _size(answer)
        if answer.status != 200 or not etag or size > self._most_bytes:
            return
        headers = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
        self._kept[key] = etag, Answer(answer.status, headers, answer.body)
        self.bytes += size
        while self.bytes > self._most_bytes or len(self._kept) > self._most_entries:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        gone = self._kept.pop(key, None)
        if gone:
            self.bytes -= _size(gone[1])


def _size(answer: Answer) -> int:
    return len(answer.body) + _OVERHEAD
