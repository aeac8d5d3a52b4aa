"""Faults on demand: the next requests that match are answered wrongly, late, in part or not at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sandbox.github.errors import Refused


class Holds(Enum):
    """Where a request is held."""

    BEFORE = "nothing is done yet"
    AFTER = "all is done, and not told yet"


@dataclass(slots=True)
class Fault:
    """What happens to requests, made by the methods of :class:`Faults`."""

    method: str
    path: re.Pattern[str]
    times: int
    status: int | None = None
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    half: bool = False
    delay: float = 0.0
    silence: float | None = None
    holds: Holds | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as soon as a request is held."""
    released: asyncio.Event = field(default_factory=asyncio.Event)
    hit: int = 0
    """How many requests it has struck."""

    async def pass_by(self, where: Holds) -> None:
        """Let a request wait here, if this is where it is held, until somebody sets ``released``."""
        if self.holds is where:
            self.reached.set()
            await self.released.wait()

    @property
    def refusal(self) -> Refused | None:
        if self.status is None:
            return None
        return Refused(self.status, self.message or _MESSAGES.get(self.status, "Server Error"), headers=self.headers)


_MESSAGES = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    409: "Git Repository is empty.",
    422: "Validation Failed",
    429: "API rate limit exceeded",
    503: "Service Unavailable",
}

SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "For more on scraping GitHub and how it may affect your rights, please review our Terms of Service"
)


class Faults:
    """The faults that are waiting. The first that matches strikes."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def answer(self, method: str, path: str, status: int, message: str = "", times: int = 1) -> Fault:
        """Let the next requests be answered with a status, and nothing be done.

        ``method`` may be ``*``; ``path`` is a regular expression that matches the whole path, without the query.
        """
        return self._add(Fault(method, re.compile(path), times, status=status, message=message))

    def secondary_limit(self, method: str, path: str, retry_after: int | None, status: int = 403) -> Fault:
        """Let the next request meet a secondary limit, with or without ``Retry-After`` (seconds)."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self._add(Fault(method, re.compile(path), 1, status, SECONDARY, headers))

    def break_off(self, method: str, path: str, times: int = 1) -> Fault:
        """Do what the next requests ask for, and cut the connection in the middle of the answer."""
        return self._add(Fault(method, re.compile(path), times, half=True))

    def silence(self, method: str, path: str, seconds: float, times: int = 1) -> Fault:
        """Say nothing for so long, then cut the connection; nothing is done."""
        return self._add(Fault(method, re.compile(path), times, silence=seconds))

    def delay(self, method: str, path: str, seconds: float, times: int = 1) -> Fault:
        """Do what is asked for, late."""
        return self._add(Fault(method, re.compile(path), times, delay=seconds))

    def hold(self, method: str, path: str, where: Holds = Holds.BEFORE) -> Fault:
        """Hold the next request, before or after what it asks for is done, until the fault is ``released``.

        One whose sender hangs up while it is held before is forgotten.
        """
        return self._add(Fault(method, re.compile(path), 1, holds=where))

    def _add(self, fault: Fault) -> Fault:
        self._waiting.append(fault)
        return fault

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that a request meets, and count it."""
        for fault in self._waiting:
            if fault.hit < fault.times and fault.method in ("*", method) and fault.path.fullmatch(path):
                fault.hit += 1
                return fault
        return None

    def clear(self) -> None:
        self._waiting.clear()
