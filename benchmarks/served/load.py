"""Sends signed deliveries to a server and asks the stub what came of them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import statistics
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.served.world import SECRET, PullRequest

GIVE_UP = 20.0
"""Seconds without any new check, after which what is missing counts as lost."""


@dataclass
class Sent:
    """The deliveries of one round: when each was sent, and how long the answer took; None where it was refused."""

    at: dict[int, int] = field(default_factory=dict)
    acknowledged: dict[int, float | None] = field(default_factory=dict)

    @property
    def accepted(self) -> list[int]:
        return [number for number, seconds in self.acknowledged.items() if seconds is not None]

    @property
    def answer_times(self) -> list[float]:
        return sorted(seconds for seconds in self.acknowledged.values() if seconds is not None)


@dataclass(frozen=True)
class Outcome:
    """What the stub has seen of a round's accepted deliveries."""

    right: int
    wrong: int
    lost: int
    unfinished: int
    event_to_check: Sequence[float]
    """Seconds from sending to the first completed check, where there is one."""


class Load:
    """One server under load, in front of one stub."""

    def __init__(self, session: aiohttp.ClientSession, webhook: str, stub: str) -> None:
        self._session, self._webhook, self._stub = session, webhook, stub

    async def reset(self, delay: float = 0.0) -> None:
        await self._session.post(f"{self._stub}/_reset", params={"delay": str(delay)})

    async def state(self) -> dict[str, Any]:
        async with self._session.get(f"{self._stub}/_state") as answer:
            return dict(await answer.json())

    async def send(self, number: int, sent: Sent, action: str = "opened") -> None:
        """Send one delivery; a refusal and a broken connection are noted alike."""
        body = PullRequest(number).webhook(action)
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "pull_request",
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        sent.at[number] = time.time_ns()
        started = time.perf_counter()
        try:
            async with self._session.post(self._webhook, data=body, headers=headers) as answer:
                await answer.read()
                taken = answer.status in (200, 202)
        except (aiohttp.ClientError, TimeoutError):
            taken = False
        sent.acknowledged[number] = time.perf_counter() - started if taken else None

    async def send_all(self, numbers: Iterable[int], sent: Sent, open_at_once: int) -> float:
        """Send deliveries, so many open at a time; return the seconds that it took."""
        waiting = iter(numbers)

        async def sender() -> None:
            for number in waiting:
                await self.send(number, sent)

        started = time.perf_counter()
        await asyncio.gather(*(sender() for _ in range(open_at_once)))
        return time.perf_counter() - started

    async def settled(self, sent: Sent) -> Outcome:
        """Wait until every accepted delivery has its completed check, or nothing moves any more."""
        best, moved = -1, time.monotonic()
        while True:
            outcome = compare(sent, (await self.state())["checks"])
            done = outcome.right + outcome.wrong
            if outcome.lost + outcome.unfinished == 0 or time.monotonic() - moved > GIVE_UP:
                return outcome
            if done > best:
                best, moved = done, time.monotonic()
            await asyncio.sleep(0.1)


def compare(sent: Sent, checks: dict[str, list[list[Any]]]) -> Outcome:
    """Hold what stands on GitHub against what is right."""
    right = wrong = lost = unfinished = 0
    times = []
    for number in sent.accepted:
        pull_request = PullRequest(number)
        writes = checks.get(pull_request.sha, [])
        completed = [write for write in writes if write[1] == "completed"]
        lost += not writes
        unfinished += bool(writes) and writes[-1][1] != "completed"
        if completed and writes[-1][1] == "completed":
            right += writes[-1][2] == pull_request.right
            wrong += writes[-1][2] != pull_request.right
            times.append((completed[0][0] - sent.at[number]) / 1e9)
    return Outcome(right, wrong, lost, unfinished, times)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


def middle(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")
