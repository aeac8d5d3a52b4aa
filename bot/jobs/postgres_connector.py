"""Procrastinate's connector to PostgreSQL, with each wake-up repeated a moment later.

A worker of Procrastinate 3.10 forgets what woke it while it fetches: ``Worker._fetch_and_process_jobs`` clears its
event after the answer, also when the notice came after the database had looked. That job waits for the next poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.connector import Notify

ECHO_SECONDS = 0.05
"""Longer than a fetch takes, so that one of the two notices falls between two fetches."""


class Connector(PsycopgConnector):
    """A pool whose statements are transactions of their own, and a listener that says everything important twice."""

    def __init__(self, conninfo: str, *, connections: int, patience: float) -> None:
        """``patience``: seconds until one who waits for a connection is told that there is none."""
        super().__init__(
            conninfo=conninfo,
            min_size=1,
            max_size=connections,
            timeout=patience,
            reconnect_timeout=patience,
            configure=_autocommit,
        )

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        echo: asyncio.Task[None] | None = None

        async def again(channel: str, payload: str) -> None:
            await asyncio.sleep(ECHO_SECONDS)
            await on_notification(channel=channel, payload=payload)

        async def twice(*, channel: str, payload: str) -> None:
            nonlocal echo
            await on_notification(channel=channel, payload=payload)
            if echo is not None:
                echo.cancel()  # one echo stands for all of a burst
            echo = asyncio.create_task(again(channel, payload))

        try:
            await super().listen_notify(twice, channels)
        finally:
            if echo is not None:
                echo.cancel()


async def _autocommit(connection: psycopg.AsyncConnection) -> None:
    """Save the round trips of BEGIN and COMMIT: each of Procrastinate's calls is one statement."""
    await connection.set_autocommit(True)
