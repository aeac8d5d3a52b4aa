"""A place to work in, for each adapter: a file, and a database of a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import structlog

from bot.jobs.postgres import PostgresQueue
from bot.state.address import read_address
from bot.state.schema import migrate
from tests.bot.jobs.workshop import EmbeddedPlace, Place, PostgresPlace
from tests.services.postgres import Postgres


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Write tracebacks without colours and source: structlog's own way takes a fifth of a second for each."""
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def embedded_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("embedded") / "headgate.db"
    migrate(read_address(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """Return the URL of a database with all tables."""
    name = postgres.create()

    async def install() -> None:
        queue = PostgresQueue(postgres.url(name))
        await queue.open()
        await queue.close()

    migrate(read_address(postgres.url(name)))
    asyncio.run(install())
    return postgres.url(name)


@pytest.fixture
def embedded(embedded_template: Path, tmp_path: Path) -> EmbeddedPlace:
    return EmbeddedPlace.copy(embedded_template, tmp_path / "headgate.db")


@pytest.fixture
def shared(postgres_url: str) -> PostgresPlace:
    """Empty tables are quicker than a database for each test: one is 7 MB in 300 files."""
    with psycopg.connect(postgres_url) as db:
        db.execute("TRUNCATE deliveries, procrastinate_jobs, procrastinate_workers CASCADE")
    return PostgresPlace(postgres_url)


@pytest.fixture(params=["embedded", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """Every test that asks for it runs on both adapters."""
    found: Place = request.getfixturevalue("embedded" if request.param == "embedded" else "shared")
    return found
