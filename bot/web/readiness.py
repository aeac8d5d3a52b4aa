"""Whether deliveries should be sent to us, and if not, why not: for load balancers and orchestrators."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from enum import Enum

from bot.jobs.port import CannotStore, Queue

FRESH_SECONDS = 5.0
"""How long the database is believed to be as it was when something was last stored, or was not."""

PROBE_SECONDS = 2.0


class Phase(Enum):
    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


class Readiness:
    """The state of a server. The database is tried by writing to it, because a full disk can still be read."""

    def __init__(self, queue: Queue, clock: Callable[[], float] = time.monotonic) -> None:
        self.phase = Phase.STARTING
        self._queue, self._clock = queue, clock
        self._stores, self._tried_at = False, float("-inf")
        self._trying = asyncio.Lock()

    def stored(self, *, succeeded: bool) -> None:
        """Take note of what became of a delivery."""
        self._stores, self._tried_at = succeeded, self._clock()

    async def why_not(self) -> str | None:
        """Return why deliveries should go elsewhere; None if they are welcome."""
        if self.phase is not Phase.SERVING:
            return str(self.phase.value)
        async with self._trying:
            if self._clock() - self._tried_at >= FRESH_SECONDS:
                await self._try()
        return None if self._stores else "the database cannot store"

    async def _try(self) -> None:
        """Accept a delivery that asks for nothing."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._queue.accept(f"readyz-{uuid.uuid4()}", ())
        except (CannotStore, TimeoutError):
            self.stored(succeeded=False)
        else:
            self.stored(succeeded=True)
