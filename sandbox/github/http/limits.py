"""Rate limits: how many requests somebody may make in an hour.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.github.clock import Clock
from sandbox.github.errors import Refused
from sandbox.github.http.identity import Caller

HOUR = 3600
PER_HOUR = 5_000
PER_HOUR_FOR_NOBODY = 60


@dataclass(slots=True)
class Budget:
    """What somebody has used of an hour; ``reset`` is when it starts anew, in seconds since 1970."""

    limit: int
    reset: int
    used: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


class Limits:
    """The budgets, by :attr:`Caller.key`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._budgets: dict[str, Budget] = {}

    def budget(self, key: str) -> Budget:
        """Return somebody's budget of the present hour."""
        found = self._budgets.get(key)
        if found is None or found.reset <= self._clock.unix():
            limit = PER_HOUR_FOR_NOBODY if key == "nobody" else found.limit if found else PER_HOUR
            found = self._budgets[key] = Budget(limit, self._clock.unix() + HOUR)
        return found

    def exhaust(self, key: str, seconds: int = HOUR) -> None:
        """Use up what somebody has left; it is reset in so many seconds."""
        budget = self.budget(key)
        budget.used, budget.reset = budget.limit, self._clock.unix() + seconds

    def demand(self, caller: Caller) -> None:
        """Raise Refused (403) if nothing is left."""
        budget = self.budget(caller.key)
        if budget.remaining == 0:
            whose = f"installation ID {caller.installation.id}" if caller.installation else caller.key
            raise Refused(403, f"API rate limit exceeded for {whose}.")

    def spend(self, caller: Caller) -> None:
        self.budget(caller.key).used += 1

    def headers(self, caller: Caller) -> dict[str, str]:
        budget = self.budget(caller.key)
        return {
            "X-RateLimit-Limit": str(budget.limit),
            "X-RateLimit-Remaining": str(budget.remaining),
            "X-RateLimit-Reset": str(budget.reset),
            "X-RateLimit-Used": str(budget.used),
            "X-RateLimit-Resource": "core",
        }
