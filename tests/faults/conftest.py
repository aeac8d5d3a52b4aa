"""A GitHub with people and an App called Headgate, and an empty database for it, in a file or in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from bot.demo.stage import NOWHERE
from bot.state.address import read_address
from bot.state.schema import migrate
from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.places import forecast
from tests.sandbox.fixtures import github
from tests.services.postgres import Postgres
from tests.stories.gate import EVENTS, PERMISSIONS, SECRET, Gate, running

__all__ = ["github"]


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Write tracebacks without colours and source: structlog's own way takes a fifth of a second for each."""
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture
async def app(github: Sandbox) -> Developer:
    """Headgate, registered; it listens nowhere yet."""
    github.world.looks_before_mergeable = 0
    maker = github.organisation("makers", github.user("alice"))
    return await github.register_app("headgate", maker, PERMISSIONS, EVENTS, (NOWHERE, SECRET))


@pytest_asyncio.fixture
async def repo(github: Sandbox) -> Repo:
    """``acme/forecast``, where Headgate is not installed yet."""
    return await forecast(github, "acme")


@pytest.fixture
def embedded(tmp_path: Path) -> str:
    """Return the address of an empty database in a file."""
    return with_tables(f"sqlite:///{tmp_path / 'headgate.db'}")


@pytest.fixture
def shared(postgres: Postgres) -> str:
    """Return the address of an empty database in PostgreSQL."""
    return with_tables(postgres.url(postgres.create()))


def with_tables(database: str) -> str:
    migrate(read_address(database))
    return database


@pytest.fixture(params=["embedded", "shared"])
def database(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it runs on both."""
    return str(request.getfixturevalue(request.param))


@pytest_asyncio.fixture
async def gate(github: Sandbox, app: Developer, embedded: str) -> AsyncIterator[Gate]:
    """Headgate in this process, in front of a file, not installed anywhere yet."""
    async with running(github, app, embedded) as one:
        yield one


@pytest_asyncio.fixture
async def any_gate(github: Sandbox, app: Developer, database: str) -> AsyncIterator[Gate]:
    """Headgate in this process, in front of either database."""
    async with running(github, app, database) as one:
        yield one
