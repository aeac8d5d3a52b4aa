"""Our own statements on Procrastinate's pool: each is a transaction, and a database that is gone is a CannotStore."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException

from bot.jobs.port import CannotStore
from bot.jobs.postgres_connector import Connector
from bot.jobs.postgres_schema import install

PATIENCE = 3.0
"""Seconds that a statement may take before the database counts as gone."""

CONNECTIONS = 10
"""Most connections of a process, beside the one that listens."""

RETRY_SECONDS = 1.0
"""Between two attempts to reach a database that is gone."""

log = structlog.get_logger()


class Database:
    """A PostgreSQL that holds our tables. ``connector`` is what Procrastinate uses."""

    def __init__(self, conninfo: str) -> None:
        self.connector = Connector(conninfo, connections=CONNECTIONS, patience=PATIENCE)
        self._conninfo = conninfo
        self._is_open = False

    async def open(self) -> None:
        """Connect, waiting up to 30 seconds for the server, and bring Procrastinate's schema up to date."""
        try:
            await self.connector.open_async()
            self._is_open = True
            async with self._connection() as connection:
                await install(connection)
        except (psycopg.Error, ConnectorException) as problem:
            await self.close()
            raise CannotStore(f"The database cannot be used: {problem}") from problem

    async def close(self) -> None:
        self._is_open = False
        await self.connector.close_async()

    async def execute(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows. Raises CannotStore, within a few seconds."""
        try:
            async with asyncio.timeout(PATIENCE), self._connection() as connection:
                cursor = await connection.execute(statement, values)
                return await cursor.fetchall() if cursor.description else []
        except (psycopg.Error, TimeoutError) as problem:
            raise CannotStore(f"The database did not take it: {str(problem) or 'no answer'}") from problem

    async def insist(self, statement: str, **values: Any) -> None:
        """Run a statement that must not be lost, however long the database is gone."""
        while True:
            try:
                await self.execute(statement, **values)
            except CannotStore as problem:
                log.warning("queue.cannot_store", problem=str(problem))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection]:
        """Lend a connection of the pool, or one of its own to a process that only looks and has not called open()."""
        if self._is_open:
            async with self.connector.pool.connection() as connection:
                yield connection
        else:
            async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                yield connection
