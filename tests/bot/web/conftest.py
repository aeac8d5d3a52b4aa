"""A server over real HTTP with a real database, for one test."""

from __future__ import annotations

import io
import json
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import structlog

from bot.jobs.embedded import EmbeddedQueue
from bot.state.address import Address
from bot.state.schema import migrate
from bot.telemetry import configure
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.readiness import FRESH_SECONDS, Phase, Readiness
from bot.web.server import Listener, application
from bot.web.webhook import Limits, Webhook
from tests.bot.web.support import APP_ID, OLD_SECRET, SECRET, Sender, pem


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "headgate.db"
    migrate(Address(path))
    return path


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Path:
    """A migrated embedded database of this test."""
    return Path(shutil.copy(empty_database, tmp_path / "headgate.db"))


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs, and what can be seen of it from inside."""

    sender: Sender
    queue: EmbeddedQueue
    database: Path
    readiness: Readiness
    clock: Clock
    log: io.StringIO

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the database as another process would: what is seen is committed."""
        with closing(sqlite3.connect(self.database)) as db:
            return db.execute(query).fetchall()

    @property
    def stored(self) -> list[str]:
        return [guid for (guid,) in self.rows("SELECT delivery FROM jobs ORDER BY id")]

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    async def counted(self, name: str) -> list[str]:
        """Return the lines of one metric."""
        text = (await self.sender.get("/metrics")).text
        return [line for line in text.splitlines() if line.startswith(name)]

    def pass_time(self) -> None:
        self.clock.seconds += FRESH_SECONDS


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as a machine reads it; root's handlers are put back afterwards."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(stream, level="debug", secrets=(SECRET, OLD_SECRET, pem()))
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest_asyncio.fixture
async def served(database: Path, log: io.StringIO, limits: Limits) -> AsyncIterator[Served]:
    queue, clock, metrics = EmbeddedQueue(database), Clock(), Metrics()
    await queue.open()
    readiness = Readiness(queue, clock)
    secrets = [SECRET.encode(), OLD_SECRET.encode()]
    webhook = Webhook(queue, APP_ID, secrets, metrics, readiness, limits)
    listener = Listener(application(webhook, Health(queue, metrics, readiness)))
    url = await listener.open("127.0.0.1", 0)
    readiness.phase = Phase.SERVING
    async with aiohttp.ClientSession() as session:
        yield Served(Sender(url, session), queue, database, readiness, clock, log)
    await listener.close()
    await queue.close()
