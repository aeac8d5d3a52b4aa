"""Procrastinate's connector to PostgreSQL, with a listener that loses no wake-up.

A worker of Procrastinate 3.10 forgets what woke it while it fetches: ``Worker._fetch_and_process_jobs`` clears its
event after the answer, also when the notice came after the database had looked. And it fetches for the first time
before it listens. Such a job would wait for the next poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.connector import LISTEN_TIMEOUT, Notify
from psycopg.sql import SQL, Identifier

ECHO_SECONDS = 0.05
"""Longer than a fetch takes, so that one of two notices falls outside of it."""

MISSED = '{"type": "job_inserted", "job_id": 0}'
"""Said when the listener begins, for what it has not heard; Procrastinate looks at the type only."""


class Connector(PsycopgConnector):
    """A pool whose statements are transactions of their own, and a listener that says everything twice."""

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
        self._conninfo = conninfo

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        bell = _Bell(on_notification)
        channels = list(channels)
        try:
            while True:
                async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    for channel in channels:
                        await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
                        await bell.ring(channel, MISSED)
                    await _listen(connection, bell)
        finally:
            bell.silence()


async def _listen(connection: psycopg.AsyncConnection, bell: _Bell) -> None:
    """Pass notices on; return when the connection is lost."""
    try:
        while True:
            async for notice in connection.notifies(timeout=LISTEN_TIMEOUT):
                await bell.ring(notice.channel, notice.payload)
            await connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return


class _Bell:
    """Rings at once, and once more when it has been quiet for a moment."""

    def __init__(self, on_notification: Notify) -> None:
        self._on_notification = on_notification
        self._echo: asyncio.Task[None] | None = None

    async def ring(self, channel: str, payload: str) -> None:
        self.silence()
        await self._on_notification(channel=channel, payload=payload)
        self._echo = asyncio.create_task(self._ring_later(channel, payload))

    def silence(self) -> None:
        if self._echo is not None:
            self._echo.cancel()

    async def _ring_later(self, channel: str, payload: str) -> None:
        await asyncio.sleep(ECHO_SECONDS)
        await self._on_notification(channel=channel, payload=payload)


async def _autocommit(connection: psycopg.AsyncConnection) -> None:
    """Save the round trips of BEGIN and COMMIT: each of Procrastinate's calls is one statement."""
    await connection.set_autocommit(True)
