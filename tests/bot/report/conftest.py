"""A memory on a real database, a GitHub in memory, and a writer between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.github.repository import InstallationId, Repository
from bot.report.apply import Writer
from bot.state.address import read_address
from bot.state.schema import migrate
from bot.state.store import SqlStore
from tests.bot.report.hub import APP, Hub
from tests.bot.report.worlds import HEAD, NOON

ACME = Repository(InstallationId(7), 42, "acme/forecast")


class Clock:
    """The time, as far as memory and writer know."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub() -> Hub:
    return Hub({HEAD})


@pytest_asyncio.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    address = read_address(f"sqlite:///{tmp_path / 'memory.db'}")
    migrate(address)
    store = SqlStore(address, clock)
    await store.meet(ACME)
    yield store
    await store.close()


@pytest.fixture
def writer(hub: Hub, store: SqlStore, clock: Clock) -> Writer:
    return Writer(hub.api(), ACME, store, APP, clock)
