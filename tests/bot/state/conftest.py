"""Each test of the memory runs on an empty database of its own, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.github.repository import InstallationId, Repository
from bot.state.address import Address, read_address
from bot.state.schema import migrate
from bot.state.store import SqlStore
from tests.services.postgres import Postgres

ACME = Repository(InstallationId(7), 42, "acme/forecast")


class Clock:
    """The time, as far as the memory knows."""

    def __init__(self) -> None:
        self.time = datetime(2024, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'memory.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.create())


@pytest.fixture
def address(url: str) -> Address:
    return read_address(url)


@pytest_asyncio.fixture
async def store(address: Address, clock: Clock) -> AsyncIterator[SqlStore]:
    """Return a memory that has met one repository."""
    migrate(address)
    store = SqlStore(address, clock)
    await store.meet(ACME)
    yield store
    await store.close()


@pytest_asyncio.fixture
async def other(store: SqlStore, address: Address, clock: Clock) -> AsyncIterator[SqlStore]:
    """Return the same memory as another process has it."""
    other = SqlStore(address, clock)
    yield other
    await other.close()
