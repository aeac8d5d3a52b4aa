"""What one installation may still ask. GitHub bans those who go on asking while they are limited.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gidgethub.sansio import RateLimit

RESERVED = 50
"""Of so many parts of the budget one is kept for writes: what was judged can still be said. 100 of 5,000 requests."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
"""Where GitHub does not say how long: a minute, then twice as long each time within an hour, up to this."""

_FORGIVEN = timedelta(hours=1)
_MOST_SECONDS = 24 * 60 * 60
_WORDS = re.compile(r"secondary rate|abuse detection|rate limit exceeded", re.IGNORECASE)
"""The second is what older GitHub Enterprise Servers say."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Do not ask before ``until``; ``status`` and ``said`` are those of the answer that told us."""

    until: datetime
    status: int
    said: str


class Budget:
    """The books of one installation, or of the App itself. It does not look at the clock: the time is handed in."""

    def __init__(self) -> None:
        self._rate: RateLimit | None = None
        self._limit: Limit | None = None
        self._waits = 0
        self._waited_at = datetime.min.replace(tzinfo=UTC)

    def remaining(self, now: datetime) -> int | None:
        """Return how many requests are left, if GitHub said so (a server without limits does not) and it still holds.

        An answer that overtook another makes it a little too high; the reserve is larger than that.
        """
        # "is None" here and below: a RateLimit without requests left is false, by the real clock
        return self._rate.remaining if self._rate is not None and now < self._rate.reset_datetime else None

    def closed(self, now: datetime, *, write: bool) -> Limit | None:
        """Return the limit that forbids to ask now, or None."""
        if self._limit and now < self._limit.until:
            return self._limit
        left = self.remaining(now)
        if self._rate is None or left is None or left > (0 if write else self._rate.limit // RESERVED):
            return None
        return Limit(
            _after(self._rate), 429, f"{left} requests are left, and kept for writing" if left else "none left"
        )

    def learn(self, status: int, headers: Mapping[str, str], said: Callable[[], str], now: datetime) -> Limit | None:
        """Take in an answer, with a way to its message. Return the limit that it tells of, obeyed from now on.

        A 401 speaks of the budget of those who say not who they are; search and its like have budgets of their own.
        """
        rate = _rate(headers)
        if rate is not None and status != 401 and headers.get("x-ratelimit-resource", "core") == "core":
            self._rate = rate
        if status not in {403, 429}:
            return None
        message = said()
        until = self._until(status, headers, message, now)
        if until is None:
            return None
        if self._limit:
            until = max(until, self._limit.until)
        self._limit = Limit(until, status, message)
        return self._limit

    def _until(self, status: int, headers: Mapping[str, str], said: str, now: datetime) -> datetime | None:
        seconds = _seconds(headers.get("retry-after", ""))
        if seconds is not None:
            return now + timedelta(seconds=seconds)
        rate = _rate(headers)
        if rate is not None and rate.remaining == 0:
            return _after(rate) if now < rate.reset_datetime else now + FIRST_WAIT
        return now + self._wait(now) if status == 429 or _WORDS.search(said) else None

    def _wait(self, now: datetime) -> timedelta:
        if self._limit is None or now >= self._limit.until:  # else it is one of those that were under way already
            self._waits = self._waits + 1 if now - self._waited_at < _FORGIVEN else 1
            self._waited_at = now
        return min(FIRST_WAIT * (1 << min(max(self._waits - 1, 0), 8)), LONGEST_WAIT)


def _after(rate: RateLimit) -> datetime:
    """Return when the new budget is there: the reset is told in whole seconds, and clocks differ a little."""
    return rate.reset_datetime + timedelta(seconds=1)


def _rate(headers: Mapping[str, str]) -> RateLimit | None:
    try:
        return RateLimit.from_http(headers)
    except (ValueError, OverflowError, OSError):  # no number, or no time
        return None


def _seconds(text: str) -> int | None:
    """Read ``Retry-After``; never 0, which would be to hammer, and never more than a day."""
    return min(max(int(text), 1), _MOST_SECONDS) if text.isascii() and text.isdigit() and len(text) < 10 else None
